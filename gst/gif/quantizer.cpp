#include "gif/quantizer.h"

#include <algorithm>
#include <utility>

namespace quad::gif {
namespace {

constexpr double kWeights[3] = {kRedWeight, kGreenWeight, kBlueWeight};
constexpr int kRounds = 3;

int channel (Rgba c, int i) { return static_cast<int> (c >> (8 * i) & 255); }

// A counted colour.
struct Point {
  double weight;
  Rgba color;
};

// Points [begin, end) as one colour.
struct Group {
  std::size_t begin, end;
  double weight = 0;
  double mean[3] = {};
  double cost = 0;  // of one colour for all: weighted squares around the mean
  int axis = 0;     // where that costs most

  Rgba color () const
  {
    return opaque_rgba (static_cast<int> (mean[0] + 0.5), static_cast<int> (mean[1] + 0.5),
                        static_cast<int> (mean[2] + 0.5));
  }
};

Group group_of (const std::vector<Point> &points, std::size_t begin, std::size_t end)
{
  Group g{begin, end};
  double squares[3] = {};
  for (std::size_t i = begin; i < end; i++) {
    g.weight += points[i].weight;
    for (int k = 0; k < 3; k++) {
      const double v = channel (points[i].color, k), w = points[i].weight * v;
      g.mean[k] += w;
      squares[k] += w * v;
    }
  }
  double most = -1;
  for (int k = 0; k < 3; k++) {
    g.mean[k] /= g.weight;
    const double cost = kWeights[k] * (squares[k] - g.weight * g.mean[k] * g.mean[k]);
    g.cost += cost;
    if (cost > most) {
      most = cost;
      g.axis = k;
    }
  }
  if (end - begin == 1) g.cost = 0;  // not exactly 0 as computed
  return g;
}

// At most `colors` groups; reorders the points.
Palette divide (std::vector<Point> &points, int colors)
{
  const auto cheaper = [] (const Group &a, const Group &b) { return a.cost < b.cost; };
  std::vector<Group> groups{group_of (points, 0, points.size ())};
  while (static_cast<int> (groups.size ()) < colors) {
    std::pop_heap (groups.begin (), groups.end (), cheaper);
    const Group g = groups.back ();
    const auto at = [&] (std::size_t i) {
      return points.begin () + static_cast<std::ptrdiff_t> (i);
    };
    const auto cut = std::partition (at (g.begin), at (g.end), [&] (const Point &p) {
      return channel (p.color, g.axis) <= g.mean[g.axis];
    });
    const std::size_t middle = static_cast<std::size_t> (cut - points.begin ());
    if (g.cost <= 0 || middle == g.begin || middle == g.end) {
      std::push_heap (groups.begin (), groups.end (), cheaper);
      break;  // each group is one colour
    }
    groups.back () = group_of (points, g.begin, middle);
    std::push_heap (groups.begin (), groups.end (), cheaper);
    groups.push_back (group_of (points, middle, g.end));
    std::push_heap (groups.begin (), groups.end (), cheaper);
  }
  Palette palette;
  for (const Group &g : groups)
    palette.colors[static_cast<std::size_t> (palette.count++)] = g.color ();
  return palette;
}

// Moves each colour to the mean of the points that it is nearest to.
Palette refine (const std::vector<Point> &points, Palette palette, FindNearest find_nearest)
{
  std::vector<Rgba> colors (points.size ());
  std::transform (points.begin (), points.end (), colors.begin (),
                  [] (const Point &p) { return p.color; });
  std::vector<std::uint8_t> nearest (points.size ());
  std::vector<std::uint32_t> distances (points.size ());
  for (int round = 0; round < kRounds; round++) {
    find_nearest (palette, colors.data (), colors.size (), nearest.data (), distances.data ());
    struct {
      double weight = 0, sum[3] = {}, most = 0;
      Rgba color = 0;
    } mean[Palette::kMax];
    for (std::size_t i = 0; i < points.size (); i++) {
      auto &m = mean[nearest[i]];
      m.weight += points[i].weight;
      if (points[i].weight > m.most) {
        m.most = points[i].weight;
        m.color = colors[i];
      }
      for (int k = 0; k < 3; k++) m.sum[k] += points[i].weight * channel (colors[i], k);
    }
    for (std::size_t c = 0; c < static_cast<std::size_t> (palette.count); c++)
      if (const auto &m = mean[c]; m.weight > 0)
        palette.colors[c] = 2 * m.most > m.weight
                                ? m.color
                                : opaque_rgba (static_cast<int> (m.sum[0] / m.weight + 0.5),
                                               static_cast<int> (m.sum[1] / m.weight + 0.5),
                                               static_cast<int> (m.sum[2] / m.weight + 0.5));
  }
  return palette;
}

}  // namespace

Quantizer::Quantizer (FindNearest find_nearest) : find_nearest_{find_nearest}, slots_ (kSlots)
{
  set_detail (8);
}

Rgba Quantizer::Cell::mean () const
{
  if (votes > weight / 2) return color;
  const auto of = [this] (int k) { return static_cast<int> ((sum[k] + weight / 2) / weight); };
  return opaque_rgba (of (0), of (1), of (2));
}

void Quantizer::set_detail (int bits)
{
  bits_ = bits;
  mask_ = static_cast<Rgba> (0xff << (8 - bits) & 0xff) * 0x010101;
}

void Quantizer::clear_slots () { std::fill (slots_.begin (), slots_.end (), std::uint16_t{0}); }

// Gives a free slot to a new colour. Where there are too many colours, it makes cells larger.
Quantizer::Cell &Quantizer::claim (std::size_t slot, Rgba pixel)
{
  if (cells_.size () < kMostCells) {
    cells_.push_back ({.color = pixel});
    slots_[slot] = static_cast<std::uint16_t> (cells_.size ());
    return cells_.back ();
  }
  {  // the old cells go before the next call, which may make cells larger again
    const std::vector<Cell> old = std::exchange (cells_, {});
    cells_.reserve (kMostCells);
    clear_slots ();
    set_detail (bits_ - 1);
    for (const Cell &from : old) {
      Cell &to = cell_of (from.color);
      to.weight += from.weight;
      for (int k = 0; k < 3; k++) to.sum[k] += from.sum[k];
      to.vote (from.color, from.votes);
    }
  }
  return cell_of (pixel);
}

Palette Quantizer::make (int colors)
{
  std::vector<Point> points;
  points.reserve (cells_.size ());
  for (const Cell &cell : cells_)
    points.push_back ({static_cast<double> (cell.weight), cell.mean ()});
  // The next picture begins with as much detail as fitted here, and more where much was free.
  if (cells_.size () < kMostCells / 8 && bits_ < 8) set_detail (bits_ + 1);
  cells_.clear ();
  clear_slots ();
  if (points.empty ()) return {};
  const Palette palette = divide (points, colors);
  if (static_cast<int> (points.size ()) == palette.count) return palette;
  return refine (points, palette, find_nearest_);
}

}  // namespace quad::gif
