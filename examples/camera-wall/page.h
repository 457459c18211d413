// The page: files that lie beside the program's source.
#pragma once

#include "http_server.h"

namespace wall {

// They hold no secrets, so they need no token; what the page asks for does.
void add_page (HttpServer &server);

}  // namespace wall
