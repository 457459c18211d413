// Copies and exact halves, from units of 16 bytes, or of 4 where less is aligned.
#pragma once

#include "cuda/kernels/bytes.h"
#include "cuda/kernels/filter.h"

namespace quad::cuda {
namespace {

template <typename T>
QUAD_DEVICE bool lies_on (const std::uint8_t *at)
{
  return reinterpret_cast<std::uintptr_t> (at) % sizeof (T) == 0;
}

template <typename T>
QUAD_DEVICE T load_as (const std::uint8_t *at)
{
  return load_once (reinterpret_cast<const T *> (at));
}

// Exact halves: each position is the mean of two by two neighbours, rounded half up. Makes a word
// of the canvas from two words `a` and `b` of a row and two words `d` and `e` of the next.

// Of bytes of 1 or 2 channels.
struct HalveBytes {
  // Which bytes of a word belong to its first result, and to its second: 1 or 0.
  std::uint32_t first, second;

  QUAD_DEVICE explicit HalveBytes (const Samples &s)
      : first (s.channels == 1 ? 0x00000101 : 0x00010001),
        second (s.channels == 1 ? 0x01010000 : 0x01000100)
  {
  }
  QUAD_DEVICE std::uint32_t word (std::uint32_t a, std::uint32_t b, std::uint32_t d,
                                  std::uint32_t e) const
  {
    return clamped_bytes (mean (first, a, d), mean (second, a, d), mean (first, b, e),
                          mean (second, b, e));
  }

 private:
  QUAD_DEVICE static std::int32_t mean (std::uint32_t bytes, std::uint32_t upper,
                                        std::uint32_t lower)
  {
    return static_cast<std::int32_t> (dot_all (bytes, upper, dot_all (bytes, lower, 2)) >> 2);
  }
};

// Of four channels of a byte, in lanes of 16 bits: bytes 0 and 2, and bytes 1 and 3.
struct HalvePixels {
  QUAD_DEVICE explicit HalvePixels (const Samples &) {}
  QUAD_DEVICE std::uint32_t word (std::uint32_t a, std::uint32_t b, std::uint32_t d,
                                  std::uint32_t e) const
  {
    const std::uint32_t mask = 0x00ff00ff;
    const std::uint32_t even = (a & mask) + (b & mask) + (d & mask) + (e & mask);
    const std::uint32_t odd =
        ((a >> 8) & mask) + ((b >> 8) & mask) + ((d >> 8) & mask) + ((e >> 8) & mask);
    return (((even + 0x00020002) >> 2) & mask) | ((((odd + 0x00020002) >> 2) & mask) << 8);
  }
};

// Of samples of up to 10 bits in 16, of 1 or 2 channels.
struct HalvePairs {
  std::uint32_t mask;
  int shift;
  bool two;  // channels

  QUAD_DEVICE explicit HalvePairs (const Samples &s)
      : mask (((1u << s.depth) - 1) * 0x00010001), shift (s.shift), two (s.channels == 2)
  {
  }
  QUAD_DEVICE std::uint32_t word (std::uint32_t a, std::uint32_t b, std::uint32_t d,
                                  std::uint32_t e) const
  {
    const std::uint32_t first = ((a >> shift) & mask) + ((d >> shift) & mask);
    const std::uint32_t second = ((b >> shift) & mask) + ((e >> shift) & mask);
    if (two) return (((first + second + 0x00020002) >> 2) & mask) << shift;
    auto across = [] (std::uint32_t lanes) { return ((lanes & 0xffff) + (lanes >> 16) + 2) >> 2; };
    return (across (first) | (across (second) << 16)) << shift;
  }
};

// True if the picture's words can be made from the source's words, without looking at samples.
QUAD_DEVICE bool by_words (const Picture &p)
{
  return p.method == Method::halves || (p.method == Method::copy && p.runs);
}

// Makes words of the canvas from as many words of the source, at `at`.
struct Copy {
  static constexpr int kRatio = 1;

  QUAD_DEVICE explicit Copy (const Samples &) {}
  template <int kCount>
  QUAD_DEVICE bool make (const std::uint8_t *at, std::int64_t, Words<kCount> &out) const
  {
    out = load_as<Words<kCount>> (at);
    return true;
  }
};

// The same from twice as many words of two rows. Returns false if the words are not opaque.
template <typename Halver>
struct Halve {
  static constexpr int kRatio = 2;
  Halver halver;
  int alpha;  // the channel that weights the others, or -1

  QUAD_DEVICE explicit Halve (const Samples &s) : halver (s), alpha (s.alpha) {}

  template <int kCount>
  QUAD_DEVICE bool make (const std::uint8_t *at, std::int64_t stride, Words<kCount> &out) const
  {
    using Unit = Words<kCount>;
    const Unit upper[2] = {load_as<Unit> (at), load_as<Unit> (at + sizeof (Unit))};
    const Unit lower[2] = {load_as<Unit> (at + stride),
                           load_as<Unit> (at + stride + sizeof (Unit))};
    const auto word_of = [] (const Unit (&row)[2], int i) {
      return row[i / kCount].word[i % kCount];
    };
    std::uint32_t all = ~0u;
    for (int i = 0; i < kCount; i++) {
      const std::uint32_t a = word_of (upper, 2 * i), b = word_of (upper, 2 * i + 1);
      const std::uint32_t d = word_of (lower, 2 * i), e = word_of (lower, 2 * i + 1);
      all &= a & b & d & e;
      out.word[i] = halver.word (a, b, d, e);
    }
    return alpha < 0 || ((all >> (8 * alpha)) & 255) == 255;
  }
};

QUAD_DEVICE bool make_word (const Work &w, const Picture &picture, const std::uint8_t *at,
                            Words<1> &made)
{
  const std::int64_t stride = w.source.stride;
  const Samples &s = w.samples;
  if (picture.method == Method::copy) return Copy (s).make (at, stride, made);
  if (!lies_on<std::uint32_t> (at + stride)) return false;
  if (s.bytes > 1) return Halve<HalvePairs> (s).make (at, stride, made);
  if (s.channels == 4) return Halve<HalvePixels> (s).make (at, stride, made);
  return Halve<HalveBytes> (s).make (at, stride, made);
}

// Makes a whole word at once, from (x, y) on, for a picture with `by_words`. Returns whether it
// could.
QUAD_DEVICE bool whole_word (const Work &w, int x, int y, std::uint32_t &word)
{
  const Picture &picture = *w.picture;
  const std::uint8_t *at = source_at (w, x - picture.x, y - picture.y);
  if (!lies_on<std::uint32_t> (at)) return false;
  Words<1> made;
  if (!make_word (w, picture, at, made)) return false;
  word = made.word[0];
  return true;
}

}  // namespace
}  // namespace quad::cuda
