// Random things that an element may meet: caps, buffers, segments, values of properties.
#pragma once

#include <gst/gst.h>

#include <initializer_list>
#include <random>
#include <string>

#include "glue/owned.h"

namespace quad::fuzz {

// Repeatable from its seed.
class Random {
 public:
  explicit Random (std::uint32_t seed = 1) : engine_ (seed) {}
  void seed (std::uint32_t seed) { engine_.seed (seed); }

  std::uint32_t bits () { return static_cast<std::uint32_t> (engine_ ()); }
  int below (int n) { return static_cast<int> (bits () % static_cast<std::uint32_t> (n)); }
  bool one_in (int n) { return below (n) == 0; }
  // In nanoseconds, below so many milliseconds.
  GstClockTime time_below (int milliseconds)
  {
    return static_cast<GstClockTime> (below (milliseconds)) * GST_MSECOND;
  }
  template <typename T>
  T pick (std::initializer_list<T> list)
  {
    return list.begin ()[below (static_cast<int> (list.size ()))];
  }

 private:
  std::mt19937 engine_;
};

// What an element takes: raw video of all kinds, that of gifstreamenc, or JPEG.
enum class Taken { raw, packed, jpeg, mask };
Taken taken_by (const std::string &element);

// Caps of that; not all can be shown.
Owned<GstCaps> some_caps (Random &random, Taken taken);
// A buffer for `caps` (may be null), sometimes wrong: another size, several memories, a false meta.
// Memory has exactly its size, so that a sanitizer finds accesses outside of it.
Owned<GstBuffer> some_buffer (Random &random, GstCaps *caps);
GstSegment some_segment (Random &random);
// Sets one of the object's properties, and reads it back.
void set_some_property (Random &random, GObject *object);

// How many memories of some_buffer () exist.
long memories_in_use ();

}  // namespace quad::fuzz
