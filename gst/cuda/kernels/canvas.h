// Positions as they are stored: in words, on the canvas.
#pragma once

#include "cuda/kernels/filter.h"

namespace quad::cuda {
namespace {

// Packs a position's samples into a word, as a thread writes it.
QUAD_DEVICE std::uint32_t packed (const Samples &s, const Position &p)
{
  std::uint32_t word = 0;
  for (int c = 0; c < 4; c++)
    if (c < s.channels) word |= static_cast<std::uint32_t> (p.value[c]) << (8 * c * s.bytes);
  return word;
}

QUAD_DEVICE Position unpacked (const Samples &s, std::uint32_t word)
{
  Position p;
  const std::uint32_t mask = s.bytes == 1 ? 255 : 65535;
  for (int c = 0; c < 4; c++)
    if (c < s.channels) p.value[c] = static_cast<int> ((word >> (8 * c * s.bytes)) & mask);
  return p;
}

// Each byte of `upper` over that of `lower`, where no channel is alpha.
QUAD_DEVICE std::uint32_t blended (std::uint32_t upper, std::uint32_t lower, std::uint32_t alpha)
{
  if (alpha == 255) return upper;
  std::uint32_t word = 0;
  for (int i = 0; i < 32; i += 8)
    word |= std::uint32_t{blend ((upper >> i) & 255, (lower >> i) & 255, alpha)} << i;
  return word;
}

// Stores `bytes` bytes (1 to 4) of a word at `at`.
QUAD_DEVICE void store_word (std::uint8_t *at, std::uint32_t word, int bytes)
{
  if (bytes == 4 && reinterpret_cast<std::uintptr_t> (at) % 4 == 0) {
    store (reinterpret_cast<std::uint32_t *> (at), word);
    return;
  }
  for (int i = 0; i < 4; i++)
    if (i < bytes) store (at + i, static_cast<std::uint8_t> (word >> (8 * i)));
}

QUAD_DEVICE std::uint32_t load_word (const std::uint8_t *at, int bytes)
{
  std::uint32_t word = 0;
  for (int i = 0; i < bytes; i++) word |= std::uint32_t{load_written (at + i)} << (8 * i);
  return word;
}

// Stores positions [x, x + count) of a row of the canvas from a word.
QUAD_DEVICE void store_positions (const Samples &s, std::uint8_t *row, int x, int count,
                                  std::uint32_t word)
{
  const int size = s.bytes * s.channels;
  if (s.packed) {
    store_word (row + std::int64_t{x} * size, word, count * size);
    return;
  }
  for (int i = 0; i < count * s.channels; i++)
    store (row + offset_of (x * s.channels + i, s), static_cast<std::uint8_t> (word >> (8 * i)));
  if (x + count == s.room)
    store (row + offset_of (s.room * s.channels, s), static_cast<std::uint8_t> (0));
}

QUAD_DEVICE std::uint32_t load_positions (const Samples &s, const std::uint8_t *row, int x,
                                          int count)
{
  const int size = s.bytes * s.channels;
  if (s.packed) return load_word (row + std::int64_t{x} * size, count * size);
  std::uint32_t word = 0;
  for (int i = 0; i < count * s.channels; i++)
    word |= std::uint32_t{load_written (row + offset_of (x * s.channels + i, s))} << (8 * i);
  return word;
}

}  // namespace
}  // namespace quad::cuda
