// The parameters of the double's own kernels.
#pragma once

#include <cstddef>

namespace hostcuda::test {

struct Fill {
  unsigned char *data;
  std::size_t stride;
  unsigned width, height;
  unsigned char value;
};

// Each thread tells the next one its number through shared memory.
struct Neighbours {
  unsigned *told;  // to each thread
  bool meet;       // whether they wait for one another before they read
};

}  // namespace hostcuda::test
