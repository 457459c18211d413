// The one place where a buffer is checked against its caps and mapped.
#pragma once

#include <gst/video/video.h>

#include "core/view.h"

namespace quad {

// The size that a crop of `buffer` lies in: the caps' or, with a GstVideoCropMeta, the whole
// frame's, which a GstVideoMeta may give as larger.
Size frame_size (GstBuffer *buffer, const GstVideoInfo &info);

// The part of a picture of `size` that a GstVideoCropMeta on `buffer` shows; all of it without
// such a meta. Empty if the meta lies outside.
Rect crop_of (GstBuffer *buffer, Size size);

// A buffer that is mapped as a frame of any format, for as long as this lives. It takes no
// reference: one would make the buffer unwritable.
//
// In a device's memory the pointers are the device's. Map a buffer so only if Backend::problem_of
// accepts it. Mapped as Memory::host, a device's memory is copied to the host first.
class MappedBuffer {
 public:
  // Fails if the buffer's GstVideoMeta contradicts `info`, or if it cannot be mapped.
  MappedBuffer (const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags access,
                Memory memory = Memory::host);
  ~MappedBuffer () { unmap (); }
  MappedBuffer (const MappedBuffer &) = delete;
  MappedBuffer &operator= (const MappedBuffer &) = delete;

  explicit operator bool () const { return mapped_; }
  // Why it was not mapped, for the user: the end of a sentence that begins with "The buffer".
  const char *problem () const { return problem_; }

  // Why `part` of the picture cannot be read, or nullptr if all of its samples lie inside the
  // mapped memory. Strides are the buffer's and may be negative. Formats whose samples do not
  // lie at equal distances (v210, tiles, palettes) are refused.
  const char *problem_of (const Rect &part) const;

  // Of a plane: the address of its first row, and the distance between rows in bytes.
  std::byte *data (int plane) const;
  int stride (int plane) const { return GST_VIDEO_FRAME_PLANE_STRIDE (&frame_, plane); }

  GstVideoFrame &frame () { return frame_; }

 protected:
  void reject (const char *problem);

 private:
  void unmap ();
  bool holds (guint component, const Rect &part) const;

  GstVideoFrame frame_ = {};
  bool mapped_ = false;
  const char *problem_ = "";
};

// A MappedBuffer of a format that is drawn. It is false, too, where the whole picture does not
// lie inside the mapped memory: nothing outside is ever reachable through view ().
//
// view ().size is frame_size: crop_of (buffer, view ().size) is the part to show.
class MappedFrame : public MappedBuffer {
 public:
  MappedFrame (const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags access,
               Memory memory = Memory::host);

  const FrameView &view () const { return view_; }

 private:
  FrameView view_;
};

}  // namespace quad
