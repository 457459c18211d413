#include "elements/jpeg/packing.h"

#include "jpeg/image_finder.h"

namespace quad::jpegdec {

Packing packing_of (jpeg::Bytes bytes, std::size_t first)
{
  using Kind = jpeg::ImageFinder::Kind;
  jpeg::ImageFinder finder;
  bool whole = false, begun = false;
  std::size_t at = 0;
  while (at < first) {
    const auto part = finder.next (bytes.subspan (at, first - at));
    if (part.kind == Kind::need_more) break;
    at += part.size;
    begun = begun || finder.in_image () || part.kind == Kind::last;
    whole = whole || part.kind == Kind::last;
  }
  if (whole) return finder.in_image () ? Packing::bytes : Packing::packets;
  // Nothing begins there: no packet of a stream of bytes that is worth waiting for.
  constexpr std::size_t kMark = 3;  // bytes that begin an image
  if (!begun && first >= kMark) return Packing::packets;
  if (bytes.size () < first + kMark) return Packing::unknown;
  // The first image has no end. Another one that begins exactly with the next buffer is no chance.
  while (at < bytes.size ()) {
    const auto part = finder.next (bytes.subspan (at));
    if (part.kind == Kind::need_more) break;
    at += part.size;
    if (part.kind == Kind::last) return at == first ? Packing::packets : Packing::bytes;
  }
  return Packing::bytes;
}

}  // namespace quad::jpegdec
