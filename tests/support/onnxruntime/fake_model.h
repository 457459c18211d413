// The models of the double: text that says what they do. See README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "infer/ort_api.h"

namespace quad::fake_ort {

struct FakeTensor {
  std::string name;
  infer::ort::Kind kind = infer::ort::Kind::tensor;
  infer::ort::DataType type = infer::ort::DataType::undefined;
  std::vector<std::int64_t> shape;
};

struct Operation {
  std::string name;
  std::string words;  // what follows
};

struct FakeModel {
  std::vector<FakeTensor> inputs, outputs;
  std::vector<Operation> operations;
  bool optimized = false;
};

// Memory of a caller.
struct View {
  std::byte *data = nullptr;
  std::size_t bytes = 0;
  infer::ort::DataType type = infer::ort::DataType::undefined;
  std::vector<std::int64_t> shape;
};

// False, with the reason, if `text` is no model.
bool read_model (const std::string &text, FakeModel &to, std::string &why);

// What an operation does to the outputs; `runs` is how often the session has run.
void apply (const Operation &operation, const std::vector<View> &in, const std::vector<View> &out,
            int runs);

}  // namespace quad::fake_ort
