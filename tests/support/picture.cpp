#include "picture.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <iomanip>
#include <map>
#include <sstream>
#include <stdexcept>

namespace quad::test {
namespace {

constexpr std::size_t kGuard = 64;

std::byte guard_byte (std::size_t i) { return static_cast<std::byte> ((i * 37 + 0x5a) & 0xff); }

// A plane's rows lie in [first, first + extent) of its block.
std::size_t extent (Size size, std::size_t row_bytes, std::size_t padding)
{
  return std::size_t (size.height) * (row_bytes + padding) - padding;
}

// Fenced memory that is free again, by its size with the fences. To map memory takes longer than to
// paint a small picture.
class FreeBlocks {
 public:
  ~FreeBlocks ()
  {
    for (const auto &[size, blocks] : blocks_)
      for (std::byte *base : blocks) munmap (base, size);
  }

  // nullptr if there is none of that size.
  std::byte *take (std::size_t size)
  {
    std::vector<std::byte *> &blocks = blocks_[size];
    if (blocks.empty ()) return nullptr;
    std::byte *base = blocks.back ();
    blocks.pop_back ();
    bytes_ -= size;
    return base;
  }
  void give (std::byte *base, std::size_t size)
  {
    if (bytes_ + size > kMost) {
      munmap (base, size);
      return;
    }
    blocks_[size].push_back (base);
    bytes_ += size;
  }

