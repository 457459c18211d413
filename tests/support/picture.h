// Pictures that tests own, with any stride, and guards that find writes outside of the rows.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/scene.h"

namespace quad::test {

// The same numbers on every machine, from a seed.
class Random {
 public:
  explicit Random (std::uint32_t seed) : engine_ (seed) {}
  // 0 to n - 1.
  int below (int n) { return static_cast<int> (engine_ () % static_cast<std::uint32_t> (n)); }
  int between (int low, int high) { return low + below (high - low + 1); }
  bool one_in (int n) { return below (n) == 0; }
  template <typename Container>
  const auto &pick (const Container &c)
  {
    return c[static_cast<std::size_t> (below (static_cast<int> (std::size (c))))];
  }

 private:
  std::mt19937 engine_;
};

// Where a plane's memory lies.
enum class Place {
  heap,          // guard bytes around and between the rows, see guards_intact()
  fence_after,   // the plane's last byte is the last before a page that faults
  fence_before,  // the plane's first byte is the first after a page that faults
};

struct Layout {
  int padding = 0;         // bytes from the end of a row to the beginning of the next one
  bool bottom_up = false;  // a negative stride
  Place place = Place::heap;
};

class Picture {
 public:
  Picture (PixelFormat format, Size size, Layout layout = {});
  ~Picture ();
  Picture (Picture &&) noexcept = default;
  Picture &operator= (Picture &&) = delete;

  const FormatInfo &info () const { return info_of (view_.format); }
  Size size () const { return view_.size; }
  const FrameView &view () const { return view_; }

  // The sample of channel `c` of raster `r`, without the bits outside the depth.
  int get (int r, int x, int y, int c) const;
  void set (int r, int x, int y, int c, int value);
  // The same with those bits.
  int stored (int r, int x, int y, int c) const;
  void store (int r, int x, int y, int c, int word);

  // Every byte of every row, and nothing else.
  void fill (std::uint8_t byte);
  std::vector<std::byte> bytes () const;

  // No byte outside the rows was written (Place::heap; else true: those fault).
  bool guards_intact () const;

 private:
  struct Block {
    std::byte *base = nullptr;
    std::size_t size = 0;
    bool mapped = false;
    std::vector<std::byte> heap;
  };

  PlaneView place_plane (int p, const Layout &layout);
  std::byte *at (int r, int x, int y, int c) const;

  FrameView view_;
  std::vector<Block> blocks_;
};

enum class Pattern { noise, extremes, gradient, zone_plate, checker, impulses };
inline constexpr Pattern kPatterns[] = {Pattern::noise,      Pattern::extremes, Pattern::gradient,
                                        Pattern::zone_plate, Pattern::checker,  Pattern::impulses};

// Paints all channels, alpha too.
void paint (Picture &picture, Pattern pattern, std::uint32_t seed);

enum class AlphaPattern { opaque, clear, binary, noise, faint, half_planes };
inline constexpr AlphaPattern kAlphaPatterns[] = {AlphaPattern::opaque, AlphaPattern::clear,
                                                  AlphaPattern::binary, AlphaPattern::noise,
                                                  AlphaPattern::faint,  AlphaPattern::half_planes};

// Repaints only the alpha channel; does nothing if there is none.
void paint_alpha (Picture &picture, AlphaPattern pattern, std::uint32_t seed);

// `color` by component (Y U V A, R G B A); padding channels get `padding`.
void paint_constant (Picture &picture, const Color &color, int padding = 255);

// Fills the bits outside of each sample's depth with random bits; does nothing if there are none.
void paint_junk_bits (Picture &picture, std::uint32_t seed);

int max_value (const FormatInfo &format);

// Every row of the table of kernels.
std::vector<Filter> every_filter ();

// "NV12 17x5" and the like, for messages.
std::string describe (const Scene &scene);
std::string describe (Size size);

// The first position in which two pictures of one format and size differ, or "".
std::string first_difference (const Picture &a, const Picture &b);

}  // namespace quad::test
