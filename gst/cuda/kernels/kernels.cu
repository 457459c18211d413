// All kernels, as one program.
#include "cuda/kernels/draw.cu"
#include "cuda/kernels/matte.cu"
