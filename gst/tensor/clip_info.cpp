#include "tensor/clip_info.h"

#include <gst/video/video.h>

#include <string_view>

#include "glue/owned.h"

namespace quad::tensor {
namespace {

std::string text_of (const GstStructure *fields, const char *field)
{
  const char *text = gst_structure_get_string (fields, field);
  return text ? text : "";
}

// Media types that do not name their codec or container alone.
struct Named {
  const char *type, *field;
  int value;
  const char *name;
};

constexpr Named kNamed[] = {
    {"audio/mpeg", "layer", 3, "mp3"},         {"audio/mpeg", "layer", 2, "mp2"},
    {"audio/mpeg", "mpegversion", 2, "aac"},   {"audio/mpeg", "mpegversion", 4, "aac"},
    {"video/mpeg", "mpegversion", 1, "mpeg1"}, {"video/mpeg", "mpegversion", 2, "mpeg2"},
    {"video/mpeg", "mpegversion", 4, "mpeg4"},
};

// Media types with other names than users know.
struct Renamed {
  std::string_view type, name;
};

constexpr Renamed kRenamed[] = {
    {"application/x-3gp", "3gp"},    {"image/gst-libav-gif", "gif"}, {"video/x-ffv", "ffv1"},
    {"video/x-flash-video", "flv1"}, {"video/x-ms-asf", "asf"},      {"video/x-msvideo", "avi"},
};

// Whether two columns share a sample of chroma, as far as caps of encoded video say it.
bool shares_chroma (const GstStructure *fields)
{
  const std::string chroma = text_of (fields, "chroma-format");
  if (!chroma.empty ()) return chroma == "4:2:0" || chroma == "4:2:2";
  return !gst_structure_has_name (fields, "image/gif") &&
         !gst_structure_has_name (fields, "image/png");
}

std::string language_of (GstPad *pad)
{
  for (guint i = 0;; i++) {
    const Owned<GstEvent> event{gst_pad_get_sticky_event (pad, GST_EVENT_TAG, i)};
    if (!event) return {};
    GstTagList *tags = nullptr;
    char *language = nullptr;
    gst_event_parse_tag (event.get (), &tags);
    if (gst_tag_list_get_string (tags, GST_TAG_LANGUAGE_CODE, &language))
      return Owned<char>{language}.get ();
  }
}

}  // namespace

std::string short_name (const GstCaps *caps)
{
  const GstStructure *fields = gst_caps_get_structure (caps, 0);
  const std::string type = gst_structure_get_name (fields);
  gboolean system = FALSE;
  if (gst_structure_get_boolean (fields, "systemstream", &system) && system && type == "video/mpeg")
    return "mpegps";
  for (const Named &row : kNamed) {
    int value = 0;
    if (type == row.type && gst_structure_get_int (fields, row.field, &value) && value == row.value)
      return row.name;
  }
  for (const Renamed &row : kRenamed)
    if (type == row.type) return std::string{row.name};
  if (type == "video/quicktime" && text_of (fields, "variant").starts_with ("iso")) return "mp4";
  const std::string name = type.substr (type.find ('/') + 1);
  return name.starts_with ("x-") ? name.substr (2) : name;
}

void read_video (GstPad *pad, ClipInfo &info)
{
  info.source = source_of (pad);
  const Owned<GstCaps> caps{gst_pad_get_current_caps (pad)};
  if (!caps) return;
  const GstStructure *fields = gst_caps_get_structure (caps.get (), 0);
  info.codec = short_name (caps.get ());
  info.colorimetry = text_of (fields, "colorimetry");
  gst_structure_get_fraction (fields, "framerate", &info.fps_n, &info.fps_d);
  if (!gst_structure_has_name (fields, "video/x-raw")) info.source.pairs = shares_chroma (fields);
}

Audio read_audio (GstPad *pad)
{
  Audio audio;
  const Owned<GstCaps> caps{gst_pad_query_caps (pad, nullptr)};
  const GstStructure *fields = gst_caps_get_structure (caps.get (), 0);
  audio.codec = short_name (caps.get ());
  gst_structure_get_int (fields, "channels", &audio.channels);
  gst_structure_get_int (fields, "rate", &audio.rate);
  audio.language = language_of (pad);
  return audio;
}

}  // namespace quad::tensor
