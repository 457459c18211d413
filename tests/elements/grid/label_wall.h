// For the tests of labels: what differs between pictures, and whether this machine has text.
#pragma once

#include <algorithm>
#include <filesystem>

#include "core/geometry.h"
#include "elements/grid/pipeline.h"

namespace quad::test {

inline bool begins (const std::string &text, const std::string &with)
{
  return text.compare (0, with.size (), with) == 0;
}

// Why nothing can be rendered here; empty: it can.
inline std::string why_no_text ()
{
  GridPipeline p ("rows=1 columns=1 label=x", raw ("GRAY8", 64, 64));
  p.add_solid (raw ("GRAY8", 64, 64), {}, 1);
  p.run ();
  for (const std::string &w : p.warnings ())
    if (w.find ("there is no module") != w.npos || w.find ("there is no font") != w.npos) return w;
  return {};
}

class LabelTest : public ::testing::Test {
 protected:
  void SetUp () override
  {
    static const std::string why = why_no_text ();
    if (!why.empty ()) GTEST_SKIP () << why;
  }
};

// The smallest rectangle with all pixels in which two pictures of one size differ.
inline Rect difference (const Picture8 &a, const Picture8 &b)
{
  int left = a.info ().width, top = a.info ().height, right = 0, bottom = 0;
  for (int y = 0; y < a.info ().height; y++)
    for (int x = 0; x < a.info ().width; x++) {
      if (a.at (x, y) == b.at (x, y)) continue;
      left = std::min (left, x), right = std::max (right, x + 1);
      top = std::min (top, y), bottom = std::max (bottom, y + 1);
    }
  return right == 0 ? Rect{} : Rect{left, top, right - left, bottom - top};
}

inline bool same (const Picture8 &a, const Picture8 &b) { return difference (a, b).empty (); }

// The rectangle with all pixels of a picture that are not `back`.
inline Rect other_than (const Picture8 &a, const Values &back)
{
  int left = a.info ().width, top = a.info ().height, right = 0, bottom = 0;
  for (int y = 0; y < a.info ().height; y++)
    for (int x = 0; x < a.info ().width; x++) {
      if (a.at (x, y) == back) continue;
      left = std::min (left, x), right = std::max (right, x + 1);
      top = std::min (top, y), bottom = std::max (bottom, y + 1);
    }
  return right == 0 ? Rect{} : Rect{left, top, right - left, bottom - top};
}

}  // namespace quad::test
