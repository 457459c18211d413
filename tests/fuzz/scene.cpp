// Fuzzes scenes on the host. The plain renderer, the fast one with threads and that of every
// instruction set write the same bytes, nothing outside of them, and refuse the same scenes.
#include <hwy/targets.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "core/placement.h"
#include "core/renderer.h"
#include "host/host_renderer.h"
#include "input.h"
#include "support/conversion.h"

namespace quad::fuzz {
namespace {

constexpr int kMostSide = 16384;

// A frame in memory of exactly the size that may be touched, rows in either order.
class Frame {
 public:
  Frame (Input &in, PixelFormat format, Size size)
  {
    const FormatInfo &info = info_of (format);
    view_.format = format;
    view_.size = size;
    for (int p = 0; p < info.planes; p++) {
      const Size part = plane_size (info, p, size);
      const int row = part.width * info.bytes_per_position (p), stride = row + in.between (0, 9);
      const auto odd = in.between<std::size_t> (0, 3);
      bytes_[p] = static_cast<std::size_t> (stride) * static_cast<std::size_t> (part.height - 1) +
                  static_cast<std::size_t> (row);
      memory_[p] = std::make_unique<std::byte[]> (bytes_[p] + odd);
      first_[p] = memory_[p].get () + odd;
      const bool upwards = in.flip ();
      view_.plane[p] = {
          upwards ? first_[p] + std::ptrdiff_t{stride} * (part.height - 1) : first_[p],
          upwards ? -stride : stride, part};
    }
  }

  const FrameView &view () const { return view_; }
  int planes () const { return info_of (view_.format).planes; }
  std::byte *bytes (int plane) { return first_[plane]; }
  std::size_t size (int plane) const { return bytes_[plane]; }

  void fill (std::byte value)
  {
    for (int p = 0; p < planes (); p++)
      std::memset (first_[p], static_cast<int> (value), bytes_[p]);
  }
  // True if all bytes between rows are still `value`.
  bool gaps_are (std::byte value) const
  {
    for (int p = 0; p < planes (); p++) {
      const PlaneView &plane = view_.plane[p];
      const std::size_t row = row_bytes (p),
                        stride = static_cast<std::size_t> (std::abs (plane.stride));
      for (std::size_t i = 0; i < bytes_[p]; i++)
        if (i % stride >= row && first_[p][i] != value) return false;
    }
    return true;
  }
  std::vector<std::byte> samples () const
  {
    std::vector<std::byte> all;
    for (int p = 0; p < planes (); p++)
      for (int y = 0; y < view_.plane[p].size.height; y++) {
        const std::byte *row = view_.plane[p].row (y);
        all.insert (all.end (), row, row + row_bytes (p));
      }
    return all;
  }

 private:
  std::size_t row_bytes (int p) const
  {
    return static_cast<std::size_t> (view_.plane[p].size.width *
                                     info_of (view_.format).bytes_per_position (p));
  }

