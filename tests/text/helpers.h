// For the tests of gst/text.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "text/library.h"

namespace quad::text {

constexpr char kModule[] = QUAD_TEXT_FILE;  // as it was built

// Why nothing can be rendered here; empty: it can.
inline std::string why_no_text (Library &library)
{
  if (!std::filesystem::exists (kModule)) return "this build has no Pango";
  Picture picture;
  const std::string problem = library.render ({.text = "x", .greatest = {100, 100}}, picture);
  // Another problem is one of the code.
  return problem.find ("no font") == problem.npos ? std::string{} : problem;
}

// The library of the build, and a skipped test where it cannot render.
class TextTest : public ::testing::Test {
 protected:
  void SetUp () override
  {
    if (const std::string why = why_no_text (library); !why.empty ()) GTEST_SKIP () << why;
  }

  Picture render (const Request &request)
  {
    Picture picture;
    EXPECT_EQ (library.render (request, picture), "");
    EXPECT_EQ (picture.rgba.size (),
               4 * static_cast<std::size_t> (picture.size.width) * picture.size.height);
    if (picture.size.empty ()) return picture;
    EXPECT_LE (picture.size.width, request.greatest.width);
    EXPECT_LE (picture.size.height, request.greatest.height);
    return picture;
  }

  Library library{{kModule}};
};

using Pixel = std::array<int, 4>;  // R, G, B, A

inline Pixel pixel_of (const Picture &picture, int x, int y)
{
  const std::uint8_t *p = picture.rgba.data () + std::ptrdiff_t{y} * picture.stride () + 4 * x;
  return {p[0], p[1], p[2], p[3]};
}

inline Pixel pixel_of (std::uint32_t color)
{
  auto part = [color] (int shift) { return static_cast<int> (color >> shift & 0xff); };
  return {part (16), part (8), part (0), part (24)};
}

// Whether this process has a file of this name in its memory.
inline bool is_loaded (const std::string &name)
{
  std::ifstream maps ("/proc/self/maps");
  for (std::string line; std::getline (maps, line);)
    if (line.find (name) != std::string::npos) return true;
  return false;
}

}  // namespace quad::text
