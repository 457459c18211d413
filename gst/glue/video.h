// GStreamer's video types <-> the core's.
#pragma once

#include <gst/video/video.h>

#include "core/scene.h"
#include "glue/owned.h"

namespace quad {

GstVideoFormat to_gst (PixelFormat format);
PixelFormat from_gst (GstVideoFormat format);

inline constexpr const char *kCudaFeature = "memory:CUDAMemory";

// video/x-raw in `memory` of every format that is drawn there, any size up to
// kMaxSide and any rate. Owned by the caller.
Owned<GstCaps> drawable_caps (Memory memory);
// The same in each memory that this machine has, `first` (where it is one) before the other.
Owned<GstCaps> drawable_caps_from (Memory first);

// Which memory the frames of `caps` (its structure `i`), or a buffer, lie in.
Memory memory_of (const GstCaps *caps, guint i = 0);
Memory memory_of (GstBuffer *buffer);

// Sites that the caps leave open count as centred.
ChromaSite chroma_site_of (const GstVideoInfo &info);

// A colour given as 0xAARRGGBB, in the code values of `info`'s format, matrix and range.
Color color_of (guint argb, const GstVideoInfo &info);

Ratio display_aspect_of (const GstVideoInfo &info);

// The part of the picture that a GstVideoCropMeta on `buffer` shows, within `size`;
// all of it where there is no such meta. Empty where the meta lies outside.
Rect crop_of (GstBuffer *buffer, Size size);

// Answers an allocation query for frames of `info`: upstream's pool needs `held` buffers more.
void ask_for_buffers (GstQuery *query, const GstVideoInfo &info, guint held);

// A buffer's frame, mapped for as long as this lives. False where the buffer
// cannot be mapped or is smaller than its caps and strides say: nothing outside
// the mapped memory is ever reachable through view (). In Memory::cuda the view's
// pointers are the device's, and only for buffers that Device::problem_of has nothing
// against; mapped as Memory::host, CUDA memory is copied to the host first.
//
// view ().size is that of the caps. On a buffer with a GstVideoCropMeta it is the
// whole frame that the crop lies in, which a GstVideoMeta may give as larger than
// the caps: crop_of (buffer, view ().size) is the part to show in both cases.
class MappedFrame {
 public:
  MappedFrame (const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags flags,
               Memory memory = Memory::host);
  ~MappedFrame ();
  MappedFrame (const MappedFrame &) = delete;
  MappedFrame &operator= (const MappedFrame &) = delete;

  explicit operator bool () const { return mapped_; }
  // Where false: why, for the user; a sentence's end after "The buffer".
  const char *problem () const { return problem_; }
  const FrameView &view () const { return view_; }
  GstVideoFrame &frame () { return frame_; }

 private:
  GstVideoFrame frame_ = {};
  FrameView view_;
  bool mapped_ = false;
  const char *problem_ = "";
};

}  // namespace quad
