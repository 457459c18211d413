// quad thumbs: pictures out of a clip, as files, as an archive, or as a sprite sheet.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

#include "tools/quad/archive.h"
#include "tools/quad/commands.h"
#include "tools/quad/failure.h"
#include "tools/quad/mosaic.h"
#include "tools/quad/names.h"
#include "tools/quad/options.h"
#include "tools/quad/pictures.h"
#include "tools/quad/webvtt.h"

namespace quad {
namespace {

constexpr int kPictures = 12, kMostPictures = 9999;
constexpr int kSpriteWidth = 160, kPictureWidth = 640;
// A sprite sheet has a picture for each of so many seconds, and not more than that.
constexpr GstClockTime kSpriteSeconds = 5;
constexpr int kMostSprites = 100, kSpriteColumns = 10;

struct Options {
  Common common;
  std::vector<std::string> clips;
  std::string clip, out, sprite, vtt;  // clip: one of them
  std::string folder;  // where files go that are going to be in `out`; empty: not made yet
  std::string type = "jpg";
  Fraction rate{0, 1};
  int count = 0;  // 0: not given
  int width = 0;  // 0: not given
  Pixels size;
  std::string fit = "contain";
};

// What is written, and how.
class Job {
 public:
  Job (const Options &options, Report &report, Progress &progress)
      : o_{options}, report_{report}, progress_{progress}
  {
  }

  void run ();

 private:
  void check ();
  void select ();
  void folder ();
  void tar ();
  void npy ();
  void sprite ();
  void write_vtt (int pictures, const Mosaic &mosaic);
  // The line that writes numbered files of a type into a folder.
  Line files_line (const std::string &to, const std::string &type) const;
  // Makes them there; or only prints the line.
  std::vector<std::string> make_files (const std::string &to, const std::string &type);
  bool print () const { return o_.common.print; }

