// quad gif: an animated GIF of a clip or of a part of it.
#include <filesystem>
#include <iostream>
#include <memory>

#include "tools/quad/budget.h"
#include "tools/quad/clip.h"
#include "tools/quad/commands.h"
#include "tools/quad/failure.h"
#include "tools/quad/make.h"
#include "tools/quad/names.h"
#include "tools/quad/options.h"
#include "tools/quad/parts.h"
#include "tools/quad/values.h"

namespace quad {
namespace {

// Browsers show no more.
constexpr int kMostRate = 50;
constexpr int kMostLossy = 100;

struct Options {
  Common common;
  std::string clip, out;
  GstClockTime start = 0, length = 0;  // a length of 0: to the end
  int width = 480;
  Fraction rate{12, 1};
  int lossy = 0;
  std::uint64_t max_bytes = 0;  // 0: no limit
};

// Frames are turned upright before they are scaled, so that the width is the GIF's. They get square
// pixels, because a GIF has no others.
Line line_of (const Options &o, const Clip &clip, int lossy, const std::string &path)
{
  Line line;
  add_source (line, clip, 0);
  line.row ().add ("clip0. !").add (frameextract (clip));
  line.add (text ("rate=", text_of (o.rate), " start-time=", o.start));
  if (o.length > 0) line.add (text ("stop-time=", o.start + o.length));
  line.row ().add (kAnyVideo).add (kUpright);
  line.row ().add (text ("! quaddownscale divisor=1 max-width=", o.width));
  line.add ("! video/x-raw,pixel-aspect-ratio=1/1 ! queue max-size-buffers=2 ! videoconvert");
  line.row ()
      .add (text ("! gifstreamenc name=video lossy=", lossy, " ! filesink"))
      .path ("location", path);
  return line;
}

// 0: not known.
std::uint64_t frames_of (const Options &o, const Clip &clip)
{
  GstClockTime length = clip.duration > o.start ? clip.duration - o.start : 0;
  if (o.length > 0 && length > 0) length = std::min (length, o.length);
  return gst_util_uint64_scale_ceil (length, o.rate.n, o.rate.d * GST_SECOND);
}

// Sets `lossy` after each frame, in the encoder's thread.
struct Steering {
  Budget budget;
  GstElement *encoder = nullptr;

  static GstPadProbeReturn written (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto *self = static_cast<Steering *> (data);
    const GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
    const int lossy = self->budget.next (gst_buffer_get_size (const_cast<GstBuffer *> (buffer)));
    g_object_set (self->encoder, "lossy", lossy, nullptr);
    return GST_PAD_PROBE_OK;
  }

