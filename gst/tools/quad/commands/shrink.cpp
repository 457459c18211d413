// quad shrink: a smaller copy of a clip.
#include <memory>

#include "tools/quad/clip.h"
#include "tools/quad/commands.h"
#include "tools/quad/commands/shrink.h"
#include "tools/quad/failure.h"
#include "tools/quad/make.h"
#include "tools/quad/names.h"
#include "tools/quad/options.h"
#include "tools/quad/parts.h"
#include "tools/quad/values.h"

namespace quad {
namespace {

void shrink (const ShrinkOptions &options, Report &report, Progress &progress)
{
  report.inputs = {options.clip};
  check_input (options.clip);
  check_output (options.out, {options.clip});
  check_report (options.common.report, {options.clip, options.out});
  const Container &container = container_of (options.out);
  check_least (options.size);
  const Clip clip = open_clip (options.clip, report, progress);
  if (clip.still) {
    throw Failure (text (options.clip, " is a picture, not a clip: quad sheet ",
                         shell_word (options.clip), " -o small.jpg --width ", options.size.width,
                         " --gap 0 makes it smaller, and quad grid shows it beside clips"));
  }
  if (!options.common.print) say_sound (clip, container, report, progress);
  Make make;
  make.out = options.out;
  make.clips = {options.clip};
  make.lengths = {clip.promised};
  make.heard = &clip;
  make.expected.time = clip.duration;
  // videoflip and the deinterlacer work in system memory.
  Machine machine =
      clip.plain_h264 && clip.turn.empty () && container.h264 ? Machine::here () : Machine{};
  make.line = [&] (const std::string &path) { return shrink_line (options, clip, machine, path); };
  if (machine.decodes ())
    make_file_on (machine, make, options.common, report, progress);
  else
    make_file (make, options.common, report, progress);
  report.said.push_back (text ("The video: ", shown (options.out)));
}

}  // namespace

void add_shrink (CLI::App &app, Action &action)
{
  auto options = std::make_shared<ShrinkOptions> ();
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
