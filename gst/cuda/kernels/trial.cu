// Compiled at configure time, to see whether nvcc works and accepts the features that the kernels
// use.
#include "device.h"

struct Trial {
  int *word;
};

QUAD_KERNEL (32, 1) quad_trial (QUAD_PARAMETER Trial trial) { *trial.word = 1; }
