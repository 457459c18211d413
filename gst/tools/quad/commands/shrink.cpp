// quad shrink: a smaller copy of a clip.
#include <memory>

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

struct Options {
  Common common;
  std::string clip, out;
  Pixels size{640, 360};
};

Line line_of (const Options &options, const Clip &clip, const Container &container,
              const std::string &path)
{
  const Pixels &size = options.size;
  Line line;
  add_source (line, clip, 0);
  // H.264 in 4:2:0 has no odd sides.
  line.row ().add ("clip0.").add (kAnyVideo).add (kUpright);
  line.add (text ("! quaddownscale divisor=1 max-width=", size.width, " max-height=", size.height));
  line.add (text ("! video/x-raw,width=[2,", std::max (size.width, 2), ",2],height=[2,",
                  std::max (size.height, 2), ",2]"));
  line.row ().add ("! videoconvert ! video/x-raw,format=I420 ! queue max-size-buffers=2");
  add_video_file (line, container, {}, path);
  if (clip.sound) {
    line.row ().add (text ("clip0. ! audioconvert ! audioresample ! ", container.sound));
    line.add (kWaitingSound).add ("! mux.");
  }
  return line;
}

void shrink (const Options &options, Report &report, Progress &progress)
{
  report.inputs = {options.clip};
  check_input (options.clip);
  check_output (options.out, {options.clip});
  check_report (options.common.report, {options.clip, options.out});
  const Container &container = container_of (options.out);
  const Clip clip = read_clip (options.clip);
  if (!options.common.print) say_sound (clip, container, report, progress);
  Make make;
  make.out = options.out;
  make.clips = {options.clip};
  make.expected.time = clip.duration;
  make.line = [&] (const std::string &path) { return line_of (options, clip, container, path); };
  make_file (make, options.common, report, progress);
  report.said.push_back (text ("The video: ", shown (options.out)));
}

}  // namespace

void add_shrink (CLI::App &app, Action &action)
{
  auto options = std::make_shared<Options> ();
  CLI::App *command = app.add_subcommand ("shrink", "Make a clip smaller, upright, with its sound");
  command->add_option ("CLIP", options->clip, "The clip")->required ();
  command->add_option ("-o,--output", options->out, "The result: .mp4, .mov, .mkv or .webm")
      ->required ();
  add_value (*command, "--size", options->size, read_size, "a width and a height, as 640x360",
             "What it has to fit into, in its own shape (640x360)");
  command->footer (
      "Examples:\n"
      "  quad shrink holiday.mov -o small.mp4\n"
      "  quad shrink holiday.mov -o small.webm --size 320x320\n"
      "  quad shrink holiday.mov -o small.mp4 --print");
  finish_command (command, options, action, shrink);
}

}  // namespace quad
