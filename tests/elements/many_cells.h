// A wall of 64 cells of 320x180, each with a picture of its own, for the host and for CUDA memory.
#pragma once

#include "support/gst_helpers.h"

namespace quad::test {

inline constexpr int kManySide = 8;  // rows, and columns
inline constexpr int kManyInputs = kManySide * kManySide;
inline constexpr int kManyWidth = 320, kManyHeight = 180;

// I420 or NV12.
inline std::string many_input (const std::string &format)
{
  return raw (format, kManyWidth, kManyHeight, "framerate=10/1,colorimetry=bt709");
}
inline std::string many_output (const std::string &format, const std::string &memory = "")
{
  return "video/x-raw" + memory + ",format=" + format +
         ",width=2560,height=1440,framerate=10/1,colorimetry=bt709";
}

// Neighbouring samples differ, and so do all inputs at the same place.
inline int many_sample (int input, int plane, int x, int y, int channel)
{
  return (input * 37 + plane * 50 + channel * 11 + x * 3 + y * 5 + x * y / 7) & 255;
}

inline Owned<GstBuffer> many_picture (const GstVideoInfo &info, int input)
{
  return painted (info,
                  [=] (int p, int x, int y, int k) { return many_sample (input, p, x, y, k); });
}

// What the output must show: inputs by rows, as they are.
inline Owned<GstBuffer> many_expected (const GstVideoInfo &info)
{
  return painted (info, [] (int p, int x, int y, int k) {
    const int width = kManyWidth >> (p > 0), height = kManyHeight >> (p > 0);
    return many_sample (y / height * kManySide + x / width, p, x % width, y % height, k);
  });
}

}  // namespace quad::test
