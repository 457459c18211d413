// The runtime compiler's double makes an image of any source that is not empty. Like NVRTC 13 it
// knows nothing older than compute_75. So it refuses GStreamer 1.22's own kernels, which ask for
// compute_52.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <mutex>
#include <set>
#include <string>

#include "fake_image.h"
#include "fake_nvrtc.h"

// Defined in the driver's double: counts a call, and returns whether a test wants it to fail.
extern "C" int hostcuda_begin (const char *name);

struct _nvrtcProgram {
  std::string source, log;
  bool compiled = false;
};

namespace {

#ifdef HOSTCUDA_OLDER_NVRTC
constexpr int kMajor = 12;
constexpr int kArchitectures[] = {50, 52, 60, 70, 75, 80, 86, 89, 90};
#else
constexpr int kMajor = 13;
constexpr int kArchitectures[] = {75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121};
#endif
constexpr const char *kErrors[] = {
    "NVRTC_SUCCESS",
    "NVRTC_ERROR_OUT_OF_MEMORY",
    "NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
    "NVRTC_ERROR_INVALID_INPUT",
    "NVRTC_ERROR_INVALID_PROGRAM",
    "NVRTC_ERROR_INVALID_OPTION",
    "NVRTC_ERROR_COMPILATION",
    "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE",
};

std::mutex mutex;
std::set<nvrtcProgram> programs;

template <typename Body>
nvrtcResult call (const char *name, Body body)
{
  const auto injected = static_cast<nvrtcResult> (hostcuda_begin (name));
  if (injected != NVRTC_SUCCESS) return injected;
  const std::lock_guard lock{mutex};
  return body ();
}

// Runs `body` for an existing program.
template <typename Body>
nvrtcResult for_program (const char *name, nvrtcProgram program, Body body)
{
  return call (name,
               [&] { return programs.count (program) ? body () : NVRTC_ERROR_INVALID_PROGRAM; });
}

// The number in "--gpu-architecture=sm_90a" or "-arch=compute_75"; 0 if an option is something
// else.
int architecture_of (const std::string &option)
{
  const std::size_t value = option.find ('=');
  if (value == std::string::npos || option.find ("arch") > value) return 0;
  const std::size_t number = option.find ('_', value);
  return number == std::string::npos ? 0 : std::atoi (option.c_str () + number + 1);
}

nvrtcResult compile (_nvrtcProgram &program, int count, const char *const *options)
{
  for (int i = 0; i < count; i++) {
    const int architecture = architecture_of (options[i]);
    if (architecture && !std::ranges::count (kArchitectures, architecture)) {
      program.log = std::string{"error: invalid value for "} + options[i];
      return NVRTC_ERROR_INVALID_OPTION;
    }
  }
  if (program.source.empty ()) {
    program.log = "error: there is no source";
    return NVRTC_ERROR_COMPILATION;
  }
  program.compiled = true;
  return NVRTC_SUCCESS;
}

nvrtcResult image_size (const char *name, nvrtcProgram program, std::size_t *size)
{
  return for_program (name, program, [&] {
    *size = sizeof hostcuda::kFakeImage;
    return program->compiled ? NVRTC_SUCCESS : NVRTC_ERROR_INVALID_PROGRAM;
  });
}

nvrtcResult image (const char *name, nvrtcProgram program, char *to)
{
  return for_program (name, program, [&] {
    if (!program->compiled) return NVRTC_ERROR_INVALID_PROGRAM;
    std::memcpy (to, hostcuda::kFakeImage, sizeof hostcuda::kFakeImage);
    return NVRTC_SUCCESS;
  });
}

}  // namespace

const char *nvrtcGetErrorString (nvrtcResult result)
{
  const auto index = static_cast<std::size_t> (result);
  return index < std::size (kErrors) ? kErrors[index] : "NVRTC_ERROR unknown";
}

nvrtcResult nvrtcVersion (int *major, int *minor)
{
  return call (__func__, [&] {
    *major = kMajor;
    *minor = 0;
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcGetNumSupportedArchs (int *count)
{
  return call (__func__, [&] {
    *count = static_cast<int> (std::size (kArchitectures));
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcGetSupportedArchs (int *architectures)
{
  return call (__func__, [&] {
    std::ranges::copy (kArchitectures, architectures);
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcCreateProgram (nvrtcProgram *program, const char *source, const char *, int,
                                const char *const *, const char *const *)
{
  return call (__func__, [&] {
    if (!program || !source) return NVRTC_ERROR_INVALID_INPUT;
    *program = new _nvrtcProgram{source, {}, false};
    programs.insert (*program);
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcDestroyProgram (nvrtcProgram *program)
{
  return for_program (__func__, program ? *program : nullptr, [&] {
    programs.erase (*program);
    delete *program;
    *program = nullptr;
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcCompileProgram (nvrtcProgram program, int count, const char *const *options)
{
  return for_program (__func__, program, [&] { return compile (*program, count, options); });
}

nvrtcResult nvrtcGetProgramLogSize (nvrtcProgram program, std::size_t *size)
{
  return for_program (__func__, program, [&] {
    *size = program->log.size () + 1;
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcGetProgramLog (nvrtcProgram program, char *log)
{
  return for_program (__func__, program, [&] {
    std::memcpy (log, program->log.c_str (), program->log.size () + 1);
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcGetCUBINSize (nvrtcProgram program, std::size_t *size)
{
  return image_size (__func__, program, size);
}

nvrtcResult nvrtcGetCUBIN (nvrtcProgram program, char *to) { return image (__func__, program, to); }

nvrtcResult nvrtcGetPTXSize (nvrtcProgram program, std::size_t *size)
{
  return image_size (__func__, program, size);
}

nvrtcResult nvrtcGetPTX (nvrtcProgram program, char *to) { return image (__func__, program, to); }
