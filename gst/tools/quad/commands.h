// All commands of `quad`, one a row.
#pragma once

#include <array>

#include "tools/quad/command.h"

namespace quad {

void add_background (CLI::App &app, Action &action);
void add_batch (CLI::App &app, Action &action);
void add_gif (CLI::App &app, Action &action);
void add_grid (CLI::App &app, Action &action);
void add_sheet (CLI::App &app, Action &action);
void add_shrink (CLI::App &app, Action &action);
void add_thumbs (CLI::App &app, Action &action);

inline constexpr std::array kCommands = {
    add_background, add_batch, add_gif, add_grid, add_sheet, add_shrink, add_thumbs,
};

}  // namespace quad
