// The Renderer for system memory.
#pragma once

#include <memory>

#include "core/renderer.h"

namespace quad::host {

class ThreadPool;

struct HostOptions {
  int threads = 1;  // threads that draw a frame, with the calling one; 0: one for each processor
  bool scalar = false;  // use the plain reference operations instead of SIMD
  // If set, the renderer uses this pool and starts no threads. Renderers that work one after the
  // other can share it.
  std::shared_ptr<ThreadPool> pool = {};
};

// The options do not change the bytes that are drawn.
std::unique_ptr<Renderer> make_host_renderer (const HostOptions &options = {});

}  // namespace quad::host
