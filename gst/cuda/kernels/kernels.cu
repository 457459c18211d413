// All kernels, in one module.
#include "cuda/kernels/convert.cu"
#include "cuda/kernels/draw.cu"
