// The tensors of a model, and those that a caller gives.
#pragma once

#include "infer/api.h"
#include "infer/direction.h"
#include "infer/inference.h"

namespace quad::infer {

// Writes the tensors of a session to `to`. Fails where one of them is no tensor.
Problem read_tensors (const ort::Api &api, const ort::Session *session, Direction direction,
                      std::vector<TensorInfo> &to);

// Whether `given` are what the model needs: all inputs, or the first outputs.
Problem check_tensors (std::span<const Tensor> given, Direction direction,
                       std::span<const TensorInfo> needed);

// Of a type other than `other`.
ort::DataType data_type_of (ElementType type);

}  // namespace quad::infer
