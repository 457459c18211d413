// Colours of pictures in I420, and the caps of the small pictures that many tests show.
#pragma once

#include "elements/grid/pipeline.h"

namespace quad::test {

// Limited range of BT.601; white and black are those of all matrices.
inline constexpr Values kRed = {81, 90, 240, 0};
inline constexpr Values kGreen = {145, 54, 34, 0};
inline constexpr Values kBlue = {41, 240, 110, 0};
inline constexpr Values kWhite = {235, 128, 128, 0};
inline constexpr Values kBlack = {16, 128, 128, 0};

inline const std::string k601 = "framerate=(fraction)10/1,colorimetry=bt601";

inline std::string bt601 (int width, int height) { return raw ("I420", width, height, k601); }

// Two of these inputs fill the output.
inline const std::string kInput = bt601 (16, 16);
inline const std::string kOutput = bt601 (32, 16);

}  // namespace quad::test
