// What the bus and the log hear of models.
#pragma once

#include <gst/gst.h>

#include <string>

#include "elements/matte/mask_model.h"
#include "infer/inference.h"

namespace quad {

// "cpu" and the like, as in execution-provider.
const char *name_of (infer::Provider provider);

// Posts the problem as an error of `element`. False if there is one.
bool post_unless_none (GstElement *element, const infer::Problem &problem);

// Posts what the user should know of a model that was loaded. Does nothing if there is nothing.
void post_warning (GstElement *element, const std::string &warning);

// Says, in a message and in the log, which unit runs the model.
void tell_of_model (GstElement *element, const std::string &file, const infer::Inference &inference,
                    GstClockTime load_time, const RunTimes &runs);

// Lines of the runtime go to the elements' log.
void log_runtime (infer::Severity severity, const std::string &line);

}  // namespace quad
