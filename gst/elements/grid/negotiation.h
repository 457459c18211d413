// The caps functions of quadmux-grid.
#pragma once

#include <string>

#include "elements/grid/quadmuxgrid.h"

namespace quad {

void install_negotiation (GstAggregatorClass *klass);

// Call it when cells or wishes may have changed. Makes upstream and the output negotiate anew where
// that makes a difference. `output` are the output's caps; null: those that its pad has.
void cells_changed (GstQuadMuxGrid *self, const GstCaps *output = nullptr);

// Call it when the size of the output may have changed too.
void layout_changed (GstQuadMuxGrid *self);

// Call it when a pad that lies freely was moved; `resized`: it has another size too.
void free_pad_changed (GstQuadMuxGrid *self, bool resized);

// Call it when a pad's zoom has changed; `rescaled`: another size of the whole picture fits it.
void zoom_changed (GstQuadMuxGrid *self, bool rescaled);

// Posts a negotiation error. The same one is not posted twice.
void refuse (GstQuadMuxGrid *self, const std::string &why);

// Call it when downstream has refused a frame because of its caps. Negotiates anew, as downstream
// may have changed its mind. If that does not help for long, posts an error.
GstFlowReturn ask_again (GstQuadMuxGrid *self);

}  // namespace quad
