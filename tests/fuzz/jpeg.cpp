// Fuzzes all that reads JPEGs: the finder sees the same images however its stream is cut, and the
// decoder writes only where it may, at each scale. Its seeds are made by jpeg_seeds.cpp.
#include <algorithm>
#include <cstring>
#include <vector>

#include "input.h"
#include "jpeg/decoder.h"
#include "jpeg/image_finder.h"
#include "jpeg/scale.h"

namespace quad::fuzz {
namespace {

using namespace jpeg;
using Kind = ImageFinder::Kind;
using Image = std::vector<std::uint8_t>;

constexpr std::uint64_t kMaxPixels = 20'000;
constexpr std::size_t kGuardBytes = 64;
constexpr std::byte kGuard{0xa5};

// The images of a stream that comes in parts of `size`.
std::vector<Image> images_of (Bytes stream, std::size_t size)
{
  ImageFinder finder;
  std::vector<Image> images;
  Image image;
  std::size_t at = 0, end = 0;
  while (end < stream.size ()) {
    end = std::min (end + size, stream.size ());
    for (;;) {
      const Bytes bytes = stream.subspan (at, end - at);
      const ImageFinder::Part part = finder.next (bytes);
      if (part.kind == Kind::need_more) break;
      require (part.size <= bytes.size (), "the finder takes what there is");
      require (part.size > 0 || part.kind == Kind::last, "the finder gets on");
      if (part.kind != Kind::garbage)
        image.insert (image.end (), bytes.begin (),
                      bytes.begin () + static_cast<std::ptrdiff_t> (part.size));
      at += part.size;
      if (part.kind != Kind::last) continue;
      images.push_back (image);
      image.clear ();
    }
    require (end - at <= 2, "the finder keeps two bytes at most");
  }
  if (!finder.in_image ()) return images;
  image.insert (image.end (), stream.begin () + static_cast<std::ptrdiff_t> (at), stream.end ());
  images.push_back (image);
  return images;
}

// Planes with a guard behind each.
struct Frame {
  Destination to;
  std::array<std::vector<std::byte>, kMaxPlanes> memory;

  Frame (PixelFormat format, Size size, int pad, bool with_room)
  {
    const FormatInfo &info = info_of (format);
    to.frame.format = format;
    to.frame.size = size;
    for (int p = 0; p < info.planes; p++) {
      const auto at = static_cast<std::size_t> (p);
      const Size plane = plane_size (info, p, size);
      const int stride = plane.width + pad;
      const int rows = with_room ? plane.height + 1 : plane.height;
      to.room[at] = static_cast<std::size_t> (stride * rows);
      memory[at].assign (to.room[at] + kGuardBytes, kGuard);
      to.frame.plane[at] = {memory[at].data (), stride, plane};
    }
  }
  void check () const
  {
    for (std::size_t p = 0; p < kMaxPlanes; p++)
      require (std::all_of (memory[p].begin () + static_cast<std::ptrdiff_t> (to.room[p]),
                            memory[p].end (), [] (std::byte b) { return b == kGuard; }),
               "nothing is written behind a plane");
  }
};

}  // namespace

void try_input (Input &in)
{
  const auto part = in.between<std::size_t> (1, 300);
  const int pad = in.between (0, 5);
  const bool with_room = in.flip ();
  const std::string text = in.rest ();
  const Image stream (text.begin (), text.end ());
  const std::vector<Image> images = images_of (stream, std::max<std::size_t> (1, stream.size ()));
  require (images == images_of (stream, part), "the same images, however the stream is cut");

  Decoder decoder;
  for (std::size_t i = 0; i < std::min<std::size_t> (3, images.size ()); i++) {
    const Bytes image = first_image (images[i]);
    const auto header = read_header (image);
    if (!header || !refusal_of (*header, kMaxPixels).empty ()) continue;
    for (const int scale : kScales) {
      Frame frame (sampling_of (*header)->format, scaled (header->size, scale), pad, with_room);
      const Outcome outcome = decoder.decode (image, *header, frame.to);
      require ((outcome.kind == Outcome::Kind::whole) == outcome.why.empty (), "faults have words");
      frame.check ();
    }
  }
}

}  // namespace quad::fuzz
