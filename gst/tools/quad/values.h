// Values of options: what they look like, and what they mean.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tools/quad/words.h"

namespace quad {

struct Fraction {
  int n = 0, d = 1;
};
struct Pixels {
  int width = 0, height = 0;
};

// Nothing if `text` is not all of such a value.
std::optional<GstClockTime> read_seconds (const std::string &text);  // "12.5", "1:02:03.25"
std::optional<Fraction> read_rate (const std::string &text);  // "12", "25/2", "29.97"; above 0
std::optional<Pixels> read_size (const std::string &text);    // "640x360", from 1 to 16384
std::optional<std::uint64_t> read_bytes (
    const std::string &text);  // "800000", "800k", "2M" (1000, 1000000)
std::optional<std::uint32_t> read_color (const std::string &text);  // "#00a000" as 0xff00a000

// 0xff00a000 as "0xff00a000", which is how elements take it.
std::string color_text (std::uint32_t color);
// As frameextract and caps take them.
std::string text_of (const Fraction &fraction);

}  // namespace quad
