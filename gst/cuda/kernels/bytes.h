// Bytes of words. GPUs have an instruction for each of these: since compute capability 6.1, or 7.2.
#pragma once

#include "cuda/kernels/device.h"

namespace quad::cuda {
namespace {

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 610

QUAD_DEVICE std::uint32_t zip_low (std::uint32_t a, std::uint32_t b)
{
  return __byte_perm (a, b, 0x5140);
}
QUAD_DEVICE std::uint32_t zip_high (std::uint32_t a, std::uint32_t b)
{
  return __byte_perm (a, b, 0x7362);
}
QUAD_DEVICE std::int32_t dot_low (std::uint32_t weights, std::uint32_t bytes, std::int32_t sum)
{
  asm("dp2a.lo.s32.u32 %0, %1, %2, %0;" : "+r"(sum) : "r"(weights), "r"(bytes));
  return sum;
}
QUAD_DEVICE std::int32_t dot_high (std::uint32_t weights, std::uint32_t bytes, std::int32_t sum)
{
  asm("dp2a.hi.s32.u32 %0, %1, %2, %0;" : "+r"(sum) : "r"(weights), "r"(bytes));
  return sum;
}
QUAD_DEVICE std::uint32_t dot_all (std::uint32_t weights, std::uint32_t bytes, std::uint32_t sum)
{
  return __dp4a (weights, bytes, sum);
}

#else

// Bytes 0 and 1 of two words, in turn: a0 b0 a1 b1.
QUAD_DEVICE std::uint32_t zip_low (std::uint32_t a, std::uint32_t b)
{
  return (a & 0xff) | ((b & 0xff) << 8) | ((a & 0xff00) << 8) | ((b & 0xff00) << 16);
}
// Bytes 2 and 3.
QUAD_DEVICE std::uint32_t zip_high (std::uint32_t a, std::uint32_t b)
{
  return zip_low (a >> 16, b >> 16);
}
// Adds to `sum` bytes 0 and 1 of a word times the signed 16-bit halves of `weights`, the low half
// first.
QUAD_DEVICE std::int32_t dot_low (std::uint32_t weights, std::uint32_t bytes, std::int32_t sum)
{
  const auto low = static_cast<std::int16_t> (weights & 0xffff);
  const auto high = static_cast<std::int16_t> (weights >> 16);
  return sum + low * static_cast<std::int32_t> (bytes & 0xff) +
         high * static_cast<std::int32_t> ((bytes >> 8) & 0xff);
}
// Bytes 2 and 3.
QUAD_DEVICE std::int32_t dot_high (std::uint32_t weights, std::uint32_t bytes, std::int32_t sum)
{
  return dot_low (weights, bytes >> 16, sum);
}
// Adds to `sum` the bytes of a word times the bytes of `weights`.
QUAD_DEVICE std::uint32_t dot_all (std::uint32_t weights, std::uint32_t bytes, std::uint32_t sum)
{
  for (int i = 0; i < 32; i += 8) sum += ((weights >> i) & 0xff) * ((bytes >> i) & 0xff);
  return sum;
}

#endif

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 720

QUAD_DEVICE std::uint32_t clamped_bytes (std::int32_t a, std::int32_t b, std::int32_t c,
                                         std::int32_t d)
{
  std::uint32_t high, all;
  asm("cvt.pack.sat.u8.s32.b32 %0, %1, %2, %3;" : "=r"(high) : "r"(d), "r"(c), "r"(0));
  asm("cvt.pack.sat.u8.s32.b32 %0, %1, %2, %3;" : "=r"(all) : "r"(b), "r"(a), "r"(high));
  return all;
}

#else

// A word of four values, clamped to bytes. `a` is the lowest byte.
QUAD_DEVICE std::uint32_t clamped_bytes (std::int32_t a, std::int32_t b, std::int32_t c,
                                         std::int32_t d)
{
  auto byte = [] (std::int32_t v) {
    return static_cast<std::uint32_t> (v < 0 ? 0 : v > 255 ? 255 : v);
  };
  return byte (a) | (byte (b) << 8) | (byte (c) << 16) | (byte (d) << 24);
}

#endif

// Bytes 1 and 2 of both words: a1 a2 b1 b2.
QUAD_DEVICE std::uint32_t middle_bytes (std::uint32_t a, std::uint32_t b)
{
  return ((a >> 8) & 0xffff) | ((b << 8) & 0xffff0000);
}

}  // namespace
}  // namespace quad::cuda
