// The pads' properties of states, and the element's property `state-border`.
#pragma once

#include <gst/gst.h>

#include "elements/grid/quadmuxgridpad.h"

namespace quad {

// They get the ids from `first` on. Pass an id less `first` to the next two; false if it is none of
// these properties.
void install_state_properties (GObjectClass *klass, guint first);
bool set_state_property (GridPad &impl, guint which, const GValue *value, std::string &refusal);
bool get_state_property (GridPad &impl, guint which, GValue *value);

GParamSpec *state_border_spec ();
// A structure with a colour (0xAARRGGBB) by state; null: none. Names that are no states, and values
// that are no numbers, are told in `refusal`.
void set_state_border (GridSettings &settings, const GValue *value, std::string &refusal);
void get_state_border (const GridSettings &settings, GValue *value);

}  // namespace quad
