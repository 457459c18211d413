#include "gif/file.h"

#include <algorithm>
#include <string_view>

namespace quad::gif {
namespace {

constexpr std::uint8_t kExtension = 0x21, kGraphicControl = 0xf9, kApplication = 0xff,
                       kComment = 0xfe, kImage = 0x2c, kTrailer = 0x3b;

void put_text (std::string_view text, Bytes &out)
{
  out.insert (out.end (), text.begin (), text.end ());
}

void put_byte (int v, Bytes &out) { out.push_back (static_cast<std::uint8_t> (v)); }

void put_short (int v, Bytes &out)
{
  put_byte (v & 255, out);
  put_byte (v >> 8 & 255, out);
}

void put_table (const Palette &palette, int bits, Bytes &out)
{
  for (int i = 0; i < 1 << bits; i++) {
    const Rgba c = i < palette.count ? palette.colors[static_cast<std::size_t> (i)] : 0;
    for (const int v : {red (c), green (c), blue (c)}) put_byte (v, out);
  }
}

}  // namespace

void put_head (const Head &head, Bytes &out)
{
  put_text ("GIF89a", out);
  put_short (head.size.width, out);
  put_short (head.size.height, out);
  // A colour table follows; 8 bits a channel; the table's size.
  put_byte (0x80 | 0x70 | (head.bits - 1), out);
  put_byte (0, out);  // the background's index
  put_byte (0, out);  // pixels as wide as high
  put_table (*head.palette, head.bits, out);
  // Netscape's extension (https://fileformats.fandom.com/wiki/Graphics_Interchange_Format).
  if (head.loop >= 0) {
    put_byte (kExtension, out);
    put_byte (kApplication, out);
    put_byte (11, out);
    put_text ("NETSCAPE2.0", out);
    put_byte (3, out);
    put_byte (1, out);
    put_short (head.loop, out);
    put_byte (0, out);
  }
  if (head.comment.empty ()) return;
  put_byte (kExtension, out);
  put_byte (kComment, out);
  for (std::string_view rest = head.comment; !rest.empty ();) {
    const std::string_view block = rest.substr (0, 255);
    put_byte (static_cast<int> (block.size ()), out);
    put_text (block, out);
    rest.remove_prefix (block.size ());
  }
  put_byte (0, out);
}

void put_image_head (const ImageHead &image, Bytes &out)
{
  put_byte (kExtension, out);
  put_byte (kGraphicControl, out);
  put_byte (4, out);
  put_byte (static_cast<int> (image.disposal) << 2 | (image.transparent >= 0), out);
  put_short (image.delay, out);
  put_byte (std::max (image.transparent, 0), out);
  put_byte (0, out);

  put_byte (kImage, out);
  for (const int v : {image.area.x, image.area.y, image.area.width, image.area.height})
    put_short (v, out);
  put_byte (image.palette ? 0x80 | (image.bits - 1) : 0, out);
  if (image.palette) put_table (*image.palette, image.bits, out);
}

void put_end (Bytes &out) { put_byte (kTrailer, out); }

}  // namespace quad::gif
