/**
 * SECTION:element-frameextract
 * @title: frameextract
 *
 * Lets the frames pass that were asked for, and drops the others before anything maps
 * them: at a fixed rate, at a list of times, by number, every nth, or keyframes alone.
 * Frames of any memory pass as they are. Where the next one lies far ahead, the element
 * seeks upstream. After the last one it ends the stream.
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=90 ! video/x-raw,framerate=30/1 ! frameextract rate=2/1 !
 * jpegenc ! multifilesink location=frame-%03d.jpg
 * ]| Two frames a second.
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=300 ! video/x-raw,framerate=30/1 ! frameextract
 * timestamp-list="1.5, 3, 00:00:07.250" ! jpegenc ! multifilesink location=at-%03d.jpg
 * ]| The frames that are shown at three times.
 */
#include "elements/extract/frameextract.h"

#include <gst/video/video.h>

#include <algorithm>

#include "elements/about.h"
#include "elements/extract/debug.h"
#include "elements/extract/extraction.h"
#include "glue/plain_pool.h"
#include "glue/video.h"

GST_DEBUG_CATEGORY (frame_extract_debug);

using quad::Owned;
using quad::extract::Extraction;
using quad::extract::Settings;

G_DEFINE_TYPE (GstFrameExtract, gst_frame_extract, GST_TYPE_ELEMENT)

GST_ELEMENT_REGISTER_DEFINE (frameextract, "frameextract", GST_RANK_NONE, GST_TYPE_FRAME_EXTRACT)

namespace {

enum class Property : guint {
  rate = 1,
  start_time,
  stop_time,
  start,
  stop,
  tolerance_before,
  tolerance_after,
  missing,
  timestamps,
  timestamp_list,
  policy,
  indices,
  every_nth,
  keyframes,
  max_frames,
  max_gap,
  seek_mode,
  post_messages,
};

// The frame that waits for the next one, and the one that is being handed on.
constexpr guint kHeldBuffers = 2;

GstFrameExtract *self_of (gpointer object) { return static_cast<GstFrameExtract *> (object); }

Extraction &impl_of (gpointer object) { return *self_of (object)->impl; }

GstElementClass *parent_class () { return GST_ELEMENT_CLASS (gst_frame_extract_parent_class); }

quad::extract::List numbers_of (const GValue *array)
{
  std::vector<guint64> numbers;
  for (guint i = 0; i < gst_value_array_get_size (array); i++) {
    GValue number = G_VALUE_INIT;
    g_value_init (&number, G_TYPE_UINT64);
    if (g_value_transform (gst_value_array_get_value (array, i), &number))
      numbers.push_back (g_value_get_uint64 (&number));
    g_value_unset (&number);
  }
  return quad::extract::list_of (std::move (numbers));
}

void set_numbers (GValue *array, const std::vector<guint64> &numbers)
{
  for (const guint64 n : numbers) {
    GValue number = G_VALUE_INIT;
    g_value_set_uint64 (g_value_init (&number, G_TYPE_UINT64), n);
    gst_value_array_append_and_take_value (array, &number);
  }
}

// The text that is no time, as valid UTF-8, which messages need.
std::string quoted (const std::string &text)
{
  constexpr std::size_t most = 200;
  const Owned<char> valid{
      g_utf8_make_valid (text.data (), static_cast<gssize> (std::min (text.size (), most)))};
  return std::string ("\"") + valid.get () + (text.size () > most ? "...\"" : "\"");
}

// If the text is no list, the list stays as it was. There may be no bus yet for the error, so the
// next start posts it again.
void set_timestamp_list (GstFrameExtract *self, const char *text)
{
  constexpr const char *advice =
      "write seconds, or hours:minutes:seconds, between commas, as in \"1.5, 3, 00:01:02.250\".";
  std::vector<quad::Nanoseconds> times;
  std::string problem;
  const bool good = quad::parse_times (text ? text : "", times, problem);
  problem = quoted (problem) + " in timestamp-list is no time: ";
  impl_of (self).change ([&] (Settings &s) {
    s.list_problem = good ? "" : problem + advice;
    if (good) s.timestamps = quad::extract::list_of ({times.begin (), times.end ()});
  });
  if (!good)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%sthe list stays as it was.", problem.c_str ()), ("%s", advice));
}

// The same for one time, which an empty text takes away.
void set_time (GstFrameExtract *self, const char *name, const char *text, guint64 Settings::*time,
               std::string Settings::*why_not)
{
  constexpr const char *advice =
      "write seconds, or hours:minutes:seconds, as in \"100\" or \"1:40\".";
  const bool none = !text || !*text;
  const auto parsed = quad::parse_time (none ? "" : text);
  const bool good = none || parsed;
  const std::string problem = quoted (none ? "" : text) + " in " + name + " is no time: ";
  impl_of (self).change ([&] (Settings &s) {
    s.*why_not = good ? "" : problem + advice;
    if (good) s.*time = none ? GST_CLOCK_TIME_NONE : static_cast<guint64> (*parsed);
  });
  if (!good)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%sit stays as it was.", problem.c_str ()),
                         ("%s", advice));
}

