#include "glue/drawable_caps.h"

#include "core/format.h"
#include "core/renderer.h"
#include "glue/device.h"
#include "glue/video.h"

namespace quad {
namespace {

// Formats that GStreamer's CUDA memory can hold in every release since 1.22.
bool in_cuda_memory (PixelFormat format)
{
  switch (format) {
    case PixelFormat::nv12:
    case PixelFormat::i420:
    case PixelFormat::yv12:
    case PixelFormat::p010_10le:
    case PixelFormat::i420_10le:
    case PixelFormat::y444:
    case PixelFormat::rgba:
    case PixelFormat::bgra:
    case PixelFormat::rgbx:
    case PixelFormat::bgrx: return true;
    default: return false;
  }
}

}  // namespace

Owned<GstCaps> drawable_caps (Memory memory)
{
  GValue formats = G_VALUE_INIT;
  g_value_init (&formats, GST_TYPE_LIST);
  for (const FormatInfo &f : all_formats ()) {
    if (memory == Memory::cuda && !in_cuda_memory (f.format)) continue;
    GValue name = G_VALUE_INIT;
    g_value_init (&name, G_TYPE_STRING);
    g_value_set_static_string (&name, f.name);
    gst_value_list_append_and_take_value (&formats, &name);
  }
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "width", GST_TYPE_INT_RANGE, 1, kMaxSide,
                                       "height", GST_TYPE_INT_RANGE, 1, kMaxSide, "framerate",
                                       GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, nullptr);
  gst_caps_set_value (caps, "format", &formats);
  g_value_unset (&formats);
  if (memory == Memory::cuda)
    gst_caps_set_features_simple (caps, gst_caps_features_new (kCudaFeature, nullptr));
  return Owned<GstCaps>{caps};
}

Owned<GstCaps> drawable_caps_from (Memory first)
{
  if (!device_available ()) return drawable_caps (Memory::host);
  Owned<GstCaps> caps = drawable_caps (first);
  gst_caps_append (caps.get (),
                   drawable_caps (first == Memory::cuda ? Memory::host : Memory::cuda).release ());
  return caps;
}

Memory memory_of (const GstCaps *caps, guint i)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, i);
  return features && gst_caps_features_contains (features, kCudaFeature) ? Memory::cuda
                                                                         : Memory::host;
}

}  // namespace quad
