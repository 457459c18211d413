// The input of the kernels that give pictures an alpha channel (matte.h). The host's compiler and
// the device's see the same plain data.
#pragma once

#include <cstdint>

#include "cuda/kernels/program.h"

namespace quad::cuda {

// The widest reach of a window on the grid.
inline constexpr int kMostReach = 32;

// A block of quad_matte_solve fits the lines of so many positions of a row of the grid.
inline constexpr int kSolvedAtOnce = 128;

// A block of quad_matte_apply writes a tile of the picture, a pixel each thread.
inline constexpr int kTileWidth = 32, kTileHeight = 8;
inline constexpr int kTileThreads = kTileWidth * kTileHeight;

// Arrays are in device memory. Those on the grid have planes of `grid_height` rows, which are
// `stride` elements apart.
struct MatteParams {
  const std::uint8_t *small;  // four planes: the guide's components, and the mask
  std::int32_t *lines;        // four planes: those of each window
  const float *weights;       // of what is new; null: alpha is not kept
  const float *colors;  // six planes, of the foreground and the background; null: colours stay
  std::int32_t grid_width, grid_height, stride;
  std::int32_t reach;    // of windows, in positions
  std::int32_t refined;  // 0: the mask is only enlarged; then reach is 0
  double epsilon;        // in levels squared
  // The picture: 4 bytes a pixel.
  DevicePlane picture;
  std::int32_t width, height;
  std::int32_t offset[4];  // the bytes of red, green, blue and alpha
  std::int32_t own;        // 1: alpha is multiplied by the picture's own
  // The part that the mask covers. The rest becomes transparent.
  std::int32_t area_x, area_y, area_width, area_height;
  std::uint16_t *kept;  // of each pixel of the part, in rows without padding; see matte::kept_of
};

QUAD_HOST_DEVICE constexpr int tiles_across (const MatteParams &p)
{
  return (p.width + kTileWidth - 1) / kTileWidth;
}

}  // namespace quad::cuda
