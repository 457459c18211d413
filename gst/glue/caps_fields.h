// Fields of caps that hold strings.
#pragma once

#include <gst/gst.h>

#include <span>
#include <string>
#include <vector>

namespace quad {

// The values of a field that is a string or a list of strings.
std::vector<std::string> strings_in (const GstStructure *s, const char *field);

// Sets the field to the only string, or to a list of several.
void set_strings (GstStructure *s, const char *field, std::span<const std::string> strings);

}  // namespace quad
