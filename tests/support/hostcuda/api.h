// The real headers' prototypes, exported: what is defined here must agree with them.
#pragma once

#pragma GCC visibility push(default)
#include <cuda.h>
#include <cudaGL.h>
#include <cudaTypedefs.h>
#pragma GCC visibility pop
