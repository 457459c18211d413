// Which format a picture gets if downstream does not take its own.
#pragma once

#include "core/format.h"

namespace quad {

// What pictures of a format show.
enum class Family { rgb, yuv, gray };
Family family_of (const FormatInfo &format);

// What a picture loses from `from` to `to`: 0 only for the same format, more for a greater loss.
// Losses are ordered as in GStreamer's videoconvert: colour, lines and columns of chroma, alpha,
// depth, family; last what is only changed.
int format_loss (const FormatInfo &from, const FormatInfo &to);

// Below this nothing is lost, only changed.
inline constexpr int kLeastLoss = 8;

}  // namespace quad
