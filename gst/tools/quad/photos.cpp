#include "tools/quad/photos.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "tools/quad/ending.h"
#include "tools/quad/failure.h"
#include "tools/quad/make.h"
#include "tools/quad/names.h"
#include "tools/quad/parts.h"
#include "tools/quad/player.h"

namespace quad {
namespace {

// Those with a decoder of their own, and what decodes them.
struct Kind {
  std::string_view ending, decoder;
};
constexpr std::array kKinds = {
    Kind{"jpg", "quadjpegdec"},
    Kind{"jpeg", "quadjpegdec"},
    Kind{"png", "pngdec ! videoconvert"},
};

std::string_view decoder_of (const std::string &path)
{
  const std::string ending = ending_of (path);
  for (const Kind &kind : kKinds) {
    if (kind.ending == ending) return kind.decoder;
  }
  return "decodebin ! videoconvert ! imagefreeze num-buffers=1";
}

struct Outcome {
  std::string problem;                // why it is left out; empty: it is not
  std::vector<std::string> warnings;  // about what is shown of it
};

Outcome shrink (const std::string &photo, int side, const std::string &path)
{
  Progress none{""};
  Outcome outcome;
  std::error_code ignored;
  try {
    Player player{photo_line (photo, side, path), {}};
    if (player.play ({}, none, outcome.warnings).frames > 0) return outcome;
    outcome.problem = "it holds no picture";
  } catch (const Interrupted &) {
  } catch (const std::exception &failure) {  // none may leave this thread
    const bool empty = std::filesystem::file_size (photo, ignored) == 0;
    outcome.problem = empty ? "it holds no picture" : failure.what ();
  }
  std::filesystem::remove (path, ignored);
  return outcome;
}

}  // namespace

bool is_photo (const std::string &path)
{
  const std::string ending = ending_of (path);
  return std::any_of (kKinds.begin (), kKinds.end (),
                      [&] (const Kind &kind) { return kind.ending == ending; });
}

std::vector<std::string> photos_of (const std::vector<std::string> &inputs, const std::string &out)
{
  std::vector<std::string> photos;
  for (const std::string &input : inputs) {
    if (!is_folder (input)) {
      check_input (input);
      photos.push_back (input);
      continue;
    }
    const std::size_t before = photos.size ();
    for (const std::string &file : files_in (input)) {
      if (is_photo (file) && !is_folder (file) && !same_file (file, out)) photos.push_back (file);
    }
    if (photos.size () == before)
      throw Failure (text (input, " holds no .jpg, .jpeg or .png files"));
    for (std::size_t i = before; i < photos.size (); i++) check_name (photos[i]);
  }
  return photos;
}

std::string photo_file (const std::string &folder, std::size_t i)
{
  std::array<char, 32> name{};
  std::snprintf (name.data (), name.size (), "/%06zu.jpg", i + 1);
  return folder + name.data ();
}

Line photo_line (const std::string &photo, int side, const std::string &path)
{
  Line line;
  line.add ("filesrc").path ("location", photo).add ("!").add (decoder_of (photo));
  line.row ().add (text ("! quaddownscale divisor=1 max-width=", side, " max-height=", side));
  line.add (text ("! video/x-raw,", kJpegFormat)).add (kUpright);
  line.add ("! jpegenc name=video quality=95 snapshot=true ! filesink async=false")
      .path ("location", path);
  return line;
}

void shrink_photos (const std::vector<std::string> &photos, int side, const std::string &folder,
                    Report &report, Progress &progress)
{
  std::vector<Outcome> outcomes (photos.size ());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] (bool shows) {
    for (std::size_t i = next++; i < photos.size () && !interrupted (); i = next++) {
      outcomes[i] = shrink (photos[i], side, photo_file (folder, i));
      if (shows)
        progress.show (static_cast<double> (i) / static_cast<double> (photos.size ()),
                       text (i, " of ", photos.size (), " photos"));
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1;
       i < std::min<std::size_t> (std::thread::hardware_concurrency (), photos.size ()); i++) {
    others.emplace_back (work, false);
  }
  work (true);
  others.clear ();
  if (interrupted ()) throw Interrupted{};
  for (std::size_t i = 0; i < photos.size (); i++) {
    const auto &[problem, warnings] = outcomes[i];
    if (!problem.empty ()) {
      warn (text (photos[i], " is left out: ", problem), report, progress);
      continue;
    }
    for (const std::string &warning : warnings)
      warn (text (photos[i], ": ", warning), report, progress);
  }
}

}  // namespace quad
