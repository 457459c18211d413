// Numbers and names in words.
#pragma once

#include <cstdint>
#include <string>

namespace quad {

// As in "8 s", "2 min 5 s", "1 h 3 min". Less than nothing is "0 s".
std::string time_text (double seconds);
// A rate: "23.5", and from 100 on without decimals.
std::string rate_text (double rate);
// Nanoseconds as seconds, rounded, with so many decimals, 0 to 9: "12.500". Exact for any time.
std::string seconds_text (std::uint64_t nanoseconds, int decimals = 3);

// Whether a terminal may take it as a command.
bool is_control (char c);
// "\033"
std::string octal (char c);

}  // namespace quad
