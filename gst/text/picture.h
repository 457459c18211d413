// Text as a picture: what is asked for, and what comes back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/geometry.h"

namespace quad::text {

// Where lines lie that are shorter than the longest. `start` is the left for text that is read from
// the left, and the right for text that is read from the right.
enum class Align { start, center, end };

struct Request {
  std::string text;              // UTF-8; what is invalid is shown as U+FFFD
  std::string font = "Sans 14";  // families and size as Pango has them: in points (1/72 inch at 96
                                 // dots an inch), or "Sans 20px"
  int letters = 0;               // their size in pixels, instead of the font's; 0: the font's
  std::uint32_t color = 0xffffffff;       // 0xAARRGGBB, not premultiplied; emoji keep their colours
  std::uint32_t background = 0x80000000;  // the same
  int padding = 0;                        // pixels of background on each side
  Size greatest;                          // of the picture, with the padding
  bool wraps = false;                     // else one line: line ends become spaces
  Align align = Align::start;             // of the lines of a text that wraps

  bool operator== (const Request &) const = default;
};

struct Picture {
  Size size;                       // empty: there is no text, or no room
  std::vector<std::uint8_t> rgba;  // top down, without gaps, not premultiplied, sRGB

  // Whether the room has changed nothing: the text is all there, without an ellipsis, and no line
  // was broken. So the picture is the same in any room that it fits into.
  bool is_whole = false;

  // If no font of the requested families is there: the families, and the one that is used instead.
  std::string missing_font;
  std::string used_font;

  int stride () const { return 4 * size.width; }
};

}  // namespace quad::text
