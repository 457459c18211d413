// What removing a background needs besides the plugin: a model, and ONNX Runtime.
#pragma once

#include <string>

#include "tools/quad/progress.h"

namespace quad {

// Returns the model's file, which `quad-models fetch` brings if it is not there yet, and sets
// QUAD_ONNXRUNTIME where the machine has no runtime of its own. `model` is a file to be used;
// empty: QUAD_MODEL, or the one that is fetched into QUAD_MODELS or gst-quad in the user's cache.
// Throws Failure. To be called before the plugin is used.
std::string find_model (const std::string &model, Progress &progress);

}  // namespace quad
