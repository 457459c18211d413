#include "elements/matte/tracking.h"

#include <algorithm>
#include <cmath>

namespace quad {
namespace {

constexpr int kForeground = 64;      // levels from here on count
constexpr double kRoom = 0.15;       // of the box's sides, on each side of it, in a new part
constexpr double kLeastRoom = 0.04;  // less room: the part is made anew
constexpr double kLost = 2.0;        // more room than this many boxes: the same
constexpr double kMostStretch = 2.0;
constexpr double kMostOfPicture = 0.7;  // of its area

// The part of a picture around `box`, with `room` of its sides. The model sees it in the shape of
// `shape`, stretched by no more than kMostStretch.
FineRect part_around (const FineRect &box, double room, Size shape)
{
  double width = box.width * (1 + 2 * room), height = box.height * (1 + 2 * room);
  const double wanted = double (shape.width) / shape.height;
  width = std::max (width, height * wanted / kMostStretch);
  height = std::max (height, width / wanted / kMostStretch);
  return {box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height};
}

// Moved into the picture, or cut where it is larger, on even samples.
Rect inside (const FineRect &part, Size picture)
{
  const auto place = [] (double at, double size, int whole) {
    const double fits = std::min (size, double (whole));
    const double begin = std::clamp (at, 0.0, whole - fits);
    const int first = static_cast<int> (begin) & ~1;
    const int end = std::min (whole, static_cast<int> (std::ceil (begin + fits)));
    return std::pair{first, end - first};
  };
  const auto [x, width] = place (part.x, part.width, picture.width);
  const auto [y, height] = place (part.y, part.height, picture.height);
  return {x, y, width, height};
}

}  // namespace

Rect box_of (const matte::SmallPicture &mask)
{
  const Size size = mask.size ();
  int left = size.width, right = 0, top = size.height, bottom = 0;
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) {
      if (mask.row (0, y)[x] < kForeground) continue;
      left = std::min (left, x);
      right = std::max (right, x + 1);
      top = std::min (top, y);
      bottom = y + 1;
    }
  if (right <= left) return {};
  return {left, top, right - left, bottom - top};
}

void fade_sides (matte::SmallPicture &mask, const Rect &part, Size picture)
{
  const Size size = mask.size ();
  // A part has at least kLeastRoom of the box on each side.
  const auto room_of = [] (int side) { return kLeastRoom / (1 + 2 * kRoom) * side; };
  const auto kept = [] (int at, double room, bool fades) {
    return fades ? std::min (1.0, (at + 0.5) / room) : 1.0;
  };
  const double across = room_of (size.width), down = room_of (size.height);
  for (int y = 0; y < size.height; y++) {
    const double row = kept (y, down, part.y > 0) *
                       kept (size.height - 1 - y, down, part.bottom () < picture.height);
    for (int x = 0; x < size.width; x++) {
      const double left = kept (x, across, part.x > 0);
      const double right = kept (size.width - 1 - x, across, part.right () < picture.width);
      std::uint8_t &level = mask.row (0, y)[x];
      level = static_cast<std::uint8_t> (level * row * left * right + 0.5);
    }
  }
}

Rect Tracking::follow (const matte::SmallPicture &mask, Size picture, Size shape)
{
  const Rect whole = rect_of (picture);
  const Rect small = box_of (mask);
  if (small.empty ()) {
    part_.reset ();
    return whole;
  }
  const double across = double (picture.width) / mask.size ().width;
  const double down = double (picture.height) / mask.size ().height;
  const FineRect box = {small.x * across, small.y * down, small.width * across,
                        small.height * down};
  const Rect most = inside (part_around (box, kLost, shape), picture);
  const Rect needed = intersect (
      whole, touched_by ({box.x - kLeastRoom * box.width, box.y - kLeastRoom * box.height,
                          box.width * (1 + 2 * kLeastRoom), box.height * (1 + 2 * kLeastRoom)}));
  if (part_ && part_->contains (needed) && most.contains (*part_)) return *part_;
  part_ = inside (part_around (box, kRoom, shape), picture);
  const double area = double (part_->width) * part_->height;
  if (area > kMostOfPicture * picture.width * picture.height) part_ = whole;
  return *part_;
}

}  // namespace quad
