// Where a video is, and what pipelines that read it have in common.
#pragma once

#include <gst/gst.h>

#include <string>

#include "glue/owned.h"

namespace quad::tensor {

struct Location {
  std::string uri;
  bool local = false;  // a file of this machine, or bytes
};

// Reads a file's name or a URI. Pipes, sockets and terminals are refused: opening one waits for a
// writer. Returns false with `error` set on failure.
bool read_location (const char *given, Location &location, GError **error);

// A new element; null with `error` set where it is not installed.
Owned<GstElement> make_element (const char *factory, GError **error);

}  // namespace quad::tensor
