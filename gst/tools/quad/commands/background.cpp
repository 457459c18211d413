// quad background: the people of a clip before another background.
#include <iostream>
#include <memory>

#include "tools/quad/clip.h"
#include "tools/quad/commands.h"
#include "tools/quad/failure.h"
#include "tools/quad/make.h"
#include "tools/quad/models.h"
#include "tools/quad/names.h"
#include "tools/quad/options.h"
#include "tools/quad/parts.h"
#include "tools/quad/values.h"

namespace quad {
namespace {

struct Options {
  Common common;
  std::string clip, background = "#00a000", out, alpha, model;
};

bool is_color (const std::string &background) { return background.starts_with ('#'); }
bool is_file (const std::string &background)
{
  return !is_color (background) && background != "blur";
}
// Whether the cut-out is one file.
bool is_film (const std::string &alpha) { return ending_of (alpha) == "mov"; }

// Reads the clip, upright.
void add_upright (Line &line, const Clip &clip)
{
  add_source (line, clip, 0);
  line.row ().add ("clip0.").add (kAnyVideo).add (kUpright);
}

// The upright clip without its background.
void add_cut_out (Line &line, const std::string &model)
{
  line.row ()
      .add ("! queue max-size-buffers=4 ! quadmatte")
      .path ("model-file", model)
      .add ("region=track foreground=estimate");
}

void add_canvas (Line &line, const Options &o, const Clip &clip)
{
  const std::uint32_t color = is_color (o.background) ? *read_color (o.background) : 0xff000000U;
  line.row ().add (
      text ("quadmux-grid name=grid method=mitchell rows=1 columns=1 background-color=",
            color_text (color), " eos-policy=shortest"));
  line.row ().add (
      "sink_0::cell=0 sink_0::fit=cover sink_0::zorder=0 sink_0::repeat-after-eos=true "
      "sink_0::orientation=identity sink_1::orientation=identity");
  line.row ().add (
      text ("sink_1::width=", clip.width, " sink_1::height=", clip.height, " sink_1::zorder=1"));
  // Sides are even, as video encoders want them.
  line.row ().add (text ("! video/x-raw,width=", clip.width / 2 * 2, ",height=",
                         clip.height / 2 * 2, ",pixel-aspect-ratio=", clip.par_n, "/", clip.par_d));
  line.add ("! videoconvert ! video/x-raw,format=I420 ! queue max-size-buffers=2");
}

void add_behind (Line &line, const Options &o, const Clip &clip, const Clip &behind)
{
  if (o.background == "blur") {
    // A tiny picture is blurred when it is enlarged.
    line.row ().add (
        text ("upright. ! queue max-size-buffers=4 ! quaddownscale ! video/x-raw,width=",
              (clip.width + 23) / 24, ",height=", (clip.height + 23) / 24,
              ",pixel-aspect-ratio=", clip.par_n, "/", clip.par_d, " ! grid.sink_0"));
  } else if (is_file (o.background)) {
    add_source (line, behind, 1);
    line.row ().add ("clip1.").add (kAnyVideo).add (kUpright).add (
        "! queue max-size-buffers=4 ! grid.sink_0");
  }
}

// `behind`: the background, where that is a file.
Line video_line (const Options &o, const Clip &clip, const Clip &behind, const std::string &model,
                 const std::string &path)
{
  const Container &container = container_of (o.out);
  Line line;
  add_upright (line, clip);
  line.add ("! tee name=upright").row ().add ("upright.");
  add_cut_out (line, model);
  line.add ("! queue max-size-buffers=4 ! grid.sink_1");
  add_canvas (line, o, clip);
  Encoding encoding;
  encoding.quantizer = 20;
  line.row ();
  add_video_file (line, container, encoding, path);
  add_behind (line, o, clip, behind);
  if (clip.sound) {
    add_sound_track (line.row ().add ("clip0."), container);
  }
  return line;
}

// A run of its own: one pipeline with two files would need room for all that the video encoder
// looks ahead.
Line alpha_line (const Clip &clip, const std::string &model)
{
  Line line;
  add_upright (line, clip);
  add_cut_out (line, model);
  return line.row ().add ("! videoconvert ! video/x-raw,format=RGBA ! pngenc name=video !");
}

void write_alpha (const Options &o, const Clip &clip, const std::string &model, Report &report,
                  Progress &progress)
{
  Line line = alpha_line (clip, model);
  if (is_film (o.alpha)) {
    Make make;
    make.out = o.alpha;
    make.clips = {o.clip};
    make.lengths = {clip.promised};
    make.expected.time = clip.duration;
    make.line = [&] (const std::string &path) {
      Line film = line;
      return film.add ("qtmux ! filesink").path ("location", path);
    };
    return make_file (make, o.common, report, progress);
  }
  if (o.common.print) {
    line.add ("multifilesink").numbered_path (o.alpha, "%06d.png");
    std::cout << "mkdir -p -- " << shell_word (o.alpha) << '\n' << line.shell () << std::endl;
    return;
  }
  line.add ("multifilesink").numbered_path (report.results.folder (o.alpha), "%06d.png");
  Player player{line, {o.clip}, {clip.promised}};
  player.play ({0, clip.duration}, progress, report.warnings);
}

void check (const Options &o, Report &report)
{
  report.inputs = {o.clip};
  if (is_file (o.background)) report.inputs.push_back (o.background);
  for (const std::string &input : report.inputs) check_input (input);
  if (is_color (o.background) && !read_color (o.background)) {
    throw Failure (
        text ("a colour is # and six digits from 0 to f, as #00a000, not ", o.background));
  }
  check_output (o.out, report.inputs);
  container_of (o.out);
  check_report (o.common.report,
                {o.clip, is_file (o.background) ? o.background : "", o.out, o.alpha});
  check_different ({o.out, o.alpha});
  if (o.alpha.empty ()) return;
  if (is_film (o.alpha))
    check_output (o.alpha, report.inputs);
  else
    check_output_folder (o.alpha);
}

void background (const Options &o, Report &report, Progress &progress)
{
  check (o, report);
  const Clip clip = open_clip (o.clip, report, progress);
  Clip behind;
  if (is_file (o.background)) behind = open_clip (o.background, report, progress);
  if (clip.width < 2 || clip.height < 2) {
    throw Failure (text (o.clip, " has ", clip.width, "x", clip.height,
                         " pixels: a video needs at least 2x2"));
  }
  const std::string model = find_model (o.model, progress);
  if (!o.common.print) say_sound (clip, container_of (o.out), report, progress);
  Make make;
  make.out = o.out;
  make.clips = {o.clip};
  make.lengths = {clip.promised};
  make.heard = &clip;
  if (is_file (o.background)) make.clips.push_back (o.background);
  make.expected.time = clip.duration;
  make.line = [&] (const std::string &path) { return video_line (o, clip, behind, model, path); };
  make_file (make, o.common, report, progress);
  report.said.push_back (text ("The video: ", shown (o.out)));
  if (o.alpha.empty ()) return;
  const std::uint64_t frames = report.frames;
  const double duration = report.duration;
  write_alpha (o, clip, model, report, progress);
  report.frames = frames, report.duration = duration;
  report.said.push_back (text ("The pictures with transparency: ", shown (o.alpha)));
}

}  // namespace

void add_background (CLI::App &app, Action &action)
{
  auto o = std::make_shared<Options> ();
  CLI::App *command =
      app.add_subcommand ("background", "Put the people of a clip before another background");
  command->add_option ("CLIP", o->clip, "The clip")->required ();
  command->add_option ("BACKGROUND", o->background,
                       "A picture, another clip, a colour as '#00a000' (default), or blur: the "
                       "clip itself, out of focus");
  command->add_option ("-o,--output", o->out, "The result: .mp4, .mov, .mkv or .webm")->required ();
  command->add_option (
      "--alpha", o->alpha,
      "Write the people alone, too: a .mov with transparency, or a folder of PNGs");
  command->add_option (
      "--model", o->model,
      "An ONNX model (one that is fetched the first time, with ONNX Runtime: about 120 MB)");
  command->footer (
      "Examples:\n"
      "  quad background talk.mp4 beach.jpg -o talk-beach.mp4\n"
      "  quad background talk.mp4 blur -o talk-blur.mp4\n"
      "  quad background talk.mp4 '#00a000' -o green.mp4 --alpha talk-alpha.mov");
  finish_command (command, o, action, background);
}

}  // namespace quad
