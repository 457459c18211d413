// Why a connection ended, in words that help.
#pragma once

#include <glib.h>

#include <string>

namespace wall {

// What a message of GStreamer means for an input. `debug` is its text for developers, or NULL.
// Without credentials.
std::string fault_of (const GError &error, const char *debug);

// Why a connection to the URI need not even be tried, or "".
std::string obstacle_of (const std::string &uri);

}  // namespace wall
