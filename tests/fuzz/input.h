// What a fuzzer of plain functions is made of: one input's bytes as numbers, and what must hold.
// Each program has one try_input (); libFuzzer (https://llvm.org/docs/LibFuzzer.html) calls it.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <string>

namespace quad::fuzz {

class Input {
 public:
  Input (const std::uint8_t *data, std::size_t size) : data_ (data, size) {}

  // Both ends are possible.
  template <typename T>
  T between (T low, T high)
  {
    return data_.ConsumeIntegralInRange<T> (low, high);
  }
  bool flip () { return data_.ConsumeBool (); }
  bool one_in (int n) { return between (1, n) == 1; }
  // 0 to 1.
  double part () { return data_.ConsumeProbability<double> (); }
  std::string text (std::size_t most) { return data_.ConsumeRandomLengthString (most); }
  std::string rest () { return data_.ConsumeRemainingBytesAsString (); }

 private:
  FuzzedDataProvider data_;
};

// Ends the program where it does not hold; `what` should have been so.
void require (bool holds, const char *what);

// Throws nothing; returns early where the input says no more.
void try_input (Input &in);

}  // namespace quad::fuzz