// Properties that are times as text. False for any other.
bool set_text (GstFrameExtract *self, Property property, const GValue *value)
{
  switch (property) {
    case Property::timestamp_list: set_timestamp_list (self, g_value_get_string (value)); break;
    case Property::start:
      set_time (self, "start", g_value_get_string (value), &Settings::start_time,
                &Settings::start_problem);
      break;
    case Property::stop:
      set_time (self, "stop", g_value_get_string (value), &Settings::stop_time,
                &Settings::stop_problem);
      break;
    default: return false;
  }
  return true;
}

std::string time_text (guint64 time)
{
  if (time == GST_CLOCK_TIME_NONE) return {};
  char number[48];
  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT ".%09u", time / GST_SECOND,
              static_cast<guint> (time % GST_SECOND));
  return number;
}

std::string timestamp_list (const std::vector<guint64> &times)
{
  std::string text;
  for (const guint64 t : times) {
    if (!text.empty ()) text += ", ";
    text += time_text (t);
  }
  return text;
}

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  if (set_text (self_of (object), static_cast<Property> (id), value)) return;
  impl_of (object).change ([&] (Settings &s) {
    switch (static_cast<Property> (id)) {
      case Property::rate:
        s.rate_n = gst_value_get_fraction_numerator (value);
        s.rate_d = gst_value_get_fraction_denominator (value);
        break;
      case Property::start_time:
        s.start_time = g_value_get_uint64 (value);
        s.start_problem.clear ();
        break;
      case Property::stop_time:
        s.stop_time = g_value_get_uint64 (value);
        s.stop_problem.clear ();
        break;
      case Property::tolerance_before: s.tolerance_before = g_value_get_uint64 (value); break;
      case Property::tolerance_after: s.tolerance_after = g_value_get_uint64 (value); break;
      case Property::missing:
        s.missing = static_cast<quad::extract::Missing> (g_value_get_enum (value));
        break;
      case Property::timestamps:
        s.timestamps = numbers_of (value);
        s.list_problem.clear ();
        break;
      case Property::policy: s.policy = static_cast<quad::Policy> (g_value_get_enum (value)); break;
      case Property::indices: s.indices = numbers_of (value); break;
      case Property::every_nth: s.every_nth = g_value_get_uint (value); break;
      case Property::keyframes: s.keyframes = g_value_get_boolean (value); break;
      case Property::max_frames: s.max_frames = g_value_get_uint64 (value); break;
      case Property::max_gap: s.max_gap = g_value_get_uint64 (value); break;
      case Property::seek_mode:
        s.seek_mode = static_cast<quad::extract::SeekMode> (g_value_get_enum (value));
        break;
      case Property::post_messages: s.post_messages = g_value_get_boolean (value); break;
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  });
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  const Settings s = impl_of (object).settings ();
  switch (static_cast<Property> (id)) {
    case Property::rate: gst_value_set_fraction (value, s.rate_n, s.rate_d); break;
    case Property::start_time: g_value_set_uint64 (value, s.start_time); break;
    case Property::stop_time: g_value_set_uint64 (value, s.stop_time); break;
    case Property::start: g_value_set_string (value, time_text (s.start_time).c_str ()); break;
    case Property::stop: g_value_set_string (value, time_text (s.stop_time).c_str ()); break;
    case Property::tolerance_before: g_value_set_uint64 (value, s.tolerance_before); break;
    case Property::tolerance_after: g_value_set_uint64 (value, s.tolerance_after); break;
    case Property::missing: g_value_set_enum (value, static_cast<gint> (s.missing)); break;
    case Property::timestamps: set_numbers (value, *s.timestamps); break;
    case Property::timestamp_list:
      g_value_set_string (value, timestamp_list (*s.timestamps).c_str ());
      break;
    case Property::policy: g_value_set_enum (value, static_cast<gint> (s.policy)); break;
    case Property::indices: set_numbers (value, *s.indices); break;
    case Property::every_nth: g_value_set_uint (value, s.every_nth); break;
    case Property::keyframes: g_value_set_boolean (value, s.keyframes); break;
    case Property::max_frames: g_value_set_uint64 (value, s.max_frames); break;
    case Property::max_gap: g_value_set_uint64 (value, s.max_gap); break;
    case Property::seek_mode: g_value_set_enum (value, static_cast<gint> (s.seek_mode)); break;
    case Property::post_messages: g_value_set_boolean (value, s.post_messages); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

void finalize (GObject *object)
{
  delete self_of (object)->impl;
  G_OBJECT_CLASS (gst_frame_extract_parent_class)->finalize (object);
}

GstStateChangeReturn change_state (GstElement *element, GstStateChange change)
{
  Extraction &impl = impl_of (element);
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED && !impl.start ()) return GST_STATE_CHANGE_FAILURE;
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY) impl.unblock ();
  const GstStateChangeReturn result = parent_class ()->change_state (element, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY) impl.stop ();
  return result;
}

