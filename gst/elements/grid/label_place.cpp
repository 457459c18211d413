#include "elements/grid/label_place.h"

#include <cmath>

namespace quad {
namespace {

int down (int value, int unit)
{
  return static_cast<int> (std::floor (static_cast<double> (value) / unit)) * unit;
}

int up (int value, int unit) { return -down (-value, unit); }

// Where `size` begins in the room at `part` (0 to 2) of its halves.
int begin (int from, int room, int size, int part, int unit)
{
  return from + down ((room - size) * part / 2, unit);
}

}  // namespace

Rect label_room (const Rect &box, int margin, const Size &unit)
{
  if (box.empty () || 2L * margin >= box.width || 2L * margin >= box.height) return {};
  const int x = up (box.x + margin, unit.width), y = up (box.y + margin, unit.height);
  const Rect room = {x, y, down (box.right () - margin, unit.width) - x,
                     down (box.bottom () - margin, unit.height) - y};
  return room.empty () ? Rect{} : room;
}

Rect label_rect (const Rect &room, const Size &size, LabelPosition position, const Size &unit)
{
  const int place = static_cast<int> (position);
  return {begin (room.x, room.width, size.width, place % 3, unit.width),
          begin (room.y, room.height, size.height, place / 3, unit.height), size.width,
          size.height};
}

}  // namespace quad
