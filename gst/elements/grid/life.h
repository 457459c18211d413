// When quadmux-grid's output starts, rests and goes on.
#pragma once

#include "elements/grid/quadmuxgrid.h"

namespace quad {

void install_life (GstAggregatorClass *klass);

// Prepares an element; called once.
void init_life (GstQuadMuxGrid *self);

// Sets the output to go on where the last frame ended. Used by the thread that makes the output.
void hold_time (GstQuadMuxGrid *self);

// True if the clock allows a frame that begins at `start`. Used by that thread, and may wait.
bool is_time (GstQuadMuxGrid *self, GstClockTime start);

// Call it for each sink pad. The output's latency query then does not fail because of an input that
// cannot answer.
void pass_over_unknown_latency (GstPad *pad);

// Call it when a stream starts. If the pad's input could not tell its latency before, it is asked
// again.
void learn_latency (GstQuadMuxGrid *self, GstAggregatorPad *pad);

}  // namespace quad