GstFlowReturn chain (GstPad *, GstObject *parent, GstBuffer *buffer)
{
  return impl_of (parent).chain (buffer);
}

gboolean sink_event (GstPad *, GstObject *parent, GstEvent *event)
{
  return impl_of (parent).sink_event (event);
}

gboolean src_event (GstPad *, GstObject *parent, GstEvent *event)
{
  return impl_of (parent).src_event (event);
}

// The caps that can pass on one pad, given the caps of the other pad's peer.
gboolean answer_caps (GstPad *pad, GstObject *parent, GstQuery *query)
{
  const char *name = gst_pad_get_direction (pad) == GST_PAD_SINK ? "src" : "sink";
  const Owned<GstPad> other{gst_element_get_static_pad (GST_ELEMENT (parent), name)};
  const Owned<GstCaps> mine{gst_pad_get_pad_template_caps (pad)};
  const Owned<GstCaps> theirs{gst_pad_peer_query_caps (other.get (), nullptr)};
  Owned<GstCaps> caps =
      impl_of (parent).transform_caps (gst_pad_get_direction (other.get ()), theirs.get ());
  caps.reset (gst_caps_intersect_full (caps.get (), mine.get (), GST_CAPS_INTERSECT_FIRST));
  GstCaps *filter = nullptr;
  gst_query_parse_caps (query, &filter);
  if (filter) caps.reset (gst_caps_intersect_full (filter, caps.get (), GST_CAPS_INTERSECT_FIRST));
  gst_query_set_caps_result (query, caps.get ());
  return TRUE;
}

// Upstream's pool must have buffers for the frames that are held here, also if downstream offers
// none.
gboolean ask_for_more (GstQuery *query, bool answered)
{
  quad::make_pools_plain (query);
  const guint pools = gst_query_get_n_allocation_pools (query);
  for (guint i = 0; i < pools; i++) {
    GstBufferPool *pool = nullptr;
    guint size = 0, min = 0, max = 0;
    gst_query_parse_nth_allocation_pool (query, i, &pool, &size, &min, &max);
    const Owned<GstBufferPool> owned{pool};
    gst_query_set_nth_allocation_pool (query, i, pool, size, min + kHeldBuffers,
                                       max > 0 ? max + kHeldBuffers : 0);
  }
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  GstVideoInfo info;
  if (pools > 0 || !caps || !gst_video_info_from_caps (&info, caps)) return answered;
  quad::ask_for_buffers (query, info, kHeldBuffers);
  return TRUE;
}

