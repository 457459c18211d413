// Whether nvcc works here, and takes what the kernels are written in, asked when this is
// configured.
#include "device.h"

struct Trial {
  int *word;
};

QUAD_KERNEL (32, 1) quad_trial (QUAD_PARAMETER Trial trial) { *trial.word = 1; }