  void attach (Player &player)
  {
    const Owned<GstElement> video = player.element ("video");
    encoder = video.get ();
    const Owned<GstPad> pad{gst_element_get_static_pad (encoder, "src")};
    gst_pad_add_probe (pad.get (), GST_PAD_PROBE_TYPE_BUFFER, written, this, nullptr);
  }
};

struct TooLarge {
  std::uint64_t bytes;
};

std::uint64_t size_of (const std::string &path)
{
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size (path, error);
  if (error) throw Failure (text (path, " cannot be read: ", error.message ()));
  return size;
}

std::string sentence_on_size (const Options &o, std::uint64_t bytes)
{
  return text (o.out, " would have ", bytes, " bytes even with lossy=100, and --max-bytes is ",
               o.max_bytes, ": give a smaller --width, --rate or --length");
}

// The first pass learns while it writes, the second starts with what the first has learnt. Where
// that was not enough, a last one takes all the loss that there is.
void make_small (const Options &o, const Clip &clip, Make make, Report &report, Progress &progress)
{
  const std::uint64_t frames = make.expected.frames;
  if (frames == 0)
    throw Failure (text ("how long ", o.clip, " is cannot be told, so --max-bytes cannot be kept"));
  Steering steering{Budget{o.max_bytes, frames, {}, o.lossy}};
  make.prepare = [&] (Player &player) { steering.attach (player); };
  make.after = [&, say = make.after] (const std::string &path) {
    const std::uint64_t bytes = size_of (path);
    if (bytes > o.max_bytes) throw TooLarge{bytes};
    say (path);
  };
  for (int pass = 1;; pass++) {
    try {
      return make_file (make, o.common, report, progress);
    } catch (const TooLarge &large) {
      report.results.drop_last ();
      const bool steered = make.prepare != nullptr;
      if (!steered || steering.budget.exhausted ())
        throw Failure (sentence_on_size (o, large.bytes));
      progress.say (text ("pass ", pass, " took ", large.bytes, " bytes, so there is another one"));
      int lossy = kMostLossy;
      if (pass == 1)
        lossy = std::max (o.lossy, steering.budget.learnt (o.max_bytes));
      else
        make.prepare = nullptr;
      steering.budget = Budget{o.max_bytes, frames, steering.budget.needs (), lossy};
      make.line = [&, lossy] (const std::string &path) { return line_of (o, clip, lossy, path); };
    }
  }
}

void gif (const Options &o, Report &report, Progress &progress)
{
  report.inputs = {o.clip};
  check_input (o.clip);
  check_output (o.out, {o.clip});
  check_report (o.common.report, {o.clip, o.out});
  if (ending_of (o.out) != "gif")
    throw Misuse (text (o.out, " has an ending that says no GIF: name it ", o.out, ".gif"));
  const Clip clip = open_clip (o.clip, report, progress);
  if (clip.duration > 0 && o.start >= clip.duration) {
    throw Failure (text (o.clip, " ends at ", seconds_text (clip.duration),
                         " s: --start has to lie before that"));
  }
  if (!o.common.print && clip.sound) progress.say ("the sound is left out, as a GIF has none");
  Make make;
  make.out = o.out;
  make.clips = {o.clip};
  make.expected.frames = frames_of (o, clip);
  make.line = [&] (const std::string &path) { return line_of (o, clip, o.lossy, path); };
  make.after = [&] (const std::string &path) {
    report.said = {text ("The GIF, ", size_of (path) / 1024, " KiB: ", shown (o.out))};
  };
  if (o.max_bytes > 0 && o.common.print)
    std::cout << "# While it runs, lossy is set after each frame so that the GIF fits.\n";
  if (o.max_bytes > 0 && !o.common.print)
    make_small (o, clip, make, report, progress);
  else
    make_file (make, o.common, report, progress);
}

std::optional<Fraction> read_gif_rate (const std::string &text)
{
  const auto rate = read_rate (text);
  return rate && rate->n <= kMostRate * rate->d ? rate : std::nullopt;
}

std::optional<GstClockTime> read_length (const std::string &text)
{
  const auto length = read_seconds (text);
  return length && *length > 0 ? length : std::nullopt;
}

}  // namespace

void add_gif (CLI::App &app, Action &action)
{
  auto o = std::make_shared<Options> ();
  CLI::App *command =
      app.add_subcommand ("gif", "Make an animated GIF of a clip or of a part of it");
  command->add_option ("CLIP", o->clip, "The clip")->required ();
  command->add_option ("-o,--output", o->out, "The result, a .gif")->required ();
  add_value (*command, "--start", o->start, read_seconds, "a number of seconds, as 12.5",
             "Where it begins, in seconds (0)");
  add_value (*command, "--length", o->length, read_length, "a number of seconds above 0, as 4.5",
             "How many seconds it shows (all)");
  command->add_option ("--width", o->width, "How wide it is at most, in pixels (480)")
      ->check (CLI::Range (1, 16384));
  add_value (*command, "--rate", o->rate, read_gif_rate,
             "a number of frames a second, as 12 or 25/2, to 50, which is what browsers show",
             "Frames a second (12)");
  command->add_option ("--lossy", o->lossy, "0 to 100: smaller and less exact (0)")
      ->check (CLI::Range (0, kMostLossy));
  add_value (*command, "--max-bytes", o->max_bytes, read_bytes,
             "a number of bytes, as 800000, 800k or 2M",
             "How large it may get: it gets as lossy as that takes");
  command->footer (
      "Examples:\n"
      "  quad gif clip.mp4 -o clip.gif --start 12.5 --length 4 --width 320\n"
      "  quad gif clip.mp4 -o chat.gif --max-bytes 2M");
  finish_command (command, o, action, gif);
}

}  // namespace quad