  FrameView view_;
  std::array<std::unique_ptr<std::byte[]>, kMaxPlanes> memory_;
  std::array<std::byte *, kMaxPlanes> first_{};
  std::array<std::size_t, kMaxPlanes> bytes_{};
};

void paint (Input &in, Frame &frame)
{
  const FormatInfo &info = info_of (frame.view ().format);
  for (int p = 0; p < frame.planes (); p++) {
    auto x = in.between<std::uint32_t> (1, std::numeric_limits<std::uint32_t>::max ());
    const int pattern = in.between (0, 3);
    std::byte *bytes = frame.bytes (p);
    for (std::size_t i = 0; i < frame.size (p); i++) {
      x ^= x << 13, x ^= x >> 17, x ^= x << 5;
      bytes[i] = static_cast<std::byte> (pattern == 0   ? x >> 8
                                         : pattern == 1 ? (x & 256 ? 255 : 0)
                                         : pattern == 2 ? 255
                                                        : i * 7);
    }
  }
  if (!info.has_alpha () || !in.flip ()) return;
  const RasterInfo &raster = info.raster[0];
  const ChannelInfo &alpha = raster.channel[static_cast<std::size_t> (raster.alpha)];
  for (auto i = static_cast<std::size_t> (alpha.offset); i < frame.size (alpha.plane);
       i += static_cast<std::size_t> (alpha.step))
    frame.bytes (alpha.plane)[i] = std::byte{255};
}

Size some_size (Input &in)
{
  const auto side = [&in] {
    switch (in.between (0, 7)) {
      case 0: return 1;
      case 1: return in.between (1, 9);
      case 7: return in.between (1, 400);
      default: return in.between (1, 70);
    }
  };
  Size size = {side (), side ()};
  if (in.one_in (150)) size = {in.between (1, kMostSide), in.between (1, 3)};
  if (in.one_in (150)) size = {in.between (1, 3), in.between (1, kMostSide)};
  return size;
}

Color some_color (Input &in, const FormatInfo &info)
{
  Color color;
  for (auto &value : color.value)
    value = static_cast<std::uint16_t> (in.between (0, (1 << info.depth) - 1));
  if (info.has_alpha ()) color.value[3] = static_cast<std::uint16_t> (in.between (0, 255));
  return color;
}

// Source and target rectangles, on whole chroma samples.
std::pair<int, int> some_span (Input &in, int length, int unit)
{
  const int steps = (length + unit - 1) / unit;
  if (in.one_in (4)) return {0, length};
  const int from = in.between (0, steps - 1), to = in.between (from + 1, steps);
  return {from * unit, std::min (length, to * unit)};
}

Size some_source (Input &in, const Rect &target)
{
  // Often a case that is copied or halved.
  const int times = in.between (1, 6);
  Size size = some_size (in);
  if (times <= 2)
    size = {std::min (kMostSide, target.width * times),
            std::min (kMostSide, target.height * times)};
  return std::int64_t{size.width} * size.height > 2'000'000 ? Size{7, 5} : size;
}

// Between any two colorimetries.
ColorMap some_colors (Input &in, const FormatInfo &from, const FormatInfo &to)
{
  const auto a = in.between<std::size_t> (0, std::size (test::kColors) - 1);
  const auto b = in.between<std::size_t> (0, std::size (test::kColors) - 1);
  return color_map (test::real_matrix (from, test::kColors[a], to, test::kColors[b]), from.depth,
                    to.depth);
}

Zoom some_zoom (Input &in) { return {in.part (), in.part (), in.part (), in.part ()}; }

Tile some_tile (Input &in, const Scene &scene, std::vector<Frame> &frames)
{
  const FormatInfo &info = info_of (scene.format);
  Tile tile;
  const auto [left, right] = some_span (in, scene.canvas.width, info.chroma_unit ().width);
  const auto [top, bottom] = some_span (in, scene.canvas.height, info.chroma_unit ().height);
  tile.target = {left, top, right - left, bottom - top};
  const Size size = some_source (in, tile.target);
  const bool converted = in.one_in (3);
  const FormatInfo &from =
      converted ? all_formats ()[in.between<std::size_t> (0, all_formats ().size () - 1)] : info;
  if (converted) tile.colors = some_colors (in, from, info);
  frames.emplace_back (in, from.format, size);
  paint (in, frames.back ());
  tile.source = frames.back ().view ();
  tile.crop = rect_of (size);
  if (in.flip ()) {
    Rect part;
    part.x = in.between (0, size.width - 1);
    part.y = in.between (0, size.height - 1);
    part.width = in.between (1, size.width - part.x);
    part.height = in.between (1, size.height - part.y);
    tile.crop = part;
    if (in.flip ()) {
      tile.crop = zoomed_part ({.part = part, .zoom = some_zoom (in)});
      if (in.flip ()) tile.part = part;
    }
  }
  tile.site = {in.flip (), in.flip ()};
  tile.orientation = static_cast<Orientation> (in.between (0, 7));
  tile.filter = static_cast<Filter> (in.between<std::size_t> (0, filter::kernels ().size () - 1));
  if (in.one_in (3)) tile.alpha = in.between (0, 255);
  if (in.one_in (5)) tile.blend = Blend::source;
  if (in.one_in (6)) tile.solid = some_color (in, info);
  return tile;
}

// Sometimes an invalid one: all must refuse it.
void spoil (Input &in, Tile &tile)
{
  int *fields[] = {&tile.target.x, &tile.target.y, &tile.target.width, &tile.target.height,
                   &tile.alpha};
  double *fine[] = {&tile.crop.x, &tile.crop.y, &tile.crop.width, &tile.crop.height};
  const auto which = in.between<std::size_t> (0, std::size (fields) + std::size (fine) - 1);
  const int value = in.between (-40'000, 40'000);
  if (which < std::size (fields))
    *fields[which] = value;
  else if (in.one_in (8))
    *fine[which - std::size (fields)] = std::numeric_limits<double>::quiet_NaN ();
  else
    *fine[which - std::size (fields)] = value / (in.flip () ? 1.0 : 7.0);
}

// The other instruction sets of this machine, each with a renderer of its own.
void try_targets (const Scene &scene, Frame &frame, const std::vector<std::byte> &want)
{
  const auto choose = [] (std::int64_t targets) {
    hwy::SetSupportedTargetsForTest (targets);
    hwy::GetChosenTarget ().Update (hwy::SupportedTargets ());
  };
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets ()) {
    choose (target);
    const auto renderer = host::make_host_renderer ({.threads = 1});
    const bool drawn = renderer->prepare (scene) == Status::ok &&
                       renderer->draw (scene, frame.view ()) == Status::ok;
    require (drawn && want == frame.samples (), hwy::TargetName (target));
  }
  choose (0);
}

void try_scene (Input &in, Renderer &plain, Renderer &fast)
{
  Scene scene;
  scene.format = all_formats ()[in.between<std::size_t> (0, all_formats ().size () - 1)].format;
  scene.canvas = some_size (in);
  scene.site = {in.flip (), in.flip ()};
  scene.background = some_color (in, info_of (scene.format));
  std::vector<Frame> frames;
  std::int64_t pixels = std::int64_t{scene.canvas.width} * scene.canvas.height;
  for (int tiles = in.between (0, 6); tiles > 0; tiles--) {
    scene.tiles.push_back (some_tile (in, scene, frames));
    const Size size = frames.back ().view ().size;
    pixels += std::int64_t{size.width} * size.height;
  }
  if (pixels > 600'000) return;
  if (!scene.tiles.empty () && in.one_in (10)) spoil (in, scene.tiles[0]);

  const Status status = plain.prepare (scene);
  require (status == fast.prepare (scene), "both refuse or neither");
  if (status != Status::ok) return;
  constexpr std::byte kGap{0x5a};
  Frame one (in, scene.format, scene.canvas), other (in, scene.format, scene.canvas);
  one.fill (kGap);
  other.fill (kGap);
  require (plain.draw (scene, one.view ()) == Status::ok, "the plain one draws");
  require (fast.draw (scene, other.view ()) == Status::ok, "the fast one draws");
  require (one.gaps_are (kGap) && other.gaps_are (kGap), "nothing is written between rows");
  const std::vector<std::byte> want = one.samples ();
  require (want == other.samples (), "both write the same bytes");
  if (in.one_in (4)) try_targets (scene, other, want);
}

}  // namespace

void try_input (Input &in)
{
  // They live on from scene to scene.
  const auto plain = host::make_host_renderer ({.threads = 1, .scalar = true});
  const auto fast = host::make_host_renderer ({.threads = in.between (1, 4)});
  for (int scenes = in.between (1, 3); scenes > 0; scenes--) try_scene (in, *plain, *fast);
}

}  // namespace quad::fuzz
