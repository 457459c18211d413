// What draw.cu is told: tables that stay on the device while a scene keeps its
// shape, and one parameter struct a launch. Plain data, the same for the host's
// compiler and the device's.
#pragma once

#include <cstdint>

namespace quad::cuda {

// Sources of one launch: with them DrawParams stays below the 4096 bytes that a
// kernel's parameters may have on every driver.
inline constexpr int kSourcesPerLaunch = 64;

inline constexpr int kThreads = 256;     // of a block
inline constexpr int kWords = 1024;      // words of 4 bytes of canvas in a patch, at most
inline constexpr int kMidBytes = 20480;  // shared memory for the vertical pass's results

// One plane of a picture, in device memory.
struct DevicePlane {
  std::uint8_t *data;
  std::int64_t stride;  // bytes
};

// A picture has at most so many planes here, and rasters, each in one plane.
inline constexpr int kPlanes = 3;

// How the samples of a raster lie in its plane.
struct Samples {
  std::int32_t depth;
  std::int32_t bytes;
  std::int32_t shift;
  std::int32_t channels;
  std::int32_t alpha;      // the channel, or -1
  std::int32_t plane;      // the index
  std::int32_t packed;     // channel after channel, position after position; else, of 8 bits:
  std::int32_t step;       // bytes from position to position
  std::int32_t offset[4];  // of each channel, from the row's beginning
  // Beyond the last position, where a row has room for a sample that no picture has: 0 is
  // written there. Else -1.
  std::int32_t room;
};

// Where an array of T begins in the tables, which so do not depend on their address. `begin_of`
// in filter.h makes the address.
template <typename T>
struct Offset {
  std::uint32_t bytes;
};

// One axis of a FilterPlan.
struct AxisTable {
  Offset<std::int32_t> left;
  Offset<std::int16_t> weight;  // `taps` for each output
  std::int32_t taps;
  std::int32_t count;
};

enum class Method : std::int32_t {
  copy,    // one sample each
  halves,  // exactly 2:1 of 8 bits, neither mirrored nor turned
  staged,  // the vertical pass's results of a patch fit shared memory
  direct,  // they do not: each thread sums for itself
};

// A tile's picture in one raster.
struct Picture {
  AxisTable across, down;  // seen from the source
  std::int32_t x, y;       // of the target in the raster
  Method method;
  std::int32_t swap_axes;  // across runs down the canvas
  std::int32_t runs;       // copy: neighbours across are neighbours in the source
};

// What lies on what in a part of the canvas.
struct Layer {
  std::int32_t source;   // index in DrawParams::source; kSolid or kBelow
  std::int32_t picture;  // index in DrawParams::pictures
  std::int32_t alpha;    // 0 to 255
  std::int32_t padding;
  std::uint16_t solid[4];  // one a channel, as stored
};
inline constexpr std::int32_t kSolid = -1;
inline constexpr std::int32_t kBelow = -2;  // what an earlier launch left on the canvas

// A part of one raster of the canvas where the same layers lie.
struct Part {
  std::int32_t raster;
  std::int32_t first_layer, layers;
};

// What one block draws: positions [x, x + width) by [y, y + height) of a part.
struct Patch {
  std::int32_t part;
  std::int32_t x, y;
  std::int16_t width, height;
};

struct DrawParams {
  const std::uint8_t *tables;  // in device memory
  Offset<Patch> patches;       // of this launch, one a block
  Offset<Part> parts;
  Offset<Layer> layers;
  Offset<Picture> pictures;
  Samples samples[kPlanes];  // of each raster
  DevicePlane out[kPlanes];
  DevicePlane source[kSourcesPerLaunch][kPlanes];
};
static_assert (sizeof (DrawParams) <= 4096);

struct ConvertRaster {
  Samples samples;
  std::int32_t sub[2];        // luma samples per sample, x and y
  std::int32_t component[4];  // of each channel; -1: none
};

// One side of a conversion.
struct ConvertSide {
  DevicePlane plane[kPlanes];
  ConvertRaster raster[kPlanes];
  std::int32_t rasters;
  std::int32_t cosited[2];    // of chroma, x and y
  std::int32_t at_raster[4];  // where each component is: Y U V A or R G B A; -1: nowhere
  std::int32_t at_channel[4];
};

// out = (matrix * in + offset), in units of 2^-kMatrixBits, clamped.
inline constexpr int kMatrixBits = 20;
// The weights of the samples that one is made of sum to this, on each axis.
inline constexpr int kSiteOne = 8;

struct ConvertParams {
  ConvertSide in, out;
  std::int32_t width, height;  // of both, in luma samples
  std::int64_t matrix[3][3];
  std::int64_t offset[3];
};
static_assert (sizeof (ConvertParams) <= 4096);

// Positions that a block of quad_convert writes.
inline constexpr int kConvertBlock = 1024;

}  // namespace quad::cuda
