// Runs the SIMD operations on each instruction set of the machine.
#pragma once

#include <hwy/targets.h>

#include <cstdint>
#include <vector>

namespace quad::test {

inline std::vector<std::int64_t> machine_targets () { return hwy::SupportedAndGeneratedTargets (); }

// While this object lives, operations are dispatched to `target`.
class UseTarget {
 public:
  explicit UseTarget (std::int64_t target) { choose (target); }
  ~UseTarget () { choose (0); }
  UseTarget (const UseTarget &) = delete;
  UseTarget &operator= (const UseTarget &) = delete;

 private:
  static void choose (std::int64_t target)
  {
    hwy::SetSupportedTargetsForTest (target);
    hwy::GetChosenTarget ().Update (hwy::SupportedTargets ());
  }
};

}  // namespace quad::test
