// What the plugin and the module that is linked with Pango know of each other.
#pragma once

#include <string>

#include "text/picture.h"

namespace quad::text {

// Makes the picture of a request whose text is plain (). `problem` gets the sentence that says why
// it cannot be made; empty: it is made. Any thread.
using Render = void (const Request &request, Picture &picture, std::string &problem);

// The name of the module's one function. It changes with the types above, so that a plugin does not
// call the module of another version.
inline constexpr char kRender[] = "quad_text_render_2";

}  // namespace quad::text
