#include "tools/quad/mosaic.h"

#include <array>
#include <cmath>
#include <fstream>

#include "tools/quad/failure.h"
#include "tools/quad/pictures.h"

namespace quad {

Line mosaic_line (const Mosaic &mosaic, const std::string &type, const std::string &path)
{
  constexpr int kLargest = 16384;
  const auto [width, height] = mosaic.size ();
  if (width > kLargest || height > kLargest) {
    throw Failure (text (mosaic.pictures.size (), " pictures of ", mosaic.cell.width, "x",
                         mosaic.cell.height, " make a sheet of ", width, "x", height, ", and ",
                         kLargest, " is the most: give a smaller --width, or fewer pictures"));
  }
  Line line;
  line.add (text ("quadmux-grid name=grid rows=", mosaic.rows (), " columns=", mosaic.columns,
                  " gap=", mosaic.gap, " margin=", mosaic.gap, " background-color=0xff202020"));
  line.row ().add (text ("! video/x-raw,", format_of (type), ",width=", width, ",height=", height,
                         ",framerate=1/1"));
  line.add (encoder_of (type)).add ("! filesink").path ("location", path);
  for (const std::string &picture : mosaic.pictures) {
    line.row ().add ("filesrc").path ("location", picture).add ("!").add (mosaic.decoder);
    line.add ("! imagefreeze num-buffers=1 ! grid.");
  }
  return line;
}

// W3C PNG, 11.2.1: the colour type; what comes before the pixels may hold a tRNS chunk.
bool is_opaque (const std::string &path)
{
  constexpr std::size_t kHead = 65536;
  constexpr unsigned char kAlpha = 4;  // a bit of the colour type
  std::string head (kHead, '\0');
  std::ifstream in{path, std::ios::binary};
  in.read (head.data (), static_cast<std::streamsize> (kHead));
  if (head.starts_with ("\xff\xd8\xff")) return true;
  if (head.compare (1, 3, "PNG") != 0) return false;
  const bool alpha = (static_cast<unsigned char> (head[25]) & kAlpha) != 0;
  return !alpha && head.substr (0, head.find ("IDAT")).find ("tRNS") == std::string::npos;
}

Pixels png_size (const std::string &path)
{
  std::array<unsigned char, 24> head{};
  std::ifstream in{path, std::ios::binary};
  in.read (reinterpret_cast<char *> (head.data ()), head.size ());
  if (!in || head[1] != 'P' || head[2] != 'N' || head[3] != 'G')
    throw Failure (text (path, " is not a PNG"));
  const auto number = [&] (std::size_t at) {
    return head[at] << 24 | head[at + 1] << 16 | head[at + 2] << 8 | head[at + 3];
  };
  return {number (16), number (20)};
}

int square_columns (std::size_t pictures)
{
  return static_cast<int> (std::ceil (std::sqrt (static_cast<double> (pictures))));
}

}  // namespace quad
