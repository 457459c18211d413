// The caps that an input's upstream is asked for.
#pragma once

#include <span>
#include <string>

#include "elements/grid/quadmuxgridpad.h"

namespace quad {

// Caps for an input: first what fits `wish`, then anything that can be drawn. In each part the
// output's `memory` comes first, and the formats in `preferred` (names).
Owned<GstCaps> caps_for (const InputWish &wish, std::span<const std::string> preferred,
                         Memory memory);

// `caps` as the answer to an input's query with `filter`, which may be null. If `downstream` takes
// only memory of a device that does not convert all colorimetries, and asks for one, that one comes
// first there. The answer leaves out what the device cannot convert to it, such as HDR to SDR, if
// anything else is left.
// Then a converter in front converts.
Owned<GstCaps> input_caps (Owned<GstCaps> caps, const GstCaps *downstream, GstCaps *filter);

}  // namespace quad
