// Times contenders on one processor in one process. They take turns of some milliseconds each, in a
// new random order every round, so that other work on the machine disturbs all alike. Frames come
// from a ring larger than the caches. The figure is the median of a call's CPU time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "contender.h"
#include "frames.h"

namespace quad::bench {

inline constexpr Size kSource = {1920, 1080};

// Source frames of kSource, one ring for each format; BGRx uses those of BGRA.
class Sources {
 public:
  explicit Sources (bool opaque) : opaque_ (opaque) {}

  FrameView next (PixelFormat format);
  void clear () { rings_.clear (); }

 private:
  bool opaque_;
  std::map<PixelFormat, Frames> rings_;
  int next_ = 0;
};

// Binds this thread to processor `cpu`; a negative value is the last processor that it may run on.
// Returns the processor.
int pin (int cpu);

// The model of this machine's processor.
std::string cpu_model ();

// The median time of a call, in milliseconds, for each contender. All scale to `to`.
std::vector<double> time_all (const Contenders &list, Sources &sources, Size to, double seconds);

}  // namespace quad::bench
