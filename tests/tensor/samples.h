// Samples and their tensors, for the tests of gst/tensor.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <tuple>

#include "quadtensor.h"
#include "support/gst_helpers.h"

namespace quad::test {

struct UnrefFrame {
  void operator() (QuadFrame *frame) const { quad_frame_unref (frame); }
};
using OwnedFrame = std::unique_ptr<QuadFrame, UnrefFrame>;

// The text of an error, which it frees; "" if there is none.
inline std::string text_of (GError *&error)
{
  const std::string text = error ? error->message : "";
  g_clear_error (&error);
  return text;
}

inline Owned<GstSample> sample_of (GstBuffer *buffer, const std::string &caps)
{
  return Owned<GstSample>{gst_sample_new (buffer, caps_of (caps).get (), nullptr, nullptr)};
}

inline std::string raw_caps (const std::string &format, int width, int height)
{
  return "video/x-raw,format=" + format + ",width=" + std::to_string (width) +
         ",height=" + std::to_string (height) + ",framerate=10/1";
}

// `size` bytes in which neighbours and rows differ.
inline Owned<GstBuffer> patterned (gsize size)
{
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, size, nullptr)};
  GstMapInfo map;
  if (!gst_buffer_map (buffer.get (), &map, GST_MAP_WRITE)) g_error ("cannot map");
  for (gsize i = 0; i < size; i++) map.data[i] = static_cast<guint8> (i * 167 % 251);
  gst_buffer_unmap (buffer.get (), &map);
  return buffer;
}

inline OwnedFrame tensors_of (GstSample *sample)
{
  GError *error = nullptr;
  OwnedFrame frame{quad_frame_new (sample, &error)};
  EXPECT_EQ (text_of (error), "");
  return frame;
}

inline std::string problem_of (GstSample *sample)
{
  GError *error = nullptr;
  const OwnedFrame frame{quad_frame_new (sample, &error)};
  EXPECT_EQ (frame == nullptr, error != nullptr);
  return text_of (error);
}

inline QuadFrameInfo info_of (const OwnedFrame &frame)
{
  QuadFrameInfo info;
  quad_frame_get_info (frame.get (), &info);
  return info;
}

inline QuadTensor tensor_of (const OwnedFrame &frame, guint index)
{
  QuadTensor tensor = {};
  EXPECT_TRUE (quad_frame_get_tensor (frame.get (), index, &tensor));
  return tensor;
}

// As "UV[2,3,2](8,2,1)u8".
inline std::string describe (const QuadTensor &t)
{
  std::ostringstream out;
  out << t.channels;
  for (const auto &[open, list, close] : {std::tuple{'[', t.shape, ']'}, {'(', t.strides, ')'}}) {
    for (guint d = 0; d < t.ndim; d++) out << (d ? ',' : open) << list[d];
    out << close;
  }
  out << 'u' << t.bits;
  return out.str ();
}

inline std::string describe (const OwnedFrame &frame)
{
  std::string all;
  for (guint i = 0; i < info_of (frame).n_tensors; i++) {
    if (i) all += ' ';
    all += describe (tensor_of (frame, i));
  }
  return all;
}

// An element of a tensor on the host.
inline int at (const QuadTensor &t, gint64 i, gint64 j, gint64 k = 0)
{
  const gint64 element = i * t.strides[0] + j * t.strides[1] + k * t.strides[2];
  return t.bits == 8 ? static_cast<const guint8 *> (t.data)[element]
                     : static_cast<const guint16 *> (t.data)[element];
}

}  // namespace quad::test
