// Room in lists that are filled anew, frame after frame.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace quad {

// Allocates room for `size` elements, if there is none. The first time there is room for just as
// many. A list that is filled again is likely to grow, with the pictures of a layout that changes.
// So it gets room for several times as many, and that before it needs it: then it allocates nothing
// for the rest of the way.
template <typename T>
void make_room (std::vector<T> &list, std::size_t size)
{
  constexpr std::size_t kTimes = 4, kLeast = 2048;
  const std::size_t room = list.capacity ();
  if (room == 0)
    list.reserve (size);
  else if (size + size / 2 > room)
    list.reserve (std::max (kTimes * size, kLeast));
}

// Makes the list at least that long. New elements are 0.
template <typename T>
void at_least (std::vector<T> &list, std::size_t size)
{
  make_room (list, size);
  list.resize (std::max (list.size (), size));
}

}  // namespace quad
