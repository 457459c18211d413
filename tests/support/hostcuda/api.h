// Exports the real headers' prototypes, so definitions must agree with them.
#pragma once

#pragma GCC visibility push(default)
#include <cuda.h>
#include <cudaGL.h>
#include <cudaTypedefs.h>
#pragma GCC visibility pop

// Functions that those headers do not declare, or declare by a later version's name.
#define HOSTCUDA_EXPORT extern "C" __attribute__ ((visibility ("default"))) CUresult CUDAAPI