gboolean sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS) return answer_caps (pad, parent, query);
  const gboolean answered = gst_pad_query_default (pad, parent, query);
  return GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION ? ask_for_more (query, answered) : answered;
}

gboolean src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS) return answer_caps (pad, parent, query);
  if (!gst_pad_query_default (pad, parent, query)) return FALSE;
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gboolean live = FALSE;
    GstClockTime min = 0, max = 0;
    gst_query_parse_latency (query, &live, &min, &max);
    const GstClockTime more = impl_of (parent).latency ();
    gst_query_set_latency (query, live, min + more,
                           GST_CLOCK_TIME_IS_VALID (max) ? max + more : max);
  }
  return TRUE;
}

// Installs properties, which count from the next stream or seek on.
class Installer {
 public:
  static constexpr auto kFlags = static_cast<GParamFlags> (
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  explicit Installer (GObjectClass *klass) : klass_{klass} {}

  void operator() (Property p, GParamSpec *spec) const
  {
    g_object_class_install_property (klass_, static_cast<guint> (p), spec);
  }
  void time (Property p, const char *name, const char *nick, const char *blurb, guint64 value) const
  {
    (*this) (p, g_param_spec_uint64 (name, nick, blurb, 0, G_MAXUINT64, value, kFlags));
  }
  void text (Property p, const char *name, const char *nick, const char *blurb) const
  {
    (*this) (p, g_param_spec_string (name, nick, blurb, "", kFlags));
  }
  void numbers (Property p, const char *name, const char *nick, const char *blurb,
                const char *element) const
  {
    (*this) (
        p, gst_param_spec_array (
               name, nick, blurb,
               g_param_spec_uint64 (element, element, element, 0, G_MAXUINT64, 0, kFlags), kFlags));
  }

 private:
  GObjectClass *klass_;
};

// Which frames are wanted.
void install_selection (const Installer &install, const Settings &defaults)
{
  install (Property::rate,
           gst_param_spec_fraction (
               "rate", "Rate",
               "Frames per second to pass on: the one on screen at each tick, with "
               "the tick's time (0/1 = not by rate)",
               0, 1, G_MAXINT, 1, defaults.rate_n, defaults.rate_d, Installer::kFlags));
  install.time (
      Property::start_time, "start-time", "Start time",
      "Time in nanoseconds at which the selection begins, unless it is by timestamps or indices "
      "(none = at the first frame)",
      defaults.start_time);
  install.time (
      Property::stop_time, "stop-time", "Stop time",
      "Time in nanoseconds at which the selection ends, unless it is by timestamps or indices "
      "(none = at the end)",
      defaults.stop_time);
  install.text (Property::start, "start", "Start",
                "start-time as text: seconds or hours:minutes:seconds, as \"100\" "
                "or \"1:40\" (empty = none)");
  install.text (Property::stop, "stop", "Stop",
                "stop-time as text: seconds or hours:minutes:seconds, as \"100\" "
                "or \"1:40\" (empty = none)");
  install.numbers (
      Property::timestamps, "timestamps", "Timestamps",
      "Times in nanoseconds of the wanted frames, in any order; 0 is where the film begins",
      "timestamp");
  install.text (Property::timestamp_list, "timestamp-list", "Timestamp list",
                "The same as text: seconds or hours:minutes:seconds between commas, "
                "as \"1.5, 3, 00:01:02.250\"");
  install.numbers (Property::indices, "indices", "Indices",
                   "Numbers of the wanted frames, in any order; 0 is the first", "index");
  install (Property::every_nth,
           g_param_spec_uint (
               "every-nth", "Every nth",
               "Select one frame out of this many, beginning with the first (0 = not by number)", 0,
               G_MAXINT, defaults.every_nth, Installer::kFlags));
  install (Property::keyframes,
           g_param_spec_boolean ("keyframes", "Keyframes",
                                 "Select keyframes only; upstream is asked to skip the others",
                                 defaults.keyframes, Installer::kFlags));
  install (Property::max_frames,
           g_param_spec_uint64 ("max-frames", "Maximum frames",
                                "Number of frames after which the stream ends (0 = no limit)", 0,
                                G_MAXUINT64, defaults.max_frames, Installer::kFlags));
}

// Which frame serves if the wanted one is not there, and how frames are reached.
void install_policies (const Installer &install, const Settings &defaults)
{
  install.time (Property::tolerance_before, "tolerance-before", "Tolerance before",
                "How many nanoseconds before a wanted time its frame may begin (none = any)",
                defaults.tolerance_before);
  install.time (Property::tolerance_after, "tolerance-after", "Tolerance after",
                "How many nanoseconds after a wanted time its frame may begin (none = any with the "
                "policies nearest and next, and no later frame with played-at)",
                defaults.tolerance_after);
  install (Property::missing,
           g_param_spec_enum (
               "missing", "Missing", "What happens at a tick of rate that has no frame",
               GST_TYPE_QUAD_MISSING, static_cast<gint> (defaults.missing), Installer::kFlags));
  install (Property::policy,
           g_param_spec_enum ("policy", "Policy", "Which frame is taken for a timestamp",
                              GST_TYPE_QUAD_POLICY, static_cast<gint> (defaults.policy),
                              Installer::kFlags));
  install.time (
      Property::max_gap, "max-gap", "Maximum gap",
      "How many nanoseconds a rate fills between two frames, or with the last one; longer gaps "
      "are left out (none = no limit)",
      defaults.max_gap);
  install (Property::seek_mode,
           g_param_spec_enum (
               "seek-mode", "Seek mode", "When to seek upstream to frames that lie ahead",
               GST_TYPE_QUAD_SEEK_MODE, static_cast<gint> (defaults.seek_mode), Installer::kFlags));
  install (Property::post_messages,
           g_param_spec_boolean ("post-messages", "Post messages",
                                 "Post frame-extracted for each frame, and progress",
                                 defaults.post_messages, Installer::kFlags));
}

void install_properties (GObjectClass *klass)
{
  const Installer install{klass};
  install_selection (install, quad::extract::kDefaults);
  install_policies (install, quad::extract::kDefaults);
}

}  // namespace

