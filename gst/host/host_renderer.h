// The Renderer for system memory.
#pragma once

#include <memory>

#include "core/renderer.h"

namespace quad::host {

class ThreadPool;

struct HostOptions {
  int threads = 1;      // that draw a frame, the calling one included; 0: one a processor
  bool scalar = false;  // the plain reference operations instead of SIMD
  // Instead of threads of its own; shared with others that work one after the other.
  std::shared_ptr<ThreadPool> pool = {};
};

// The bytes drawn depend on no option.
std::unique_ptr<Renderer> make_host_renderer (const HostOptions &options = {});

}  // namespace quad::host
