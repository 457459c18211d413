// What a failure of the runtime is for the user.
#pragma once

#include "infer/api.h"
#include "infer/inference.h"

namespace quad::infer {

// `about` is the beginning of a sentence that ends with the runtime's words.
Problem loading_problem (const ort::Failure &failure, const std::string &about);
Problem running_problem (const ort::Failure &failure, const std::string &about);

std::string plain_words (const ort::Failure &failure);

// Words that end with a full stop, and in one line.
std::string as_sentence (std::string text);

}  // namespace quad::infer
