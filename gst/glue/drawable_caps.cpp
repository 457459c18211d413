#include "glue/drawable_caps.h"

#include "core/format.h"
#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/video.h"

namespace quad {
namespace {

// Memories of no backend, and the elements that copy frames from them to system memory.
struct Download {
  const char *feature, *element;
};
constexpr Download kDownloads[] = {
    {"memory:GLMemory", "gldownload"},       {"memory:VAMemory", "vapostproc"},
    {"memory:VASurface", "vaapipostproc"},   {"memory:D3D11Memory", "d3d11download"},
    {"memory:D3D12Memory", "d3d12download"},
};

constexpr const char *kSomeDownload = "an element that brings frames to system memory";

}  // namespace

Owned<GstCaps> drawable_caps (Memory memory)
{
  const BackendRow &row = backend_of (memory);
  GValue formats = G_VALUE_INIT;
  g_value_init (&formats, GST_TYPE_LIST);
  for (const FormatInfo &f : all_formats ()) {
    if (row.draws && !row.draws (f.format)) continue;
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
  set_memory (caps, memory);
  return Owned<GstCaps>{caps};
}

Owned<GstCaps> drawable_caps_in (std::span<const Memory> memories)
{
  Owned<GstCaps> caps{gst_caps_new_empty ()};
  for (const Memory memory : memories)
    gst_caps_append (caps.get (), drawable_caps (memory).release ());
  return caps;
}

Memory memory_of (const GstCaps *caps, guint i)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, i);
  for (const BackendRow &row : backends ())
    if (features && row.feature && gst_caps_features_contains (features, row.feature))
      return row.memory;
  return Memory::host;
}

std::string download_of (const GstCapsFeatures *features)
{
  const auto has = [features] (const char *feature) {
    return feature && gst_caps_features_contains (features, feature);
  };
  for (const BackendRow &row : backends ())
    if (row.download && has (row.feature)) return row.download;
  for (const Download &d : kDownloads)
    if (has (d.feature)) return d.element;
  return kSomeDownload;
}

std::string download_of (Memory memory)
{
  const char *element = backend_of (memory).download;
  return element ? element : kSomeDownload;
}

void set_memory (GstCaps *caps, Memory memory)
{
  if (const char *feature = backend_of (memory).feature)
    gst_caps_set_features_simple (caps, gst_caps_features_new (feature, nullptr));
}

}  // namespace quad
