// quad sheet: a contact sheet of a clip, or of photos.
#include <iostream>
#include <memory>

#include "tools/quad/commands.h"
#include "tools/quad/failure.h"
#include "tools/quad/mosaic.h"
#include "tools/quad/names.h"
#include "tools/quad/options.h"
#include "tools/quad/photos.h"
#include "tools/quad/pictures.h"

namespace quad {
namespace {

constexpr int kClipColumns = 4, kClipWidth = 320, kPhotoWidth = 240;

struct Options {
  Common common;
  std::vector<std::string> inputs;
  std::string out;
  int count = 12;
  int columns = 0, width = 0;  // 0: not given
  int gap = 8;
};

// Makes the sheet of pictures in files. `report` keeps how many they are.
void make_sheet (const Options &o, const Mosaic &mosaic, Report &report, Progress &progress)
{
  Make make;
  make.out = o.out;
  make.line = [&] (const std::string &path) {
    return mosaic_line (mosaic, ending_of (o.out), path);
  };
  make_file (make, o.common, report, progress);
  report.frames = mosaic.pictures.size ();
  report.duration = 0;
}

struct NewFolder {
  Temporary folder = new_folder ();
};

// Where the pictures go: a folder of their own, or the one that --print names.
class Pictures {
 public:
  explicit Pictures (const Options &o) : path_{o.out + ".pictures"}
  {
    if (!o.common.print) path_ = work_.emplace ().folder.path ();
  }
  const std::string &path () const { return path_; }

 private:
  std::optional<NewFolder> work_;
  std::string path_;
};

// Four in a row, as high as its rows need, with cells of the first picture's shape.
void sheet_of_clip (const Options &o, const Clip &clip, Report &report, Progress &progress)
{
  Selection selection;
  selection.width = o.width > 0 ? o.width : kClipWidth;
  selection.times = equal_times (frame_times_of (clip, report, progress), o.count);
  const Pictures work{o};
  const std::string &folder = work.path ();
  Line line = selected_pictures (clip, selection);
  line.add (encoder_of ("png"))
      .add ("! multifilesink index=1")
      .numbered_path (folder, "frame-%03d.png");
  Mosaic mosaic;
  mosaic.decoder = "pngdec ! videoconvert";
  mosaic.gap = o.gap;
  mosaic.columns = std::min (o.columns > 0 ? o.columns : kClipColumns, o.count);
  if (o.common.print) {
    std::cout << "mkdir -p -- " << shell_word (folder) << '\n' << line.shell () << std::endl;
    for (int i = 1; i <= o.count; i++)
      mosaic.pictures.push_back (text (folder, "/frame-",
                                       i < 10    ? "00"
                                       : i < 100 ? "0"
                                                 : "",
                                       i, ".png"));
    const double own = clip.height * shape_of (clip),
                 width = std::min<double> (selection.width, own);
    mosaic.cell = {static_cast<int> (width),
                   std::max (static_cast<int> (width / shape_of (clip) + 0.5), 1)};
    return make_sheet (o, mosaic, report, progress);
  }
  play_pictures (line, clip, selection, report, progress);
  mosaic.pictures = files_in (folder);
  mosaic.columns = std::min (mosaic.columns, static_cast<int> (mosaic.pictures.size ()));
  mosaic.cell = png_size (mosaic.pictures.front ());
  make_sheet (o, mosaic, report, progress);
  report.said.push_back (
      text ("The sheet, ", mosaic.pictures.size (), " of ", o.count, " pictures: ", shown (o.out)));
}

// Nearly square.
void sheet_of_photos (const Options &o, const std::vector<std::string> &photos, Report &report,
                      Progress &progress)
{
  const int width = o.width > 0 ? o.width : kPhotoWidth;
  const Pictures work{o};
  const std::string &folder = work.path ();
  Mosaic mosaic;
  mosaic.decoder = "quadjpegdec";
  mosaic.gap = o.gap;
  mosaic.cell = {width, width};
  if (o.common.print) {
    std::cout << "mkdir -p -- " << shell_word (folder) << '\n';
    for (std::size_t i = 0; i < photos.size (); i++) {
      mosaic.pictures.push_back (photo_file (folder, i));
      std::cout << photo_line (photos[i], width, mosaic.pictures.back ()).shell () << '\n';
    }
    mosaic.columns = o.columns > 0 ? o.columns : square_columns (photos.size ());
    return make_sheet (o, mosaic, report, progress);
  }
  shrink_photos (photos, width, folder, report, progress);
  mosaic.pictures = files_in (folder);
  if (mosaic.pictures.empty ()) throw Failure ("none of the photos could be decoded");
  mosaic.columns = o.columns > 0 ? o.columns : square_columns (mosaic.pictures.size ());
  make_sheet (o, mosaic, report, progress);
  report.said.push_back (text ("The sheet, ", mosaic.pictures.size (), " of ", photos.size (),
                               " photos: ", shown (o.out)));
}

void sheet (const Options &o, Report &report, Progress &progress)
{
  report.inputs = o.inputs;
  check_output (o.out, o.inputs);
  encoder_of (ending_of (o.out));
  check_report (o.common.report, {o.out});
  check_report (o.common.report, o.inputs);
  if (o.inputs.size () == 1 && !is_folder (o.inputs[0]) && !is_photo (o.inputs[0])) {
    check_input (o.inputs[0]);
    const Clip clip = open_clip (o.inputs[0], report, progress);
    if (!clip.still) return sheet_of_clip (o, clip, report, progress);
  }
  const std::vector<std::string> photos = photos_of (o.inputs, o.out);
  check_output (o.out, photos);
  check_report (o.common.report, photos);
  sheet_of_photos (o, photos, report, progress);
}

}  // namespace

void add_sheet (CLI::App &app, Action &action)
{
  auto o = std::make_shared<Options> ();
  CLI::App *command = app.add_subcommand ("sheet", "Make a contact sheet of a clip, or of photos");
  command->add_option ("INPUT", o->inputs, "A clip; or photos, and folders of them")->required ();
  command->add_option ("-o,--output", o->out, "The result: .jpg or .png")->required ();
  command->add_option ("--count", o->count, "How many pictures of a clip, evenly spread (12)")
      ->check (CLI::Range (1, 999));
  command
      ->add_option ("--columns", o->columns,
                    "Pictures in a row (4; of photos as many as there are rows)")
      ->check (CLI::Range (1, 100));
  command
      ->add_option ("--width", o->width,
                    "How wide a picture is at most (320; of photos 240, and as high)")
      ->check (CLI::Range (1, 9999));
  command->add_option ("--gap", o->gap, "Pixels between pictures and around them (8)")
      ->check (CLI::Range (0, 1000));
  command->footer (
      "Examples:\n"
      "  quad sheet film.mp4 -o film.jpg --count 20 --columns 5\n"
      "  quad sheet ~/photos -o photos.jpg --width 200");
  finish_command (command, o, action, sheet);
}

}  // namespace quad
