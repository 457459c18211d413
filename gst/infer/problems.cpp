#include "infer/problems.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace quad::infer {
namespace {

using Kind = Problem::Kind;
using ort::ErrorCode;

// What the runtime, C++ and CUDA write when there is no memory left. It has no code for that.
constexpr std::array<std::string_view, 5> kNoMemory{
    "Failed to allocate", "bad_alloc", "bad allocation", "out of memory", "ALLOC_FAILED"};

// The runtime says so where the graph itself is finished: an output of another size than given.
constexpr std::string_view kOtherShape = "shape verification failed";

bool contains (const std::string &text, std::string_view part)
{
  return text.find (part) != std::string::npos;
}

bool is_of_memory (const ort::Failure &failure)
{
  return std::any_of (kNoMemory.begin (), kNoMemory.end (),
                      [&] (std::string_view words) { return contains (failure.text, words); });
}

Kind loading_kind (const ort::Failure &failure)
{
  if (is_of_memory (failure)) return Kind::out_of_memory;
  switch (failure.code) {
    case ErrorCode::engine_error:
    case ErrorCode::ep_fail: return Kind::failed;
    default: return Kind::no_model;  // also an exception: a missing file of weights is one
  }
}

Kind running_kind (const ort::Failure &failure)
{
  if (is_of_memory (failure)) return Kind::out_of_memory;
  if (failure.code == ErrorCode::invalid_argument || contains (failure.text, kOtherShape))
    return Kind::wrong_tensor;
  return Kind::failed;
}

}  // namespace

// The runtime's words without the place in its source and the code, which it writes in front:
// "/src/FILE.cc:1988 FUNCTION [ONNXRuntimeError] : 1 : FAIL : WORDS".
std::string plain_words (const ort::Failure &failure)
{
  constexpr std::string_view kMark = "[ONNXRuntimeError] : ";
  const std::size_t at = failure.text.rfind (kMark);
  if (at == std::string::npos) return failure.text;
  const std::string words = failure.text.substr (at + kMark.size ());
  const std::size_t code = words.find (" : "), name = words.find (" : ", code + 1);
  return name == std::string::npos ? words : words.substr (name + 3);
}

std::string as_sentence (std::string text)
{
  std::replace (text.begin (), text.end (), '\n', ' ');
  while (!text.empty () && (text.back () == ' ' || text.back () == '.')) text.pop_back ();
  return text + ".";
}

Problem loading_problem (const ort::Failure &failure, const std::string &about)
{
  return {loading_kind (failure), as_sentence (about + plain_words (failure))};
}

Problem running_problem (const ort::Failure &failure, const std::string &about)
{
  return {running_kind (failure), as_sentence (about + plain_words (failure))};
}

}  // namespace quad::infer
