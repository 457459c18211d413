// What a ".modelinfo" file says of a model: which values its inputs take, what its outputs mean.
//
// The format is that of GStreamer 1.28 (GstAnalyticsModelInfo in its documentation): an ini file
// beside the model. The section [modelinfo] holds the version and a group-id. Each other section
// is one tensor, by its name:
//
//   [input]
//   dir=input
//   type=float32
//   dims=1,-1,-1,3
//   ranges=-1.0,1.0;-1.0,1.0;-1.0,1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "infer/direction.h"
#include "infer/inference.h"

namespace quad::infer {

// The values that stand for the darkest and the brightest sample.
struct Range {
  double min = 0, max = 0;

  // tensor = sample * scale () + min, for samples of 8 bits.
  double scale () const { return (max - min) / 255; }
  bool operator== (const Range &) const = default;
};

struct TensorSection {
  std::string name;
  std::optional<Direction> direction = {};             // none: either
  std::string type;                                    // GStreamer's name of it, such as "float32"
  std::optional<std::vector<std::int64_t>> dims = {};  // -1: any size. None: any shape
  std::vector<Range> ranges = {};  // of each channel, or one of all. Empty: not said
  std::string id = {};             // what an output means. Empty: not said
  bool column_major = false;       // the first size changes fastest in memory

  bool operator== (const TensorSection &) const = default;
};

struct ModelInfo {
  std::string file;
  std::string group_id;  // empty: not said
  std::vector<TensorSection> tensors;

  // The section of the model's `index`th input or output, or null. In the documented order: the
  // one with its name, the one with its index, the first one with its shape; each only if its
  // direction, type and sizes fit.
  const TensorSection *find (Direction direction, std::size_t index,
                             const TensorInfo &tensor) const;
};

// Reads the file beside a model: "model.onnx.modelinfo", else "model.modelinfo". Nothing if there
// is none, or if it cannot be used: then `problem` is a sentence that names the file and the
// section. Any thread.
std::optional<ModelInfo> read_model_info (const std::string &model_file, std::string &problem);

}  // namespace quad::infer
