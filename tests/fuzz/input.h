// The parts of a fuzzer of plain functions: one input's bytes as numbers, and checks. Each program
// has one try_input (); libFuzzer (https://llvm.org/docs/LibFuzzer.html) calls it.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <string>

namespace quad::fuzz {

class Input {
 public:
  Input (const std::uint8_t *data, std::size_t size) : data_ (data, size) {}

  // Both ends are included.
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

// Ends the program if it is false; `what` says what should be true.
void require (bool holds, const char *what);

// Throws nothing; returns early if the input has no more bytes.
void try_input (Input &in);

}  // namespace quad::fuzz
