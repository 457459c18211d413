#include "glue/drawable_caps.h"

#include "core/format.h"
#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/video.h"

namespace quad {

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

void set_memory (GstCaps *caps, Memory memory)
{
  if (const char *feature = backend_of (memory).feature)
    gst_caps_set_features_simple (caps, gst_caps_features_new (feature, nullptr));
}

}  // namespace quad
