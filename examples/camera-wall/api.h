// The HTTP API: what the page does, in JSON.
#pragma once

#include <functional>

#include "composition.h"
#include "http_server.h"
#include "json.h"

namespace wall {

class Recording;

// Adds /api/... to the server. `outputs` gives what else GET /api/wall tells: viewers and the like.
void add_api (HttpServer &server, Composition &composition, std::function<void (Json &)> outputs);

// Adds /api/recording.
void add_recording_api (HttpServer &server, Recording &recording);

}  // namespace wall
