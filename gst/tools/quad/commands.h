// All commands of `quad`, one a row.
#pragma once

#include <array>

#include "tools/quad/command.h"

namespace quad {

inline constexpr std::array<AddCommand, 0> kCommands = {};

}  // namespace quad