 private:
  static constexpr std::size_t kMost = 64 << 20;
  std::map<std::size_t, std::vector<std::byte *>> blocks_;
  std::size_t bytes_ = 0;
};
thread_local FreeBlocks free_blocks;

// `inner` bytes between two pages that fault.
std::byte *map_fenced (std::size_t inner, std::size_t page)
{
  void *base = mmap (nullptr, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) throw std::bad_alloc ();
  auto *first = static_cast<std::byte *> (base);
  if (mprotect (first + page, inner, PROT_READ | PROT_WRITE) != 0)
    throw std::runtime_error ("mprotect");
  return first;
}

template <typename F>
void for_each_sample (Picture &picture, F &&f)
{
  const FormatInfo &info = picture.info ();
  for (int r = 0; r < info.rasters; r++) {
    const RasterInfo &raster = info.raster[std::size_t (r)];
    const Size s = raster_size (info, r, picture.size ());
    for (int y = 0; y < s.height; y++)
      for (int x = 0; x < s.width; x++)
        for (int c = 0; c < raster.channels; c++)
          if (raster.stores (c)) f (r, x, y, c, s);
  }
}

}  // namespace

Picture::Picture (PixelFormat format, Size size, Layout layout)
{
  view_.format = format;
  view_.size = size;
  blocks_.resize (kMaxPlanes);
  for (int p = 0; p < info ().planes; p++) view_.plane[std::size_t (p)] = place_plane (p, layout);
  fill (0);
}

Picture::~Picture ()
{
  for (Block &b : blocks_)
    if (b.mapped) free_blocks.give (b.base, b.size);
}

PlaneView Picture::place_plane (int p, const Layout &layout)
{
  const Size size = plane_size (info (), p, view_.size);
  const std::size_t row = std::size_t (size.width) * std::size_t (info ().bytes_per_position (p));
  const auto padding = std::size_t (layout.padding);
  const std::size_t used = extent (size, row, padding);
  Block &block = blocks_[std::size_t (p)];
  std::byte *first = nullptr;
  if (layout.place == Place::heap) {
    block.heap.resize (used + 2 * kGuard);
    for (std::size_t i = 0; i < block.heap.size (); i++) block.heap[i] = guard_byte (i);
    first = block.heap.data () + kGuard;
  } else {
    const auto page = std::size_t (sysconf (_SC_PAGESIZE));
    const std::size_t inner = (used + page - 1) / page * page;
    block.size = inner + 2 * page;
    block.base = free_blocks.take (block.size);
    block.mapped = true;
    if (block.base)
      std::memset (block.base + page, 0, inner);
    else
      block.base = map_fenced (inner, page);
    first = block.base + page + (layout.place == Place::fence_after ? inner - used : 0);
  }
  const auto stride = static_cast<std::ptrdiff_t> (row + padding);
  if (layout.bottom_up) return {first + (size.height - 1) * stride, -stride, size};
  return {first, stride, size};
}

std::byte *Picture::at (int r, int x, int y, int c) const
{
  const ChannelInfo &channel = info ().raster[std::size_t (r)].channel[std::size_t (c)];
  return view_.plane[std::size_t (channel.plane)].row (y) + channel.offset + channel.step * x;
}

int Picture::stored (int r, int x, int y, int c) const
{
  const std::byte *sample = at (r, x, y, c);
  const int low = std::to_integer<int> (sample[0]);
  return info ().sample_bytes == 1 ? low : low | std::to_integer<int> (sample[1]) << 8;
}

int Picture::get (int r, int x, int y, int c) const
{
  return (stored (r, x, y, c) >> info ().shift) & max_value (info ());
}

void Picture::store (int r, int x, int y, int c, int word)
{
  std::byte *sample = at (r, x, y, c);
  sample[0] = static_cast<std::byte> (word & 0xff);
  if (info ().sample_bytes == 2) sample[1] = static_cast<std::byte> (word >> 8 & 0xff);
}

void Picture::set (int r, int x, int y, int c, int value)
{
  store (r, x, y, c, value << info ().shift);
}

void Picture::fill (std::uint8_t byte)
{
  for (int p = 0; p < info ().planes; p++) {
    const PlaneView &v = view_.plane[std::size_t (p)];
    for (int y = 0; y < v.size.height; y++)
      std::memset (v.row (y), byte, std::size_t (v.size.width * info ().bytes_per_position (p)));
  }
}

std::vector<std::byte> Picture::bytes () const
{
  std::vector<std::byte> all;
  for (int p = 0; p < info ().planes; p++) {
    const PlaneView &v = view_.plane[std::size_t (p)];
    const std::ptrdiff_t n = std::ptrdiff_t{v.size.width} * info ().bytes_per_position (p);
    for (int y = 0; y < v.size.height; y++) all.insert (all.end (), v.row (y), v.row (y) + n);
  }
  return all;
}

bool Picture::guards_intact () const
{
  for (int p = 0; p < info ().planes; p++) {
    const Block &block = blocks_[std::size_t (p)];
    if (block.mapped) continue;
    const PlaneView &v = view_.plane[std::size_t (p)];
    const std::size_t n = std::size_t (v.size.width * info ().bytes_per_position (p));
    std::vector<bool> inside (block.heap.size (), false);
    for (int y = 0; y < v.size.height; y++) {
      const auto at = std::size_t (v.row (y) - block.heap.data ());
      for (std::size_t i = 0; i < n; i++) inside[at + i] = true;
    }
    for (std::size_t i = 0; i < block.heap.size (); i++)
      if (!inside[i] && block.heap[i] != guard_byte (i)) return false;
  }
  return true;
}

int max_value (const FormatInfo &format) { return (1 << format.depth) - 1; }

void paint (Picture &picture, Pattern pattern, std::uint32_t seed)
{
  Random random (seed);
  const int max = max_value (picture.info ());
  for_each_sample (picture, [&] (int p, int x, int y, int c, Size s) {
    double v = 0;
    switch (pattern) {
      case Pattern::noise: v = random.below (max + 1); break;
      case Pattern::extremes: v = random.below (2) * max; break;
      case Pattern::gradient: {
        const double gx = double (x) / s.width, gy = double (y) / s.height;
        v = max * (c % 2 == 0 ? (gx + gy) / 2 : 1 - gx);
        break;
      }
      case Pattern::zone_plate: {
        const double dx = x - s.width / 3.0, dy = y - s.height / 3.0;
        v = max * (0.5 + 0.5 * std::cos ((dx * dx + dy * dy) * 0.02 + c));
        break;
      }
      case Pattern::checker: v = (x + y + c) % 2 * max; break;
      case Pattern::impulses: v = (x * 7 + y * 3 + p + c) % 11 == 0 ? max : 0; break;
    }
    picture.set (p, x, y, c, static_cast<int> (v));
  });
}

void paint_alpha (Picture &picture, AlphaPattern pattern, std::uint32_t seed)
{
  if (!picture.info ().has_alpha ()) return;
  const int channel = picture.info ().raster[0].alpha;
  Random random (seed);
  for_each_sample (picture, [&] (int p, int x, int y, int c, Size s) {
    if (c != channel) return;
    int v = 255;
    switch (pattern) {
      case AlphaPattern::opaque: break;
      case AlphaPattern::clear: v = 0; break;
      case AlphaPattern::binary: v = random.below (2) * 255; break;
      case AlphaPattern::noise: v = random.below (256); break;
      case AlphaPattern::faint: v = random.below (4); break;
      case AlphaPattern::half_planes: v = x < s.width / 2 ? 255 : y < s.height / 2 ? 128 : 0; break;
    }
    picture.set (p, x, y, c, v);
  });
}

void paint_constant (Picture &picture, const Color &color, int padding)
{
  const FormatInfo &info = picture.info ();
  for_each_sample (picture, [&] (int p, int x, int y, int c, Size) {
    const int component = info.raster[std::size_t (p)].channel[std::size_t (c)].component;
    picture.set (p, x, y, c, component < 0 ? padding : int{color.value[std::size_t (component)]});
  });
}

void paint_junk_bits (Picture &picture, std::uint32_t seed)
{
  const FormatInfo &info = picture.info ();
  if (info.depth == 8 * info.sample_bytes) return;
  Random random (seed);
  const unsigned used = static_cast<unsigned> (max_value (info)) << info.shift;
  for_each_sample (picture, [&] (int p, int x, int y, int c, Size) {
    const unsigned junk = static_cast<unsigned> (random.below (0x10000)) & ~used;
    picture.store (p, x, y, c, picture.stored (p, x, y, c) | static_cast<int> (junk));
  });
}

std::vector<Filter> every_filter ()
{
  std::vector<Filter> filters;
  for (std::size_t i = 0; i < filter::kernels ().size (); i++)
    filters.push_back (static_cast<Filter> (i));
  return filters;
}

std::string describe (Size size)
{
  return std::to_string (size.width) + "x" + std::to_string (size.height);
}

std::string describe (const Scene &scene)
{
  auto rect = [] (const Rect &r) {
    return describe (r.size ()) + "+" + std::to_string (r.x) + "+" + std::to_string (r.y);
  };
  auto crop = [] (const FineRect &r) {
    std::ostringstream text;
    text << std::setprecision (12) << r.width << "x" << r.height << "+" << r.x << "+" << r.y;
    return text.str ();
  };
  auto site = [] (ChromaSite s) {
    return std::string (s.cosited_x ? "h" : "-") + (s.cosited_y ? "v" : "-");
  };
  std::ostringstream out;
  out << info_of (scene.format).name << " canvas " << describe (scene.canvas) << " site "
      << site (scene.site);
  for (const Tile &t : scene.tiles) {
    out << "; " << rect (t.target) << " from ";
    if (t.solid)
      out << "a colour";
    else
      out << describe (t.source.size) << " crop " << crop (t.crop) << " of " << rect (t.readable ())
          << " hidden " << t.hidden.left << "," << t.hidden.top << "," << t.hidden.right << ","
          << t.hidden.bottom << " site " << site (t.site) << " orientation "
          << static_cast<int> (t.orientation) << " " << filter::kernel_of (t.filter).name;
    out << " alpha " << t.alpha << (t.blend == Blend::source ? " source" : "");
  }
  return out.str ();
}

std::string first_difference (const Picture &a, const Picture &b)
{
  const FormatInfo &info = a.info ();
  for (int p = 0; p < info.planes; p++) {
    const PlaneView &va = a.view ().plane[std::size_t (p)], &vb = b.view ().plane[std::size_t (p)];
    const int n = va.size.width * info.bytes_per_position (p);
    for (int y = 0; y < va.size.height; y++)
      for (int i = 0; i < n; i++)
        if (va.row (y)[i] != vb.row (y)[i]) {
          std::ostringstream out;
          out << "plane " << p << " row " << y << " byte " << i << " of " << n << ": "
              << std::to_integer<int> (va.row (y)[i]) << " and "
              << std::to_integer<int> (vb.row (y)[i]);
          return out.str ();
        }
  }
  return {};
}

}  // namespace quad::test
