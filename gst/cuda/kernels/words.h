// Copies and exact halves. Makes several positions at once from words of 4 bytes.
#pragma once

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
  return load (reinterpret_cast<const T *> (at));
}

// Makes a word of output from two words `a` and `b` of a row and two words `d` and `e` of the next
// row. Each position of 1, 2 or 4 channels is the mean of two by two neighbours, rounded half up.
QUAD_DEVICE std::uint32_t halved (std::uint32_t a, std::uint32_t b, std::uint32_t d,
                                  std::uint32_t e, int channels)
{
  const std::uint32_t mask = 0x00ff00ff;
  // Sums the two rows in 16-bit lanes: bytes 0 and 2 of each word, and bytes 1 and 3.
  const std::uint32_t first_even = (a & mask) + (d & mask),
                      first_odd = ((a >> 8) & mask) + ((d >> 8) & mask);
  const std::uint32_t second_even = (b & mask) + (e & mask),
                      second_odd = ((b >> 8) & mask) + ((e >> 8) & mask);
  // Divides the sums of four in both lanes by 4, rounded half up.
  auto mean = [mask] (std::uint32_t lanes) { return ((lanes + 0x00020002) >> 2) & mask; };
  if (channels == 4) return mean (first_even + second_even) | (mean (first_odd + second_odd) << 8);
  if (channels == 1) {
    const std::uint32_t first = mean (first_even + first_odd);
    const std::uint32_t second = mean (second_even + second_odd);
    return ((first | (first >> 8)) & 0xffff) | ((second | (second >> 8)) << 16);
  }
  auto across = [] (std::uint32_t lanes) { return ((lanes & 0xffff) + (lanes >> 16) + 2) >> 2; };
  return across (first_even) | (across (first_odd) << 8) | (across (second_even) << 16) |
         (across (second_odd) << 24);
}

// True if the picture's words can be made from the source's words, without looking at samples.
QUAD_DEVICE bool by_words (const Picture &p)
{
  return p.method == Method::halves || (p.method == Method::copy && p.runs);
}

// Makes a whole word at once, from (x, y) on, for a picture with `by_words`. Returns whether it
// could.
QUAD_DEVICE bool whole_word (const Work &w, int x, int y, std::uint32_t &word)
{
  const Picture &picture = *w.picture;
  const std::uint8_t *at = source_at (w, x - picture.x, y - picture.y);
  if (!lies_on<std::uint32_t> (at)) return false;
  if (picture.method == Method::copy) {
    word = load_as<std::uint32_t> (at);
    return true;
  }
  const std::uint8_t *lower = at + w.source.stride;
  if (!lies_on<std::uint32_t> (lower)) return false;
  const std::uint32_t a = load_as<std::uint32_t> (at), b = load_as<std::uint32_t> (at + 4);
  const std::uint32_t d = load_as<std::uint32_t> (lower), e = load_as<std::uint32_t> (lower + 4);
  if (w.samples.alpha >= 0 && (((a & b & d & e) >> (8 * w.samples.alpha)) & 255) != 255)
    return false;
  word = halved (a, b, d, e, w.samples.channels);
  return true;
}

// The same for four words.
QUAD_DEVICE bool whole_quad (const Work &w, int x, int y, Quad &quad)
{
  const Picture &picture = *w.picture;
  const std::uint8_t *at = source_at (w, x - picture.x, y - picture.y);
  if (!lies_on<Quad> (at)) return false;
  if (picture.method == Method::copy) {
    quad = load_as<Quad> (at);
    return true;
  }
  const std::uint8_t *lower = at + w.source.stride;
  if (!lies_on<Quad> (lower)) return false;
  const Quad a[2] = {load_as<Quad> (at), load_as<Quad> (at + 16)};
  const Quad d[2] = {load_as<Quad> (lower), load_as<Quad> (lower + 16)};
  std::uint32_t all = ~0u;
  for (int i = 0; i < 4; i++) {
    const Quad &upper = a[i / 2], &under = d[i / 2];
    const int k = i % 2 * 2;
    all &= upper.word[k] & upper.word[k + 1] & under.word[k] & under.word[k + 1];
    quad.word[i] = halved (upper.word[k], upper.word[k + 1], under.word[k], under.word[k + 1],
                           w.samples.channels);
  }
  return w.samples.alpha < 0 || ((all >> (8 * w.samples.alpha)) & 255) == 255;
}

}  // namespace
}  // namespace quad::cuda
