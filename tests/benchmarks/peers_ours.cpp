// This project, and what the memory alone costs.
#include <cstdint>
#include <cstring>
#include <memory>

#include "drawing.h"
#include "frames.h"

namespace quad::bench {
namespace {

void add (Contenders &list, const char *name, Family family, PixelFormat format, Size from, Size to,
          Filter filter, ChromaSite site)
{
  list.push_back (drawing (name, family, scaled (format, from, to, filter, site)));
}

}  // namespace

void add_ours (Contenders &list, PixelFormat format, Size from, Size to)
{
  add (list, "gst-quad area", Family::area, format, from, to, Filter::area, {});
  if (info_of (format).planes > 1)
    add (list, "gst-quad area, MPEG-2 siting", Family::area, format, from, to, Filter::area,
         {.cosited_x = true});
  if (format == PixelFormat::bgra)
    add (list, "gst-quad area, BGRx", Family::area, PixelFormat::bgrx, from, to, Filter::area, {});
  add (list, "gst-quad lanczos", Family::lanczos, format, from, to, Filter::lanczos, {});
  if (info_of (format).planes > 1)
    add (list, "gst-quad lanczos, MPEG-2 siting", Family::lanczos, format, from, to,
         Filter::lanczos, {.cosited_x = true});
  if (format == PixelFormat::bgra)
    add (list, "gst-quad lanczos, BGRx", Family::lanczos, PixelFormat::bgrx, from, to,
         Filter::lanczos, {});
}

void add_memory (Contenders &list, PixelFormat format, Size from, Size)
{
  struct Copies {
    Frames frames;
    int next = 0;
  };
  auto c = std::make_shared<Copies> (Frames (format, from, 8));
  list.push_back ({"memcpy of the source", Family::copy, false, format,
                   [c] (const FrameView &in, const FrameView &) {
                     const FrameView &out = c->frames[c->next++ % c->frames.count ()];
                     for (int p = 0; p < info_of (in.format).planes; p++) {
                       const PlaneView &plane = in.plane[std::size_t (p)];
                       std::memcpy (out.plane[std::size_t (p)].data, plane.data,
                                    std::size_t (plane.stride) * std::size_t (plane.size.height));
                     }
                   }});
  // No scaler that reads the whole picture can be faster than this.
  list.push_back ({"reading the source", Family::copy, false, format,
                   [] (const FrameView &in, const FrameView &out) {
                     std::uint64_t sum = 0;
                     for (int p = 0; p < info_of (in.format).planes; p++) {
                       const PlaneView &plane = in.plane[std::size_t (p)];
                       const std::size_t bytes =
                           std::size_t (plane.stride) * std::size_t (plane.size.height);
                       for (std::size_t i = 0; i < bytes; i += 8) {
                         std::uint64_t word;
                         std::memcpy (&word, plane.data + i, 8);
                         sum += word;
                       }
                     }
                     // Stores the sum, so that the compiler keeps the loop.
                     std::memcpy (out.plane[0].data, &sum, sizeof sum);
                   }});
}

}  // namespace quad::bench
