#include "tools/quad/damage.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "glue/owned.h"
#include "tools/quad/failure.h"
#include "tools/quad/passed.h"
#include "tools/quad/words.h"

namespace quad {
namespace {

// Lines of GStreamer's log that say what no message says.
struct LogLine {
  const char *category;
  std::string_view function;
  bool frame;  // one frame is lost, else an unknown part of the file
};
constexpr std::array kLogLines = {
    LogLine{"videodecoder", "_gst_video_decoder_error", true},
    // From GStreamer 1.28 on, they leave out what a decoder could not split.
    LogLine{"h264parse", "gst_h264_parse_handle_frame_packetized", true},
    LogLine{"h265parse", "gst_h265_parse_handle_frame_packetized", true},
    LogLine{"matroskademux", "gst_matroska_demux_check_parse_error", false},
};

// Has those lines made, once. They are printed only for who asks by GST_DEBUG.
void open_log ()
{
  static const bool done = [] {
    // The one that prints.
    if (!std::getenv ("GST_DEBUG")) (gst_debug_remove_log_function) (nullptr);
    for (const LogLine &line : kLogLines)
      gst_debug_set_threshold_for_name (line.category, GST_LEVEL_WARNING);
    return true;
  }();
  static_cast<void> (done);
}

bool decodes_pictures (GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  return factory &&
         gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER |
                                                        GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO |
                                                        GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE);
}

}  // namespace

struct Damage::Decoder {
  int clip = 0;
  Passed passed;
  std::atomic<std::uint64_t> damaged = 0;
  std::atomic<bool> leapt = false;
  std::atomic<bool> whole = false;  // played to its end
};

int clip_of (GstObject *object)
{
  constexpr std::string_view kPrefix = "clip";
  constexpr std::size_t kMostLetters = 12;
  for (GstObject *o = object; o; o = GST_OBJECT_PARENT (o)) {
    const std::string_view name = GST_OBJECT_NAME (o) ? GST_OBJECT_NAME (o) : "";
    if (!name.starts_with (kPrefix)) continue;
    const std::string_view number = name.substr (kPrefix.size ());
    if (number.empty () || number.size () > kMostLetters) continue;
    const std::size_t end = number.find_first_not_of ("0123456789");
    if (end == 0 || (end != std::string_view::npos && number[end] != '_')) continue;
    return std::stoi (std::string{number.substr (0, end)});
  }
  return -1;
}

Damage::Damage (GstElement *pipeline, std::size_t clips) : pipeline_{pipeline}, found_ (clips)
{
  // GStreamer's list of log functions bears no changes by several threads, which photos have.
  if (!GST_IS_BIN (pipeline) || clips == 0) return;
  open_log ();
  // Between parentheses it is no macro, which would compare pointers of different kinds.
  (gst_debug_add_log_function) (read_log, this, nullptr);
  g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (add), this);
  // Those that the line names.
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (pipeline));
  const auto add_one = [] (const GValue *element, gpointer self) {
    add (nullptr, nullptr, GST_ELEMENT (g_value_get_object (element)), self);
  };
  while (gst_iterator_foreach (elements, add_one, this) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
  gst_iterator_free (elements);
}

Damage::~Damage () { gst_debug_remove_log_function_by_data (this); }

void Damage::add (GstBin *, GstBin *, GstElement *element, gpointer data)
{
  auto *self = static_cast<Damage *> (data);
  if (!decodes_pictures (element)) return;
  const int clip = clip_of (GST_OBJECT (element));
  const Owned<GstPad> pad{gst_element_get_static_pad (element, "src")};
  if (!pad || clip < 0 || static_cast<std::size_t> (clip) >= self->found_.size ()) return;
  const auto what = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                    GST_PAD_PROBE_TYPE_EVENT_FLUSH;
  const std::lock_guard guard{self->lock_};
  Decoder &decoder = self->decoders_.emplace_back ();
  decoder.clip = clip;
  gst_pad_add_probe (pad.get (), static_cast<GstPadProbeType> (what), see, &decoder, nullptr);
}

GstPadProbeReturn Damage::see (GstPad *, GstPadProbeInfo *info, gpointer data)
{
  auto *decoder = static_cast<Decoder *> (data);
  decoder->passed.see (info);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    const GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
    // After a leap, what the first frames refer to is missing.
    if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED) && !decoder->leapt)
      decoder->damaged++;
    return GST_PAD_PROBE_OK;
  }
  switch (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info))) {
    case GST_EVENT_FLUSH_STOP:
      decoder->leapt = true;
      decoder->whole = false;
      break;
    case GST_EVENT_EOS: decoder->whole = true; break;
    default: break;
  }
  return GST_PAD_PROBE_OK;
}

void Damage::read_log (GstDebugCategory *category, GstDebugLevel level, const gchar *,
                       const gchar *function, gint source_line, GObject *object, GstDebugMessage *,
                       gpointer data)
{
  if (level > GST_LEVEL_WARNING || !function || !object || !GST_IS_OBJECT (object)) return;
  const std::string_view name = gst_debug_category_get_name (category);
  const auto line = std::find_if (kLogLines.begin (), kLogLines.end (), [&] (const LogLine &l) {
    return l.category == name && l.function == function;
  });
  if (line == kLogLines.end ()) return;
  auto *self = static_cast<Damage *> (data);
  GstObject *root = GST_OBJECT (object);
  while (GST_OBJECT_PARENT (root)) root = GST_OBJECT_PARENT (root);
  const int clip = clip_of (GST_OBJECT (object));
  if (root != GST_OBJECT (self->pipeline_) || clip < 0) return;
  const std::lock_guard guard{self->lock_};
  if (static_cast<std::size_t> (clip) >= self->found_.size ()) return;
  Found &found = self->found_[static_cast<std::size_t> (clip)];
  if (line->frame)
    // An error has up to two lines.
    found.lost = std::max (found.lost, ++self->lost_[{clip, source_line}]);
  else
    found.skipped = true;
}

std::vector<Damage::Found> Damage::found () const
{
  const std::lock_guard guard{lock_};
  std::vector<Found> all = found_;
  for (const Decoder &decoder : decoders_) {
    Found &found = all[static_cast<std::size_t> (decoder.clip)];
    found.damaged += decoder.damaged;
    if (decoder.whole) found.end = std::max (found.end, decoder.passed.end ());
  }
  return all;
}

std::vector<std::string> sentences_on (const Damage::Found &found, const std::string &path,
                                       GstClockTime length)
{
  constexpr GstClockTime kTolerance = 300 * GST_MSECOND;
  const auto frames = [] (std::uint64_t count) {
    return text (count, count == 1 ? " frame of " : " frames of ");
  };
  std::vector<std::string> all;
  if (found.lost > 0)
    all.push_back (text (frames (found.lost), path, " could not be decoded: it is damaged"));
  if (found.damaged > 0)
    all.push_back (
        text (frames (found.damaged), path, " could be decoded in parts: it is damaged"));
  if (found.skipped)
    all.push_back (text ("a part of ", path, " cannot be read and is left out: it is damaged"));
  if (found.end > 0 && found.end + kTolerance < length)
    all.push_back (text (path, " ends after ", seconds_text (found.end, 1), " s of ",
                         seconds_text (length, 1), " s"));
  return all;
}

}  // namespace quad
