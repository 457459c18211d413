#include "tools/quad/player.h"

#include <gst/pbutils/pbutils.h>

#include <algorithm>
#include <ctime>

#include "tools/quad/ending.h"
#include "tools/quad/failure.h"
#include "tools/quad/temporary.h"

namespace quad {
namespace {

constexpr GstClockTime kTick = 100 * GST_MSECOND;
constexpr gint64 kPatience = 60 * G_USEC_PER_SEC;
constexpr double kIdleCpu = 1;  // seconds of the processor in that time: less is idle
// Starting may load models and drivers.
constexpr std::chrono::seconds kMostToStart{180}, kMostToStop{30};
constexpr const char *kNoStop = "the pipeline does not stop, so it is left";

double cpu_seconds () { return static_cast<double> (std::clock ()) / CLOCKS_PER_SEC; }

// Says a warning that is a new one.
void warn_once (const std::string &warning, Progress &progress, std::vector<std::string> &warnings)
{
  if (std::find (warnings.begin (), warnings.end (), warning) != warnings.end ()) return;
  warnings.push_back (warning);
  progress.say (warning);
}

// "streaming stopped, reason not-linked (-1)" in what an element adds for developers.
std::string reason_in (const char *debug)
{
  const std::string all = debug ? debug : "";
  const std::size_t at = all.find ("reason ");
  return at == std::string::npos ? ""
                                 : all.substr (at + 7, all.find_first_of (" \n", at + 7) - at - 7);
}

}  // namespace

Player::Player (const Line &line, std::vector<std::string> clips, std::vector<GstClockTime> lengths)
    : clips_{std::move (clips)},
      lengths_{std::move (lengths)},
      pipeline_{line.parse ()},
      damage_{std::make_unique<Damage> (pipeline_.get (), clips_.size ())}
{
  lengths_.resize (clips_.size ());
  count_at ("video", video_);
  count_at ("sound", sound_);
}

void Player::count_at (const char *name, Passed &passed)
{
  const Owned<GstElement> end = element (name);
  if (!end) return;
  const Owned<GstPad> pad{gst_element_get_static_pad (end.get (), "sink")};
  if (pad) passed.watch (pad.get ());
}

Player::~Player ()
{
  // What is said is why it is stopped, if there is a reason.
  const Deadline deadline{kMostToStop, interrupted ()     ? "interrupted"
                                       : !error_.empty () ? error_
                                                          : kNoStop};
  gst_element_set_state (pipeline_.get (), GST_STATE_NULL);
  pipeline_.reset ();
  damage_.reset ();
}

Owned<GstElement> Player::element (const char *name) const
{
  if (!GST_IS_BIN (pipeline_.get ())) return nullptr;
  return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (pipeline_.get ()), name)};
}

// With the clip whose element, or whose element's bin, the message is from.
std::string Player::sentence (GstMessage *message) const
{
  GError *error = nullptr;
  gchar *debug = nullptr;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  std::string said = error ? error->message : "GStreamer does not say why";
  while (said.ends_with ('.')) said.pop_back ();
  const std::string reason = said == "Internal data stream error" ? reason_in (debug) : "";
  if (!reason.empty ()) said = text ("the stream broke off (", reason, ")");
  // "CONTINUITY: Mismatch packet 9, stream 15 (pid 0x0101)", of tsdemux
  if (said.starts_with ("CONTINUITY")) said = "packets are missing: it is damaged";
  if (!missing_.empty ()) said = text ("there is no ", missing_, " here");
  g_clear_error (&error);
  g_free (debug);
  const int clip = clip_of (GST_MESSAGE_SRC (message));
  if (clip >= 0 && static_cast<std::size_t> (clip) < clips_.size ())
    return text (clips_[static_cast<std::size_t> (clip)], ": ", said);
  return clips_.size () == 1 ? text (clips_[0], ": ", said) : said;
}

void Player::handle (GstMessage *message, Progress &progress, std::vector<std::string> &warnings)
{
  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_EOS: ended_ = true; break;
    case GST_MESSAGE_ERROR:
      if (error_.empty ()) error_ = sentence (message);
      break;
    case GST_MESSAGE_WARNING: warn_once (sentence (message), progress, warnings); break;
    case GST_MESSAGE_LATENCY: gst_bin_recalculate_latency (GST_BIN (pipeline_.get ())); break;
    case GST_MESSAGE_ELEMENT:
      if (gst_is_missing_plugin_message (message)) {
        const Owned<char> description{gst_missing_plugin_message_get_description (message)};
        missing_ = description.get ();
      }
      if (on_message_) on_message_ (message);
      break;
    default: break;
  }
}

void Player::show (const Expected &expected, Progress &progress) const
{
  const std::uint64_t frames = video_.buffers ();
  const GstClockTime time = video_.end ();
  double part = -1;
  if (expected.frames > 0)
    part = static_cast<double> (frames) / static_cast<double> (expected.frames);
  else if (expected.time > 0)
    part = static_cast<double> (time) / static_cast<double> (expected.time);
  progress.show (part, expected.frames > 0 ? text (frames, " of ", expected.frames, " frames")
                                           : text (frames, " frames"));
}

// True if for a minute no frame has come, and the processor has had next to nothing to do.
bool Player::stalled ()
{
  const gint64 now = g_get_monotonic_time ();
  if (active_at_ == 0 || video_.buffers () != active_frames_ ||
      cpu_seconds () - active_cpu_ > kIdleCpu) {
    active_at_ = now, active_frames_ = video_.buffers (), active_cpu_ = cpu_seconds ();
  }
  return now - active_at_ > kPatience;
}

void Player::say_damage (Progress &progress, std::vector<std::string> &warnings) const
{
  const std::vector<Damage::Found> found = damage_->found ();
  for (std::size_t i = 0; i < found.size (); i++) {
    for (const std::string &said : sentences_on (found[i], clips_[i], lengths_[i]))
      warn_once (said, progress, warnings);
  }
}

bool Player::start ()
{
  const Deadline deadline{kMostToStart, "the pipeline does not start"};
  return gst_element_set_state (pipeline_.get (), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

Played Player::play (const Expected &expected, Progress &progress,
                     std::vector<std::string> &warnings)
{
  const Owned<GstBus> bus{gst_element_get_bus (pipeline_.get ())};
  const bool started = start ();
  while (!ended_ && error_.empty ()) {
    if (interrupted ()) throw Interrupted{};
    const Owned<GstMessage> message{gst_bus_timed_pop (bus.get (), started ? kTick : 0)};
    if (message)
      handle (message.get (), progress, warnings);
    else if (!started)
      error_ = "the pipeline does not start";
    else if (stalled ())
      error_ =
          text ("nothing has come for a minute", clips_.size () == 1 ? " from " + clips_[0] : "");
    show (expected, progress);
  }
  if (!error_.empty ()) {
    // As long as what it has written is there.
    const std::string fault = Temporary::storage_fault ();
    if (!fault.empty ()) throw StorageFailure (text (error_, ": ", fault));
    throw Failure (error_);
  }
  // A signal that came with the last frame: nothing is written.
  if (interrupted ()) throw Interrupted{};
  {
    // All threads have passed on their last buffers.
    const Deadline deadline{kMostToStop, kNoStop};
    gst_element_set_state (pipeline_.get (), GST_STATE_READY);
  }
  progress.clear ();
  say_damage (progress, warnings);
  return {video_.buffers (), video_.end (), sound_.end ()};
}

}  // namespace quad
