// All commands of `quad`, one a row.
#pragma once

#include <array>

#include "tools/quad/command.h"

namespace quad {

void add_shrink (CLI::App &app, Action &action);

inline constexpr std::array kCommands = {
    add_shrink,
};

}  // namespace quad
