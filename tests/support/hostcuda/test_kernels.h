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

}  // namespace hostcuda::test
