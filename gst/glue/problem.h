// What the user reads of a stage's Problem, for an element with one input.
#pragma once

#include <string>

#include "glue/stage.h"

namespace quad {

// The element's name and what it does to a video: "scale", "scaled".
struct ProblemWords {
  const char *element;
  const char *verb;
  const char *done;
};

// Sentences: `what`, why that failed, and what the user can do.
std::string failure_text (const std::string &what, const Problem &problem,
                          const ProblemWords &words);

// Posts the problem with a frame as an error of `element`, unless it was said. `in`, which may be
// null, is the frame's buffer, with caps of `info`. Returns what the frame function returns.
GstFlowReturn post_problem (GstElement *element, const Problem &problem, const ProblemWords &words,
                            GstBuffer *in, const GstVideoInfo &info);

}  // namespace quad