static void gst_frame_extract_class_init (GstFrameExtractClass *klass)
{
  GST_DEBUG_CATEGORY_INIT (frame_extract_debug, "frameextract", 0, "Frame extraction");
  // Without tags the meta is kept when the picture is scaled or converted.
  const gchar *tags[] = {nullptr};
  gst_meta_register_custom (GST_QUAD_META_EXTRACTED_FRAME, tags, nullptr, nullptr, nullptr);
  auto *object_class = G_OBJECT_CLASS (klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);

  auto *element_class = GST_ELEMENT_CLASS (klass);
  element_class->change_state = change_state;
  const Owned<GstCaps> caps{gst_caps_from_string ("video/x-raw(ANY)")};
  quad::add_sink_and_src (element_class, caps.get ());
  quad::set_about (element_class, "Video frame extractor", "Filter/Video",
                   "Passes on the frames that are asked for: by rate, times, numbers or keyframes",
                   "frameextract");
  quad::document_types ({GST_TYPE_QUAD_MISSING, GST_TYPE_QUAD_POLICY, GST_TYPE_QUAD_SEEK_MODE});
}

static void gst_frame_extract_init (GstFrameExtract *self)
{
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (self);
  GstPad *sink =
      gst_pad_new_from_template (gst_element_class_get_pad_template (klass, "sink"), "sink");
  GstPad *src =
      gst_pad_new_from_template (gst_element_class_get_pad_template (klass, "src"), "src");
  gst_pad_set_chain_function (sink, chain);
  gst_pad_set_event_function (sink, sink_event);
  gst_pad_set_query_function (sink, sink_query);
  gst_pad_set_event_function (src, src_event);
  gst_pad_set_query_function (src, src_query);
  GST_PAD_SET_PROXY_ALLOCATION (sink);
  GST_PAD_SET_PROXY_SCHEDULING (sink);
  gst_element_add_pad (GST_ELEMENT (self), sink);
  gst_element_add_pad (GST_ELEMENT (self), src);
  self->impl = new Extraction{GST_ELEMENT (self), sink, src};
}
