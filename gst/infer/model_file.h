// The file of a model.
#pragma once

#include <string>

#include "infer/inference.h"

namespace quad::infer {

// Why a file cannot be read, before the runtime tries to.
Problem check_model_file (const std::string &path);

// What a file holds. Both are empty if it cannot be read.
struct Content {
  std::string hash;  // SHA-256
  // Large weights may lie in files beside the model, which the hash does not know.
  bool refers_to_files = false;
};
Content read_content (const std::string &path);

}  // namespace quad::infer
