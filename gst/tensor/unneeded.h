// Spares decoders the frames that nobody wants and that no other frame is made of.
#pragma once

#include <gst/gst.h>

#include <vector>

namespace quad::tensor {

// Of the frames of `pipeline`, which has no decoder yet, only those at `times` are wanted:
// ascending, from where the film begins, as a table has them. Takes packets away that hold another
// frame, unless frames may refer to it. So the wanted ones come as before, with the same samples.
void drop_unneeded (GstElement *pipeline, std::vector<GstClockTime> times);

}  // namespace quad::tensor
