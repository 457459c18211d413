#include "tools/quad/clip.h"

#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "glue/owned.h"
#include "tools/quad/extent.h"
#include "tools/quad/failure.h"
#include "tools/quad/names.h"
#include "tools/quad/structure.h"

namespace quad {
namespace {

constexpr GstClockTime kTimeout = 20 * GST_SECOND;

struct ListFree {
  void operator() (GList *list) const { gst_discoverer_stream_info_list_free (list); }
};
using Streams = std::unique_ptr<GList, ListFree>;

struct Found {
  Owned<GstDiscovererInfo> info;
  std::string problem;  // why not all could be read; may be empty
};

// "gstreamer|1.0|program|MPEG-4 AAC decoder|decoder-audio/mpeg, ...": its fourth field.
std::string missing_decoder (const char *detail)
{
  gchar **fields = g_strsplit (detail, "|", 5);
  std::string name = g_strv_length (fields) > 3 ? fields[3] : "";
  g_strfreev (fields);
  return name.empty () ? "" : text ("there is no ", name, " here");
}

std::string problem_of (GstDiscovererInfo *info, const GError *error)
{
  const gchar **details = gst_discoverer_info_get_missing_elements_installer_details (info);
  if (details && details[0]) {
    std::string problem = missing_decoder (details[0]);
    if (!problem.empty ()) return problem;
  }
  if (gst_discoverer_info_get_result (info) == GST_DISCOVERER_TIMEOUT)
    return "reading it takes too long";
  std::string problem = error ? error->message : "";
  while (problem.ends_with ('.')) problem.pop_back ();
  return problem;
}

// While it lives, JPEGs are read by quadjpegdec, which tells how cameras were held.
class ReadsJpegs {
 public:
  ReadsJpegs () : decoder_ (gst_registry_lookup_feature (gst_registry_get (), "quadjpegdec"))
  {
    if (!decoder_) return;
    before_ = gst_plugin_feature_get_rank (decoder_.get ());
    gst_plugin_feature_set_rank (decoder_.get (), GST_RANK_PRIMARY + 100);
  }
  ~ReadsJpegs ()
  {
    if (decoder_) gst_plugin_feature_set_rank (decoder_.get (), before_);
  }
  ReadsJpegs (const ReadsJpegs &) = delete;
  ReadsJpegs &operator= (const ReadsJpegs &) = delete;