  Options o_;
  Report &report_;
  Progress &progress_;
  Clip clip_;
  Selection selection_;
  FrameTimes times_;  // where they were asked for
};

void Job::check ()
{
  report_.inputs = {o_.clip};
  check_input (o_.clip);
  if (ending_of (o_.out) == "vtt") {
    o_.vtt = o_.out;
    if (o_.sprite.empty ()) o_.sprite = o_.out.substr (0, o_.out.size () - 3) + "jpg";
    o_.out.clear ();
  }
  if (o_.out.empty () && o_.sprite.empty ())
    throw Misuse ("say where the pictures go: -o FOLDER, or --sprite SHEET.jpg");
  if (!o_.vtt.empty () && o_.sprite.empty ())
    throw Misuse ("--vtt needs a --sprite that it is about");
  if (o_.count > 0 && o_.rate.n > 0) throw Misuse ("give --count or --rate, not both");
  for (const std::string *file : {&o_.sprite, &o_.vtt}) {
    if (!file->empty ()) check_output (*file, {o_.clip});
  }
  check_report (o_.common.report, {o_.clip, o_.out, o_.sprite, o_.vtt});
  check_different ({o_.out, o_.sprite, o_.vtt});
  if (!o_.sprite.empty ()) encoder_of (ending_of (o_.sprite));
  if (o_.out.empty ()) return;
  if (!o_.folder.empty ()) return;
  if (ending_of (o_.out) == "tar" || ending_of (o_.out) == "npy")
    check_output (o_.out, {o_.clip});
  else
    check_output_folder (o_.out);
}

void Job::select ()
{
  selection_.rate = o_.rate;
  selection_.size = o_.size;
  selection_.fit = o_.fit;
  selection_.width = o_.width > 0 ? o_.width : o_.sprite.empty () ? kPictureWidth : kSpriteWidth;
  if (o_.rate.n > 0) return;
  times_ = frame_times_of (clip_, report_, progress_);
  int count = o_.count;
  if (count == 0 && o_.sprite.empty ()) count = kPictures;
  if (count == 0) {
    count = static_cast<int> (
        std::clamp<GstClockTime> (clip_.duration / (kSpriteSeconds * GST_SECOND), 1, kMostSprites));
  }
  selection_.times = equal_times (times_, count);
}

Line Job::files_line (const std::string &to, const std::string &type) const
{
  Line line = selected_pictures (clip_, selection_);
  line.add (encoder_of (type)).add ("! multifilesink index=1");
  // As many digits as it takes for names to sort.
  const bool few = selection_.rate.n == 0 && selection_.times.size () < 1000;
  return line.numbered_path (to, text ("frame-%0", few ? 3 : 6, "d.", type));
}

std::vector<std::string> Job::make_files (const std::string &to, const std::string &type)
{
  const Line line = files_line (to, type);
  if (print ()) {
    std::cout << "mkdir -p -- " << shell_word (to) << '\n' << line.shell () << std::endl;
    return {};
  }
  play_pictures (line, clip_, selection_, report_, progress_);
  return files_in (to);
}

void Job::folder ()
{
  if (print ()) {
    make_files (o_.out, o_.type);
    return;
  }
  const std::string to = o_.folder.empty () ? report_.results.folder (o_.out) : o_.folder;
  const std::size_t made = make_files (to, o_.type).size ();
  const std::string all = selection_.times.empty () ? "" : text (" of ", selection_.times.size ());
  report_.said.push_back (text (made, all, " pictures: ", shown (o_.out),
                                o_.out.ends_with ('/') ? "" : "/", "frame-*.", o_.type));
}

void Job::tar ()
{
  if (print ()) {
    make_files (o_.out + ".pictures", o_.type);
    std::cout << "tar -C " << shell_word (o_.out + ".pictures") << " -cf " << shell_word (o_.out)
              << " ." << std::endl;
    return;
  }
  const Temporary work = new_folder ();
  const std::vector<std::string> files = make_files (work.path (), o_.type);
  write_tar (report_.results.file (o_.out), files);
  report_.said.push_back (text (files.size (), " pictures: ", shown (o_.out)));
}

void Job::npy ()
{
  if (selection_.size.width == 0)
    throw Misuse ("pictures in a .npy are all of one size: give --size, as 224x224");
  const auto line = [this] (const std::string &to, const char *append) {
    Line pictures = selected_pictures (clip_, selection_);
    pictures.add (text ("! videoconvert ! video/x-raw,format=RGB ! filesink name=video", append))
        .path ("location", to);
    return pictures;
  };
  if (print ()) {
    std::cout << "# quad puts NumPy's head in front of these pixels.\n"
              << line (o_.out + ".rgb", "").shell () << std::endl;
    return;
  }
  const std::string path = report_.results.file (o_.out);
  begin_npy (path);
  play_pictures (line (path, " append=true"), clip_, selection_, report_, progress_);
  const std::uint64_t frames = finish_npy (path, selection_.size);
  if (frames != report_.frames)
    throw Failure (text ("only ", frames, " of ", report_.frames, " pictures were written"));
  report_.said.push_back (text (frames, " pictures: ", shown (o_.out)));
}

// Pictures that were selected at a rate begin with its ticks; the others are the middles of equal
// parts.
void Job::write_vtt (int pictures, const Mosaic &mosaic)
{
  const GstClockTime end = std::max (clip_.duration, times_.last);
  std::vector<Cue> cues;
  for (int i = 0; i < pictures; i++) {
    const auto time = [&] (int part) {
      if (part == pictures) return end;
      if (o_.rate.n > 0) return gst_util_uint64_scale (part, o_.rate.d * GST_SECOND, o_.rate.n);
      if (part == 0) return GstClockTime{0};
      return times_.first + gst_util_uint64_scale (times_.last - times_.first, part, pictures);
    };
    const Pixels place = mosaic.place (i);
    if (time (i) < time (i + 1))
      cues.push_back ({time (i), time (i + 1), place.width, place.height, mosaic.cell.width,
                       mosaic.cell.height});
  }
  std::ofstream out{report_.results.file (o_.vtt), std::ios::binary};
  out << webvtt (relative_address (o_.vtt, o_.sprite), cues);
  out.close ();
  if (!out) throw Failure (text (o_.vtt, " cannot be written"));
  report_.said.push_back (text ("Its parts:        ", shown (o_.vtt)));
}

void Job::sprite ()
{
  Mosaic mosaic;
  mosaic.decoder = "pngdec ! videoconvert";
  mosaic.gap = 0;
  mosaic.columns = kSpriteColumns;
  if (print ()) {
    make_files (o_.sprite + ".pictures", "png");
    std::cout << "# quad puts these pictures side by side, as quad sheet --print shows."
              << std::endl;
    return;
  }
  const Temporary work = new_folder ();
  mosaic.pictures = make_files (work.path (), "png");
  mosaic.cell = png_size (mosaic.pictures.front ());
  const int count = static_cast<int> (mosaic.pictures.size ());
  mosaic.columns = std::min (count, kSpriteColumns);
  const std::uint64_t frames = report_.frames;
  const double duration = report_.duration;
  Make make;
  make.out = o_.sprite;
  make.line = [&] (const std::string &path) {
    return mosaic_line (mosaic, ending_of (o_.sprite), path);
  };
  make_file (make, o_.common, report_, progress_);
  report_.frames = frames, report_.duration = duration;
  report_.said.push_back (text ("The sprite sheet, ", count, " pictures: ", shown (o_.sprite)));
  if (!o_.vtt.empty ()) write_vtt (count, mosaic);
}

void Job::run ()
{
  check ();
  clip_ = open_clip (o_.clip, report_, progress_);
  select ();
  if (!o_.sprite.empty ()) sprite ();
  if (o_.out.empty ()) return;
  const std::string kind = ending_of (o_.out);
  if (kind == "tar")
    tar ();
  else if (kind == "npy")
    npy ();
  else
    folder ();
}

void make_folder (const std::string &path)
{
  std::error_code error;
  std::filesystem::create_directory (path, error);
  if (error) throw Failure (text (path, " cannot be made: ", error.message ()));
}

// The pictures of several clips go to folders in `out`, with the clips' names without their
// endings.
void thumbs_of_several (const Options &options, Report &report, Progress &progress)
{
  const std::string kind = ending_of (options.out);
  if (options.out.empty () || !options.sprite.empty () || kind == "tar" || kind == "npy" ||
      kind == "vtt") {
    throw Failure (
        "pictures of several clips go to folders: give -o FOLDER, or one clip at a time");
  }
  check_output_folder (options.out);
  std::map<std::string, std::string> folders;
  for (const std::string &clip : options.clips) {
    check_input (clip);
    const std::string name = base_name (clip), stem = name.substr (0, name.rfind ('.'));
    const std::string folder = stem.empty () ? name : stem;
    const auto [other, fresh] = folders.emplace (folder, clip);
    if (!fresh)
      throw Failure (text (other->second, " and ", clip, " would both go to ", options.out, '/',
                           folder, ": take one at a time"));
  }
  check_report (options.common.report, options.clips);
  check_report (options.common.report, {options.out});
  const std::string made = options.common.print ? "" : report.results.folder (options.out);
  std::uint64_t frames = 0;
  double duration = 0;
  for (const auto &[folder, clip] : folders) {
    Options one = options;
    one.clip = clip;
    one.out = text (options.out, '/', folder);
    if (!made.empty ()) make_folder (one.folder = text (made, '/', folder));
    Job{one, report, progress}.run ();
    frames += report.frames;
    duration += report.duration;
  }
  report.inputs = options.clips;
  report.frames = frames, report.duration = duration;
}

void thumbs (const Options &options, Report &report, Progress &progress)
{
  report.inputs = options.clips;
  if (options.clips.size () > 1) return thumbs_of_several (options, report, progress);
  Options one = options;
  one.clip = options.clips.front ();
  Job{one, report, progress}.run ();
}

}  // namespace

void add_thumbs (CLI::App &app, Action &action)
{
  auto o = std::make_shared<Options> ();
  CLI::App *command = app.add_subcommand ("thumbs", "Take pictures out of a clip");
  command
      ->add_option ("CLIP", o->clips, "The clip; or several, each of which gets a folder in FOLDER")
      ->required ();
  command->add_option ("-o,--output", o->out,
                       "A folder; a .tar of pictures; a .npy (uint8 [N, height, width, 3]); or a "
                       ".vtt with its sprite sheet");
  command->add_option ("--count", o->count, "How many, evenly spread (12)")
      ->check (CLI::Range (1, kMostPictures));
  add_value (*command, "--rate", o->rate, read_rate, "pictures a second, as 4 or 1/10",
             "So many a second");
  command
      ->add_option ("--width", o->width, "How wide they are at most (640; in a sprite sheet 160)")
      ->check (CLI::Range (1, 16384));
  add_value (*command, "--size", o->size, read_size, "a width and a height, as 224x224",
             "Exactly this size");
  command
      ->add_option ("--fit", o->fit,
                    "With --size. contain: all of the picture, with black (default), cover: cut, "
                    "fill: stretched")
      ->check (CLI::IsMember ({"contain", "cover", "fill"}));
  command->add_option ("--type", o->type, "Files' kind: jpg (default) or png")
      ->check (CLI::IsMember ({"jpg", "jpeg", "png"}));
  command->add_option ("--sprite", o->sprite,
                       "A .jpg or .png with all pictures side by side, for a player's seek bar");
  command->add_option ("--vtt", o->vtt,
                       "A WebVTT file that says which part of the sprite sheet is for when");
  command->footer (
      "Examples:\n"
      "  quad thumbs film.mp4 -o pictures\n"
      "  quad thumbs film.mp4 -o film.tar --rate 4 --size 224x224 --fit cover\n"
      "  quad thumbs film.mp4 --sprite film.jpg --vtt film.vtt");
  finish_command (command, o, action, thumbs);
}

}  // namespace quad
