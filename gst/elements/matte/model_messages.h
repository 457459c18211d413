// What the bus and the log hear of models.
#pragma once

#include <gst/gst.h>

#include "infer/inference.h"

namespace quad {

// "cpu" and the like, as in execution-provider.
const char *name_of (infer::Provider provider);

// Posts the problem as an error of `element`. False if there is one.
bool post_unless_none (GstElement *element, const infer::Problem &problem);

// Lines of the runtime go to the elements' log.
void log_runtime (infer::Severity severity, const std::string &line);

}  // namespace quad
