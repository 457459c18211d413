// Fuzzes the GIF encoder. giflib and the tests' strict reader must read the pictures that were
// given, as far as the settings promise it. The fast nearest colour must give the plain one's file.
#include <gif_lib.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <stdexcept>

#include "gif/encoder.h"
#include "host/nearest.h"
#include "input.h"
#include "support/gif_reader.h"

namespace quad::fuzz {
namespace {

using namespace gif;

constexpr PackedFormat kFormats[] = {{4, 0, 1, 2, 3, nullptr},
                                     {4, 2, 1, 0, -1, nullptr},
                                     {3, 0, 1, 2, -1, nullptr},
                                     {1, 0, 0, 0, -1, nullptr},
                                     {4, 1, 2, 3, 0, nullptr}};

// Endless pseudo-random numbers from a seed (Marsaglia, "Xorshift RNGs", 2003).
class Noise {
 public:
  explicit Noise (std::uint32_t seed) : state_ (seed | 1) {}
  std::uint32_t next ()
  {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  std::byte byte () { return static_cast<std::byte> (next () >> 9); }

 private:
  std::uint32_t state_;
};

struct Film {
  Size size;
  PackedFormat format;
  int stride = 0;
  std::vector<std::vector<std::byte>> pictures;

  PackedView view (std::size_t i) const { return {pictures[i].data (), stride, size, format}; }
  std::vector<Rgba> colors (std::size_t i, int threshold) const
  {
    const auto width = static_cast<std::size_t> (size.width);
    std::vector<Rgba> all (width * static_cast<std::size_t> (size.height));
    for (int y = 0; y < size.height; y++)
      load_row (view (i), y, threshold, all.data () + static_cast<std::size_t> (y) * width);
    return all;
  }
};

void paint (Input &in, Noise &noise, std::vector<std::byte> &picture)
{
  const auto levels = in.between<std::size_t> (1, 255);
  const auto value = static_cast<std::byte> (in.between (0, 255));
  switch (in.between (0, 5)) {
    case 0:
      for (std::byte &b : picture) b = noise.byte ();
      break;
    case 1:
      for (std::byte &b : picture) b = static_cast<std::byte> (noise.next () % 3 * 100);
      break;
    case 2:
      for (std::size_t i = 0; i < picture.size (); i++)
        picture[i] = static_cast<std::byte> (i * levels / picture.size ());
      break;
    case 3:
      for (int i = 0; i < 40; i++) picture[noise.next () % picture.size ()] = noise.byte ();
      break;
    case 4:
      for (std::byte &b : picture) b = value;
      break;
    default: break;  // as the one before
  }
}

Film some_film (Input &in)
{
  Film film;
  const auto side = [&in] { return in.between (1, in.flip () ? 9 : 60); };
  film.size = {side (), side ()};
  film.format = kFormats[in.between<std::size_t> (0, std::size (kFormats) - 1)];
  const int row = film.size.width * film.format.bytes;
  film.stride = row + in.between (0, 5);
  const auto bytes = static_cast<std::size_t> (film.stride * (film.size.height - 1) + row);
  Noise noise (in.between<std::uint32_t> (0, std::numeric_limits<std::uint32_t>::max ()));
  film.pictures.resize (in.between<std::size_t> (1, 8));
  for (std::size_t i = 0; i < film.pictures.size (); i++) {
    std::vector<std::byte> &picture = film.pictures[i];
    picture.resize (bytes);
    if (i > 0 && in.flip ()) picture = film.pictures[i - 1];
    paint (in, noise, picture);
    if (film.format.alpha < 0 || !in.flip ()) continue;
    for (int y = 0; y < film.size.height; y++)
      for (int x = 0; x < film.size.width; x++)
        picture[static_cast<std::size_t> (y * film.stride + x * film.format.bytes +
                                          film.format.alpha)] =
            static_cast<std::byte> (noise.next () & 64 ? 255 : 0);
  }
  return film;
}

Settings some_settings (Input &in)
{
  Settings settings;
  settings.loop = in.between (-1, 65535);
  settings.palette = static_cast<PaletteMode> (in.between (0, 2));
  settings.colors = in.flip () ? in.between (2, 256) : in.between (2, 9);
  settings.dither = static_cast<Dither> (in.between (0, 2));
  settings.dither_strength = in.part ();
  settings.lossy = in.flip () ? 0 : in.between (0, 100);
  settings.transparency = in.flip ();
  settings.alpha_threshold = in.between (0, 255);
  if (in.flip ()) settings.comment = in.text (600);
  return settings;
}

// A file of two encoders, which must be the same, and until when each picture is shown.
struct Written {
  Bytes file;
  std::vector<std::int64_t> ends;
  bool lossless = false;
};

Written write (Input &in, const Film &film, const Settings &settings)
{
  Encoder fast (film.size, settings, host::find_nearest);
  Encoder plain (film.size, settings, gif::find_nearest);
  Written written;
  written.lossless = settings.lossy == 0;
  Bytes plain_file;
  const bool lies = in.one_in (10);  // of what comes next
  std::int64_t clock = 0;
  for (std::size_t i = 0; i < film.pictures.size (); i++) {
    const std::int64_t delay = in.one_in (16) ? in.between (65'530, 200'000) : in.between (2, 200);
    if (settings.palette != PaletteMode::global_first && in.one_in (8)) {
      const int lossy = in.between (0, 100);
      fast.set_lossy (lossy);
      plain.set_lossy (lossy);
      written.lossless = false;
    }
    std::optional<PackedView> next;
    if (i + 1 < film.pictures.size () && !(lies && in.flip ())) next = film.view (i + 1);
    const PackedView *known = next ? &*next : nullptr;
    const std::int64_t shown = fast.add (film.view (i), delay, known, written.file).time;
    require (shown >= delay && shown <= delay + 4, "a picture is shown as long as was said");
    require (shown == plain.add (film.view (i), delay, known, plain_file).time, "the same times");
    (void)fast.same (film.view (i), known ? *known : film.view (i));
    clock += shown;
    written.ends.push_back (clock);
  }
  fast.end (written.file);
  plain.end (plain_file);
  require (written.file == plain_file, "the fast nearest colour gives the plain one's file");
  return written;
}

// The visible picture when each picture's time is nearly over.
std::vector<std::vector<Rgba>> strictly_read (const Film &film, const Settings &settings,
                                              const Written &written)
{
  test::DecodedGif gif;
  try {
    gif = test::read_gif (written.file);
  } catch (const std::runtime_error &error) {
    require (false, error.what ());
  }
  require (gif.size == film.size, "the film's size");
  require (std::max (gif.loop, -1) == std::max (settings.loop, -1), "the loop");
  require (gif.comment == settings.comment, "the comment");
  std::vector<std::vector<Rgba>> seen;
  test::GifCanvas canvas (gif.size);
  std::int64_t clock = 0;
  for (const test::DecodedImage &image : gif.images) {
    const std::vector<Rgba> &now = canvas.show (image);
    require (image.delay >= 2, "no image is shown for less than two hundredths");
    clock += image.delay;
    require (seen.size () < written.ends.size () && clock <= written.ends[seen.size ()],
             "no image is shown over two pictures");
    if (clock == written.ends[seen.size ()]) seen.push_back (now);
  }
  require (seen.size () == written.ends.size (), "a picture's time ends with an image's");
  return seen;
}

void read_by_giflib (const Film &film, const Bytes &file)
{
  struct Reader {
    const Bytes &file;
    std::size_t at = 0;
  } reader{file};
  const auto read = [] (GifFileType *gif, GifByteType *to, int most) {
    auto *from = static_cast<Reader *> (gif->UserData);
    const std::size_t n = std::min (static_cast<std::size_t> (most), from->file.size () - from->at);
    std::memcpy (to, from->file.data () + from->at, n);
    from->at += n;
    return static_cast<int> (n);
  };
  int error = 0;
  GifFileType *gif = DGifOpen (&reader, read, &error);
  require (gif && DGifSlurp (gif) == GIF_OK, "giflib reads it");
  require (gif->SWidth == film.size.width && gif->SHeight == film.size.height, "giflib's size");
  DGifCloseFile (gif, &error);
}

}  // namespace

void try_input (Input &in)
{
  const Settings settings = some_settings (in);
  const Film film = some_film (in);
  const Written written = write (in, film, settings);
  read_by_giflib (film, written.file);
  const auto seen = strictly_read (film, settings, written);
  std::set<Rgba> all;
  for (std::size_t i = 0; i < film.pictures.size (); i++) {
    const std::vector<Rgba> wanted = film.colors (i, settings.alpha_threshold);
    for (const Rgba color : wanted)
      if (color != 0) all.insert (color);
    const bool exact = written.lossless && settings.colors == 256 &&
                       settings.palette == PaletteMode::adaptive && all.size () <= 255;
    for (std::size_t k = 0; k < wanted.size (); k++) {
      require ((wanted[k] == 0) == (seen[i][k] == 0), "what is transparent stays so");
      require (!exact || wanted[k] == seen[i][k], "few colours are exact");
    }
  }
}

}  // namespace quad::fuzz
