// quadmatte in a harness, with models of the double of ONNX Runtime.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "infer/helpers.h"
#include "support/gst_helpers.h"
#include "support/onnxruntime/fake_onnxruntime.h"

namespace quad::test {

using infer::contains;
using infer::Folder;
using infer::Variable;

// A model with one input and one output.
inline std::string model_of (const std::string &operation, const std::string &in = "1x?x?x3",
                             const std::string &out = "1x?x?x1",
                             const std::string &in_type = "float32",
                             const std::string &out_type = "float32")
{
  return "fake-model\ninput picture " + in_type + " " + in + "\noutput mask " + out_type + " " +
         out + "\noperation " + operation + "\n";
}

// The samples of component `k` of a buffer, 8 bits each, row by row.
inline std::vector<int> component_of (const GstVideoInfo &info, GstBuffer *buffer, guint k)
{
  std::vector<int> samples;
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ)) g_error ("cannot map");
  const auto *first = static_cast<const std::uint8_t *> (GST_VIDEO_FRAME_COMP_DATA (&frame, k));
  for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, k); y++)
    for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (&frame, k); x++)
      samples.push_back (first[std::ptrdiff_t{y} * GST_VIDEO_FRAME_COMP_STRIDE (&frame, k) +
                               std::ptrdiff_t{x} * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, k)]);
  gst_video_frame_unmap (&frame);
  return samples;
}

// Alpha, in formats that have it and in GRAY8.
inline std::vector<int> alpha_of (const GstVideoInfo &info, GstBuffer *buffer)
{
  return component_of (info, buffer, GST_VIDEO_INFO_N_COMPONENTS (&info) == 1 ? 0 : 3);
}

inline Owned<GstBuffer> timed (Owned<GstBuffer> buffer, GstClockTime pts, GstClockTime duration)
{
  GST_BUFFER_PTS (buffer.get ()) = pts;
  GST_BUFFER_DURATION (buffer.get ()) = duration;
  return buffer;
}

// Samples that differ from each other.
inline Owned<GstBuffer> colorful (const GstVideoInfo &info, int seed = 0)
{
  return painted (info, [seed] (int p, int x, int y, int k) {
    return (seed + 40 + 31 * p + 7 * x + 13 * y + 53 * k) % 256;
  });
}

inline Owned<GstBuffer> plain (const GstVideoInfo &info, int value)
{
  return painted (info, [value] (int, int, int, int) { return value; });
}

// The frame of `buffer` in rows that are farther apart, below other rows.
inline Owned<GstBuffer> padded (const GstVideoInfo &info, GstBuffer *buffer)
{
  GstVideoInfo wide = info;
  GstVideoAlignment more;
  gst_video_alignment_reset (&more);
  more.padding_top = 2, more.padding_right = 38, more.padding_bottom = 4;
  gst_video_info_align (&wide, &more);
  Owned<GstBuffer> to{gst_buffer_new_allocate (nullptr, wide.size, nullptr)};
  gst_buffer_memset (to.get (), 0, 0x5a, wide.size);
  gst_buffer_add_video_meta_full (to.get (), GST_VIDEO_FRAME_FLAG_NONE,
                                  GST_VIDEO_INFO_FORMAT (&info), static_cast<guint> (info.width),
                                  static_cast<guint> (info.height), GST_VIDEO_INFO_N_PLANES (&info),
                                  wide.offset, wide.stride);
  GstVideoFrame a, b;
  gst_video_frame_map (&a, &info, buffer, GST_MAP_READ);
  gst_video_frame_map (&b, &info, to.get (), GST_MAP_WRITE);
  gst_video_frame_copy (&b, &a);
  gst_video_frame_unmap (&a);
  gst_video_frame_unmap (&b);
  return to;
}

struct MatteFrame {
  Owned<GstBuffer> buffer;
  GstVideoInfo info;

  std::vector<int> alpha () const { return alpha_of (info, buffer.get ()); }
  std::vector<int> component (guint k) const { return component_of (info, buffer.get (), k); }
  std::vector<int> samples () const { return samples_of (info, buffer.get ()); }
  GstClockTime pts () const { return GST_BUFFER_PTS (buffer.get ()); }
};

// An element in a harness, with its caps and messages.
class OneInput {
 public:
  OneInput (const std::string &element, const std::string &in, const std::string &downstream)
      : harness_{harness_of (element)}, bus_{harness_->element}
  {
    gst_harness_set_sink_caps (get (), caps_of (downstream).release ());
    change_caps (in);
  }

  GstHarness *get () const { return harness_.get (); }
  GstElement *element () const { return harness_->element; }
  Bus &bus () { return bus_; }
  const GstVideoInfo &in () const { return in_; }

  void change_caps (const std::string &in)
  {
    in_ = info_of_caps (in);
    gst_harness_set_src_caps (get (), caps_of (in).release ());
  }
  std::string caps () const
  {
    return to_string (Owned<GstCaps>{gst_pad_get_current_caps (harness_->sinkpad)}.get ());
  }
  GstFlowReturn push (Owned<GstBuffer> buffer)
  {
    return gst_harness_push (get (), buffer.release ());
  }
  // The next frame, if there is one.
  std::optional<MatteFrame> pull ()
  {
    Owned<GstBuffer> buffer{gst_harness_try_pull (get ())};
    if (!buffer) return {};
    return MatteFrame{std::move (buffer), info_of_caps (caps ())};
  }
  // Pushes a frame and takes what comes out.
  MatteFrame show (Owned<GstBuffer> buffer)
  {
    EXPECT_EQ (push (std::move (buffer)), GST_FLOW_OK) << bus_.error ();
    auto frame = pull ();
    if (!frame) throw std::runtime_error ("no frame");
    return std::move (*frame);
  }

 private:
  Harness harness_;
  Bus bus_;
  GstVideoInfo in_;
};

// The model's file must be there as long as the element starts.
class ModelFile {
 public:
  explicit ModelFile (const std::string &model, const std::string &info = "")
      : file_ (folder_.write ("model.onnx", model))
  {
    if (!info.empty ()) folder_.write ("model.onnx.modelinfo", info);
  }
  const std::string &file () const { return file_; }

 private:
  Folder folder_;
  std::string file_;
};

class Matte : private ModelFile, public OneInput {
 public:
  explicit Matte (const std::string &model, const std::string &in,
                  const std::string &downstream = "video/x-raw",
                  const std::string &properties = "refine=none smoothing=0",
                  const std::string &info = "")
      : ModelFile (model, info),
        OneInput ("quadmatte model-file=" + file () + " " + properties, in, downstream)
  {
  }
  using ModelFile::file;
};

// What a plain conversion makes of a buffer.
inline MatteFrame converted (const std::string &in, Owned<GstBuffer> buffer,
                             const std::string &downstream)
{
  OneInput plain ("quaddownscale divisor=1", in, downstream);
  return plain.show (std::move (buffer));
}

}  // namespace quad::test
