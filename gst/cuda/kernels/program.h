// The input of the kernels: tables that stay on the device while a scene keeps its shape, and one
// parameter struct for each launch. The host's compiler and the device's see the same plain data.
#pragma once

#include <cstdint>

#include "core/pixel_math.h"

namespace quad::cuda {

// The number of sources of one launch. With 64, DrawParams stays within the 4096 bytes that every
// driver accepts as a kernel's parameters.
inline constexpr int kSourcesPerLaunch = 64;

inline constexpr int kThreads = 128;     // threads of a block
inline constexpr int kRowsAtOnce = 4;    // rows of staged results from which a thread makes words
inline constexpr int kWords = 1024;      // most words of 4 bytes of the canvas in a patch
inline constexpr int kMidBytes = 14336;  // bytes of shared memory for the vertical pass's results

// One plane of a picture, in device memory.
struct DevicePlane {
  std::uint8_t *data;
  std::int64_t stride;  // bytes
};

// The most planes, and the most rasters, of a picture here. Each raster lies in one plane.
inline constexpr int kPlanes = 3;

// How the samples of a raster lie in its plane.
struct Samples {
  std::int32_t depth;
  std::int32_t bytes;
  std::int32_t shift;
  std::int32_t channels;
  std::int32_t alpha;      // the channel, or -1
  std::int32_t plane;      // index of its plane
  std::int32_t packed;     // 1: samples are adjacent; 0: `step` and `offset` place 8-bit samples
  std::int32_t step;       // bytes from position to position
  std::int32_t offset[4];  // each channel's first byte in a row
  // The position after the last, if a row has room for one more sample than the picture has. The
  // kernel writes 0 there. Else -1.
  std::int32_t room;
};

// The number of positions in a word of the canvas.
QUAD_HOST_DEVICE constexpr int group_of (const Samples &s)
{
  const int size = s.bytes * s.channels;
  return size == 1 ? 4 : size == 2 ? 2 : 1;
}

// Where an array of T begins in the tables. It is an offset, so the tables may lie at any address.
// `begin_of` in filter.h makes the address.
template <typename T>
struct Offset {
  std::uint32_t bytes;
};

// One axis of a FilterPlan.
struct AxisTable {
  Offset<std::int32_t> left;
  Offset<std::int16_t> weight;  // pitch_of (taps) for each output; the last is 0 if `taps` is odd
  std::int32_t taps;
  std::int32_t count;
};

// The weights of an output begin on a word, so that two are read at once.
QUAD_HOST_DEVICE constexpr int pitch_of (int taps) { return taps + taps % 2; }

enum class Method : std::int32_t {
  copy,    // one sample each
  halves,  // exactly 2:1 of up to 10 bits, not mirrored, not turned
  staged,  // shared memory holds the vertical pass's results of a patch
  direct,  // shared memory is too small: each thread sums alone
};

// A raster of a tile's source, as one raster of the canvas shows it.
struct Picture {
  AxisTable across, down;  // seen from the source
  std::int32_t x, y;       // where the target begins in the canvas's raster
  Method method;
  std::int32_t swap_axes;  // `across` runs down the canvas
  std::int32_t runs;       // for copy: neighbours in a row are neighbours in the source
  // The source's. `alpha` is -1 if the channel does not weight the others.
  Samples samples;
  std::int32_t row_samples;  // samples in a row of the source
};

// A thread reads this many bytes of the source at once, where they lie together and on a multiple.
inline constexpr int kUnit = 16;

// The samples of a unit: 1 where they do not lie together.
QUAD_HOST_DEVICE constexpr int unit_of (const Samples &s) { return s.packed ? kUnit / s.bytes : 1; }

// The samples of each source row of which the vertical pass is staged: [first, first + count).
struct Extent {
  std::int32_t first, count;
};

// The extent for outputs that read positions [least, end) of a row. Begins and ends with a unit,
// but for the end of the row.
QUAD_HOST_DEVICE constexpr Extent extent_of (const Picture &p, int least, int end)
{
  const Samples &s = p.samples;
  const int unit = unit_of (s), first = least * s.channels / unit * unit;
  const int last = (end * s.channels + unit - 1) / unit * unit;
  return {first, (last < p.row_samples ? last : p.row_samples) - first};
}

// The distance of rows of staged results, which begin on 16 bytes.
QUAD_HOST_DEVICE constexpr int mid_pitch_of (const Extent &e) { return (e.count + 7) / 8 * 8; }

// A channel of one of the pictures that are converted together.
struct Place {
  std::int32_t picture;  // index among them; -1: none
  std::int32_t channel;
};

// How pictures become one raster of the canvas (core/color_map.h, core/raster_sources.h).
struct Conversion {
  std::int32_t pictures;          // from Layer::picture on
  std::int32_t samples[kPlanes];  // of each picture: bit c is set if channel c is not converted
  Place component[3];             // Y U V or R G B of the source
  Place alpha;
  std::int32_t shift;
  // The channels of the canvas.
  struct Channel {
    std::int32_t from;  // the component that it is, unchanged; kAlpha or kMapped
    std::int32_t factor[3];
    std::int32_t offset;
  } channel[4];
};
inline constexpr std::int32_t kMapped = -1, kAlpha = 3;

// One layer of a part of the canvas.
struct Layer {
  std::int32_t source;      // index in DrawParams::source; kSolid or kBelow
  std::int32_t picture;     // index in DrawParams::pictures
  std::int32_t alpha;       // 0 to 255
  std::int32_t conversion;  // index in DrawParams::conversions; -1: there is one picture, which is
                            // only filtered
  std::uint16_t solid[4];   // stored value of each channel
};
inline constexpr std::int32_t kSolid = -1;
inline constexpr std::int32_t kBelow = -2;  // the result of an earlier launch

// A part of one raster of the canvas that has the same layers everywhere.
struct Part {
  std::int32_t raster;
  std::int32_t first_layer, layers;
};

// How a block draws its patch.
enum class Draw : std::int32_t {
  layers,     // any layers, one after the other
  runs,       // one picture: a copy whose rows are runs of the source
  halves,     // one picture, Method::halves
  filtered,   // one picture, Method::staged, not turned, not weighted by alpha, packed
  converted,  // one layer, converted from such pictures, to 8 bits
};

// What one block draws: positions [x, x + width) by [y, y + height) of a part. For a single picture
// it says all that the block needs to begin with the source's samples.
struct alignas (16) Patch {
  std::int32_t x, y;
  std::int16_t width, height;
  std::int32_t part;

  Draw draw;
  std::int16_t raster;  // of the canvas
  // runs, halves, filtered: the picture's plane, and its index in DrawParams::source.
  std::int16_t plane;
  std::int32_t source;
  // runs, halves: position (x, y) begins at sample extent.first of `row`. The source of the
  // canvas's next row begins `row_step` rows further on.
  std::int32_t row;

  Extent extent;  // filtered: what is staged
  std::int32_t row_step;
  // runs, halves, filtered: the position in the picture, and its axes.
  std::int32_t u;
  AxisTable across, down;
  std::int32_t v;
};

struct DrawParams {
  const std::uint8_t *tables;  // in device memory
  Offset<Patch> patches;       // this launch's, one for each block
  Offset<Part> parts;
  Offset<Layer> layers;
  Offset<Picture> pictures;
  Offset<Conversion> conversions;
  Samples samples[kPlanes];  // of each raster of the canvas
  DevicePlane out[kPlanes];
  DevicePlane source[kSourcesPerLaunch][kPlanes];
};
static_assert (sizeof (DrawParams) <= 4096);

}  // namespace quad::cuda
