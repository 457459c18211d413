// quad grid: several clips in one picture.
#include <algorithm>
#include <cmath>
#include <memory>

#include "tools/quad/clip.h"
#include "tools/quad/commands.h"
#include "tools/quad/commands/grid.h"
#include "tools/quad/failure.h"
#include "tools/quad/make.h"
#include "tools/quad/mosaic.h"
#include "tools/quad/names.h"
#include "tools/quad/options.h"

namespace quad {
namespace {

// Finds rows and columns: the squarest grid, wider rather than taller, where nothing is asked for.
void choose_cells (GridOptions &o)
{
  const int n = static_cast<int> (o.clips.size ());
  if (o.layout == "vertical") o.rows = n, o.columns = 1;
  if (o.layout == "horizontal") o.rows = 1, o.columns = n;
  if (o.rows == 0 && o.columns == 0) o.columns = static_cast<int> (std::ceil (std::sqrt (n)));
  if (o.columns == 0) o.columns = (n + o.rows - 1) / o.rows;
  if (o.rows == 0) o.rows = (n + o.columns - 1) / o.columns;
  if (o.rows * o.columns < n) {
    throw Misuse (text (o.rows, " rows of ", o.columns, " columns have no room for ", n, " clips"));
  }
}

// A frame's own size; else that of a screen, or of a strip whose cells are half as wide.
void choose_size (GridOptions &o, const GridInputs &inputs)
{
  if (o.size.width > 0) {
    if (o.size.width % 2 || o.size.height % 2)
      throw Misuse ("the sides of a video have to be even: give another --size");
    check_least (o.size);
    return;
  }
  constexpr Pixels kScreen{1280, 720}, kCell{640, 360};
  constexpr int kLongest = 4096;
  if (inputs.frame.width > 0) {
    o.size = {inputs.frame.width / 2 * 2, inputs.frame.height / 2 * 2};
  } else if (o.layout == "vertical") {
    o.size = {kCell.width, std::min (kCell.height * o.rows, kLongest)};
  } else if (o.layout == "horizontal") {
    o.size = {std::min (kCell.width * o.columns, kLongest), kCell.height};
  } else {
    o.size = kScreen;
  }
}

// There has to be a pixel of each cell, and more of it to see something.
void check_gaps (const GridOptions &o)
{
  const auto left = [&] (int side, int cells) { return side - (cells - 1) * o.gap - 2 * o.margin; };
  if (left (o.size.width, o.columns) < o.columns || left (o.size.height, o.rows) < o.rows) {
    throw Misuse (text ("a --gap of ", o.gap, " and a --margin of ", o.margin,
                        " leave no room for pictures in ", o.size.width, "x", o.size.height,
                        ": give less, or a larger --size"));
  }
}

// Which clip is heard, counted from 0; -1: none.
int sound_of (const GridOptions &o)
{
  if (!o.music.empty () || o.sound == "none") return -1;
  if (o.sound == "first") return 0;
  const auto number = read_rate (o.sound);
  if (!number || number->d != 1 || number->n > static_cast<int> (o.clips.size ())) {
    throw Misuse (text ("--sound is first, none, or a clip's number from 1 to ", o.clips.size (),
                        ", not ", o.sound));
  }
  return number->n - 1;
}

// How long the result is; 0: not known. Pictures last as long as the films.
GstClockTime length_of (const GridOptions &o, const std::vector<Clip> &clips)
{
  GstClockTime least = GST_CLOCK_TIME_NONE, most = 0;
  for (const Clip &clip : clips) {
    if (clip.still) continue;
    least = std::min (least, clip.duration);
    most = std::max (most, clip.duration);
  }
  if (most == 0 || least == 0) return 0;
  return o.shortest ? least : most;
}

GridInputs read_inputs (const GridOptions &o, Report &report, Progress &progress)
{
  GridInputs inputs;
  for (const std::string &path : o.clips)
    inputs.clips.push_back (open_clip (path, report, progress));
  inputs.length = length_of (o, inputs.clips);
  inputs.heard = sound_of (o);
  if (inputs.heard >= 0 && !inputs.clips[static_cast<std::size_t> (inputs.heard)].sound)
    inputs.heard = -1;
  if (!o.music.empty ()) {
    inputs.music = read_sound (o.music);
    if (!inputs.music.cut.empty ()) warn (inputs.music.cut, report, progress);
  }
  if (!o.frame.empty ()) inputs.frame = read_clip (o.frame);
  return inputs;
}

void say_what_is_heard (const GridOptions &o, const GridInputs &inputs, Report &report,
                        Progress &progress)
{
  const std::string codec{container_of (o.out).sound_name};
  if (!o.music.empty ()) {
    const GstClockTime own = inputs.music.duration;
    std::string what = " replaces the clips' sound";
    if (own > 0 && inputs.length > own)
      what += text (", again and again, as it has ", seconds_text (own, 1), " s");
    if (own > inputs.length && inputs.length > 0)
      what += text (", cut to ", seconds_text (inputs.length, 1), " s");
    if (own == 0 || inputs.length == 0) what += ", once, as it cannot be told how long all is";
    progress.say (text (o.music, what));
    return;
  }
  const int wanted = sound_of (o);
  if (wanted < 0) return progress.say ("no sound is kept");
  const Clip &clip = inputs.clips[static_cast<std::size_t> (wanted)];
  const std::string sentence = sentence_on_sound (clip, codec);
  if (!clip.sound_problem.empty () && !clip.sound) return warn (sentence, report, progress);
  progress.say (
      text (sentence, clip.sound && inputs.clips.size () > 1 ? "; the others' is left out" : ""));
}

void grid (const GridOptions &given, Report &report, Progress &progress)
{
  GridOptions o = given;
  report.inputs = o.clips;
  for (const std::string *extra : {&o.music, &o.frame}) {
    if (!extra->empty ()) report.inputs.push_back (*extra);
  }
  for (const std::string &input : report.inputs) check_input (input);
  check_output (o.out, report.inputs);
  std::vector<std::string> files = report.inputs;
  files.push_back (o.out);
  check_report (o.common.report, files);
  const Container &container = container_of (o.out);
  choose_cells (o);
  const GridInputs inputs = read_inputs (o, report, progress);
  choose_size (o, inputs);
  check_gaps (o);
  if (!o.frame.empty () && is_opaque (o.frame))
    warn (text (o.frame, " has no transparency, so it hides all clips"), report, progress);
  Machine machine = container.h264 ? Machine::here () : Machine{};
  if (!o.common.print) say_what_is_heard (o, inputs, report, progress);
  Make make;
  make.out = o.out;
  make.clips = o.clips;
  if (inputs.heard >= 0) make.heard = &inputs.clips[static_cast<std::size_t> (inputs.heard)];
  for (const Clip &clip : inputs.clips) make.lengths.push_back (o.shortest ? 0 : clip.promised);
  for (const std::string *extra : {&o.music, &o.frame}) make.clips.push_back (*extra);
  make.expected.frames = gst_util_uint64_scale (inputs.length, o.rate.n, o.rate.d * GST_SECOND);
  make.line = [&] (const std::string &path) { return grid_line (o, inputs, machine, path); };
  if (container.h264)
    make_file_on (machine, make, o.common, report, progress);
  else
    make_file (make, o.common, report, progress);
  report.said.push_back (text ("The video: ", shown (o.out)));
}

std::optional<bool> read_ends (const std::string &text)
{
  if (text == "shortest") return true;
  if (text == "longest") return false;
  return {};
}

}  // namespace

void add_grid (CLI::App &app, Action &action)
{
  auto o = std::make_shared<GridOptions> ();
  CLI::App *command = app.add_subcommand ("grid", "Show several clips in one video");
  command->add_option ("CLIP", o->clips, "The clips, row by row")->required ();
  command->add_option ("-o,--output", o->out, "The result: .mp4, .mov, .mkv or .webm")->required ();
  const auto cells = CLI::Range (1, 64);
  command->add_option ("--rows", o->rows, "How many rows there are (as needed)")->check (cells);
  command->add_option ("--columns", o->columns, "How many columns there are (as needed)")
      ->check (cells);
  command
      ->add_option ("--layout", o->layout,
                    "grid, vertical (all below each other, as four-cut photos are) or horizontal")
      ->check (CLI::IsMember ({"grid", "vertical", "horizontal"}));
  add_value (*command, "--size", o->size, read_size, "a width and a height, as 1280x720",
             "The video's size (1280x720; with --frame the picture's)");
  add_value (*command, "--rate", o->rate, read_rate, "frames a second, as 30 or 30000/1001",
             "Frames a second (30)");
  command
      ->add_option (
          "--fit", o->fit,
          "contain: all of a picture (default), cover: all of the cell, fill: both, stretched")
      ->check (CLI::IsMember ({"contain", "cover", "fill"}));
  command->add_option ("--gap", o->gap, "Pixels between cells (4)")->check (CLI::Range (0, 1000));
  command->add_option ("--margin", o->margin, "Pixels around all cells (0)")
      ->check (CLI::Range (0, 1000));
  add_value (*command, "--color", o->color, read_color, "a colour, as #202020",
             "What is seen between pictures (#000000)");
  command->add_option ("--sound", o->sound,
                       "Whose sound is kept: first (default), none, or a clip's number from 1");
  command->add_option ("--music", o->music,
                       "A file whose sound replaces the clips', cut or repeated to their length");
  command->add_option ("--frame", o->frame,
                       "A picture with transparency that lies over everything");
  add_value (
      *command, "--ends", o->shortest, read_ends, "shortest or longest",
      "The clip that ends the video: shortest (default) or longest, where cells of clips that "
      "have ended show the background");
  command->footer (
      "Examples:\n"
      "  quad grid one.mp4 two.mov three.mkv four.mp4 -o quad.mp4\n"
      "  quad grid cut*.mp4 -o strip.mp4 --layout vertical --frame frame.png --music song.mp3\n"
      "  quad grid *.mp4 -o wall.mp4 --size 1920x1080 --fit cover --sound none --ends longest");
  finish_command (command, o, action, grid);
}

}  // namespace quad
