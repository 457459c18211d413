// Splits texts at white space.
#pragma once

#include <string_view>
#include <vector>

namespace quad {

// The parts of `text` between white space of ASCII. They are views of it.
inline std::vector<std::string_view> words_of (std::string_view text)
{
  static constexpr std::string_view kSpace = " \t\r\n\f\v";
  std::vector<std::string_view> words;
  for (auto at = text.find_first_not_of (kSpace); at != text.npos;
       at = text.find_first_not_of (kSpace)) {
    text.remove_prefix (at);
    const auto end = text.find_first_of (kSpace);
    words.push_back (text.substr (0, end));
    text.remove_prefix (words.back ().size ());
  }
  return words;
}

}  // namespace quad