 private:
  Owned<GstPluginFeature> decoder_;
  guint before_ = GST_RANK_NONE;
};

Found discover (const std::string &path)
{
  const ReadsJpegs reads_jpegs;
  Owned<char> absolute{g_canonicalize_filename (path.c_str (), nullptr)};
  Owned<char> uri{gst_filename_to_uri (absolute.get (), nullptr)};
  GError *error = nullptr;
  Owned<GstDiscoverer> discoverer{gst_discoverer_new (kTimeout, &error)};
  Found found;
  if (discoverer) {
    g_clear_error (&error);
    found.info.reset (gst_discoverer_discover_uri (discoverer.get (), uri.get (), &error));
  }
  if (!found.info) {
    const std::string why = error ? error->message : "GStreamer does not say why";
    g_clear_error (&error);
    throw Failure (text (path, " cannot be read: ", why));
  }
  found.problem = problem_of (found.info.get (), error);
  g_clear_error (&error);
  return found;
}

// The first stream with an id, which those that cannot be decoded do not have; else nullptr.
GstDiscovererStreamInfo *decodable (const Streams &streams)
{
  for (GList *l = streams.get (); l; l = l->next) {
    auto *stream = static_cast<GstDiscovererStreamInfo *> (l->data);
    if (gst_discoverer_stream_info_get_stream_id (stream)) return stream;
  }
  return nullptr;
}

bool is (const GstStructure *s, const char *field, const char *value)
{
  const gchar *text = gst_structure_get_string (s, field);
  return text && std::string_view{text} == value;
}

bool is_plain (const GstCaps *container, const GstCaps *video)
{
  if (!container || !video || gst_caps_get_size (video) == 0) return false;
  const GstStructure *s = gst_caps_get_structure (video, 0);
  guint depth = 0;
  return gst_structure_has_name (gst_caps_get_structure (container, 0), "video/quicktime") &&
         gst_structure_has_name (s, "video/x-h264") && is (s, "chroma-format", "4:2:0") &&
         gst_structure_get_uint (s, "bit-depth-luma", &depth) && depth == 8;
}

std::string nick_of (GstVideoOrientationMethod method)
{
  auto *all = static_cast<GEnumClass *> (g_type_class_ref (GST_TYPE_VIDEO_ORIENTATION_METHOD));
  const GEnumValue *value = g_enum_get_value (all, method);
  std::string nick = value ? value->value_nick : "auto";
  g_type_class_unref (all);
  return nick;
}

// Otherwise the file's tags may be another stream's.
bool is_only_video (GstDiscovererInfo *info)
{
  GList *streams = gst_discoverer_info_get_video_streams (info);
  const bool only = streams && !streams->next;
  gst_discoverer_stream_info_list_free (streams);
  return only;
}

void read_tags (GstDiscovererInfo *info, const GstDiscovererStreamInfo *stream, Clip &clip)
{
  bool sideways = false;
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  const GstTagList *lists[] = {
      gst_discoverer_stream_info_get_tags (const_cast<GstDiscovererStreamInfo *> (stream)),
      is_only_video (info) ? gst_discoverer_info_get_tags (info) : nullptr};
  G_GNUC_END_IGNORE_DEPRECATIONS
  for (const GstTagList *tags : lists) {
    GstVideoOrientationMethod method;
    if (!tags || !gst_video_orientation_from_tag (const_cast<GstTagList *> (tags), &method))
      continue;
    if (method != GST_VIDEO_ORIENTATION_IDENTITY) clip.turn = nick_of (method);
    sideways = method == GST_VIDEO_ORIENTATION_90R || method == GST_VIDEO_ORIENTATION_90L ||
               method == GST_VIDEO_ORIENTATION_UL_LR || method == GST_VIDEO_ORIENTATION_UR_LL;
    break;
  }
  if (sideways) {
    std::swap (clip.width, clip.height);
    std::swap (clip.par_n, clip.par_d);
  }
}

void read_video (GstDiscovererInfo *info, GstDiscovererStreamInfo *stream, const GstCaps *container,
                 Clip &clip)
{
  auto *video = GST_DISCOVERER_VIDEO_INFO (stream);
  clip.width = static_cast<int> (gst_discoverer_video_info_get_width (video));
  clip.height = static_cast<int> (gst_discoverer_video_info_get_height (video));
  clip.par_n = static_cast<int> (gst_discoverer_video_info_get_par_num (video));
  clip.par_d = static_cast<int> (gst_discoverer_video_info_get_par_denom (video));
  if (clip.par_n <= 0 || clip.par_d <= 0) clip.par_n = clip.par_d = 1;
  clip.rate_n = static_cast<int> (gst_discoverer_video_info_get_framerate_num (video));
  clip.rate_d = static_cast<int> (gst_discoverer_video_info_get_framerate_denom (video));
  if (clip.rate_n <= 0 || clip.rate_d <= 0) clip.rate_n = 0, clip.rate_d = 1;
  clip.interlaced = gst_discoverer_video_info_is_interlaced (video);
  clip.still = gst_discoverer_video_info_is_image (video);
  const Owned<GstCaps> caps{gst_discoverer_stream_info_get_caps (stream)};
  clip.jpeg = clip.still && caps && gst_caps_get_size (caps.get ()) > 0 &&
              gst_structure_has_name (gst_caps_get_structure (caps.get (), 0), "image/jpeg");
  clip.plain_h264 = !clip.interlaced && is_plain (container, caps.get ());
  read_tags (info, stream, clip);
}

void read_audio (const Found &found, Clip &clip)
{
  const Streams audio{gst_discoverer_info_get_audio_streams (found.info.get ())};
  clip.sound = decodable (audio) != nullptr;
  if (audio && !clip.sound)
    clip.sound_problem = found.problem.empty () ? "GStreamer does not say why" : found.problem;
}

Owned<GstCaps> container_of (GstDiscovererInfo *info)
{
  const Owned<GstDiscovererStreamInfo> top{gst_discoverer_info_get_stream_info (info)};
  if (!top || !GST_IS_DISCOVERER_CONTAINER_INFO (top.get ())) return nullptr;
  return Owned<GstCaps>{gst_discoverer_stream_info_get_caps (top.get ())};
}

// Formats without a place for a length, of which GStreamer makes a guess; among them those that are
// around sound without a container.
constexpr std::array<std::string_view, 4> kNoLength = {"video/mpegts", "video/mpeg",
                                                       "application/x-id3", "application/x-apetag"};

bool says_length (const GstCaps *container, const Structure &structure)
{
  if (!container || !structure.has_length) return false;
  const char *name = gst_structure_get_name (gst_caps_get_structure (container, 0));
  return std::find (kNoLength.begin (), kNoLength.end (), name) == kNoLength.end ();
}

// `clip` has all but its length.
void read_length (const Found &found, const GstCaps *container, Clip &clip)
{
  const Structure structure = structure_of (clip.path);
  clip.cut = sentence_on_cut (clip.path, structure);
  const GstClockTime said = gst_discoverer_info_get_duration (found.info.get ());
  clip.duration = GST_CLOCK_TIME_IS_VALID (said) ? said : 0;
  clip.seeks =
      gst_discoverer_info_get_seekable (found.info.get ()) && structure.has_index && !structure.cut;
  if (clip.still) return;
  if (clip.duration > 0 && says_length (container, structure)) {
    if (structure.cut) clip.promised = clip.duration;
    return;
  }
  const GstClockTime measured = measure (clip.path);
  // Seeks go by the same guess.
  const GstClockTimeDiff wrong = GST_CLOCK_DIFF (clip.duration, measured);
  if (static_cast<GstClockTime> (std::abs (wrong)) > GST_SECOND + measured / 20) clip.seeks = false;
  if (measured > 0) clip.duration = measured;
}

}  // namespace

Clip read_clip (const std::string &path)
{
  const Found found = discover (path);
  Clip clip;
  clip.path = path;
  const Streams video{gst_discoverer_info_get_video_streams (found.info.get ())};
  if (!video) {
    throw Failure (text (path, " has no video",
                         found.problem.empty () ? "" : " that can be decoded: ", found.problem));
  }
  GstDiscovererStreamInfo *stream = decodable (video);
  if (!stream) {
    throw Failure (text (path, " has no video that can be decoded: ",
                         found.problem.empty () ? "GStreamer does not say why" : found.problem));
  }
  const Owned<GstCaps> container = container_of (found.info.get ());
  // GStreamer's reader of GIFs (avdemux_gif) never ends.
  if (container &&
      gst_structure_has_name (gst_caps_get_structure (container.get (), 0), "image/gif")) {
    throw Failure (
        text (path,
              " is a GIF, and GStreamer does not read those to their end: make a video of it first "
              "(ffmpeg -i CLIP.gif CLIP.mp4)"));
  }
  read_video (found.info.get (), stream, container.get (), clip);
  read_audio (found, clip);
  read_length (found, container.get (), clip);
  return clip;
}

Clip read_sound (const std::string &path)
{
  const Found found = discover (path);
  Clip clip;
  clip.path = path;
  read_audio (found, clip);
  if (clip.sound) {
    read_length (found, container_of (found.info.get ()).get (), clip);
    return clip;
  }
  const std::string &why = clip.sound_problem.empty () ? found.problem : clip.sound_problem;
  throw Failure (text (path, " has no sound", why.empty () ? "" : " that can be decoded: ", why));
}

std::string sentence_on_sound (const Clip &clip, const std::string &codec)
{
  if (clip.sound) return text ("the sound of ", clip.path, " is kept, as ", codec);
  if (clip.sound_problem.empty ()) return text (clip.path, " has no sound");
  return text ("the sound of ", clip.path,
               " cannot be decoded here, so it is left out: ", clip.sound_problem);
}

}  // namespace quad
