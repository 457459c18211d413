// NVRTC's functions: from its own header, so that the double agrees with it, or declared here if
// only the driver's header is installed.
#pragma once

#pragma GCC visibility push(default)
#if __has_include(<nvrtc.h>)
#include <nvrtc.h>
#else
#include <cstddef>
extern "C" {
enum nvrtcResult {
  NVRTC_SUCCESS = 0,
  NVRTC_ERROR_INVALID_INPUT = 3,
  NVRTC_ERROR_INVALID_PROGRAM = 4,
  NVRTC_ERROR_INVALID_OPTION = 5,
  NVRTC_ERROR_COMPILATION = 6,
};
using nvrtcProgram = struct _nvrtcProgram *;
const char *nvrtcGetErrorString (nvrtcResult result);
nvrtcResult nvrtcVersion (int *major, int *minor);
nvrtcResult nvrtcGetNumSupportedArchs (int *count);
nvrtcResult nvrtcGetSupportedArchs (int *architectures);
nvrtcResult nvrtcCreateProgram (nvrtcProgram *program, const char *source, const char *name,
                                int headers, const char *const *texts, const char *const *names);
nvrtcResult nvrtcDestroyProgram (nvrtcProgram *program);
nvrtcResult nvrtcCompileProgram (nvrtcProgram program, int count, const char *const *options);
nvrtcResult nvrtcGetProgramLogSize (nvrtcProgram program, std::size_t *size);
nvrtcResult nvrtcGetProgramLog (nvrtcProgram program, char *log);
nvrtcResult nvrtcGetCUBINSize (nvrtcProgram program, std::size_t *size);
nvrtcResult nvrtcGetCUBIN (nvrtcProgram program, char *to);
nvrtcResult nvrtcGetPTXSize (nvrtcProgram program, std::size_t *size);
nvrtcResult nvrtcGetPTX (nvrtcProgram program, char *to);
}
#endif
#pragma GCC visibility pop
