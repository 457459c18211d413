// Text as Pango takes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quad::text {

// No text is longer, in characters: layouting takes time in proportion, and no more can be read.
inline constexpr std::size_t kMaxCharacters = 1000;

// What is shown of `text`: valid UTF-8 of at most kMaxCharacters, with an ellipsis where it is cut.
// It is not cut in front of a combining mark. With `one_line` the ends of lines become spaces. The
// time does not grow with what is cut off.
std::string plain (std::string_view text, bool one_line);

}  // namespace quad::text
