// Shared by the driver's functions.
#pragma once

#include <array>
#include <chrono>
#include <climits>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api.h"
#include "hostcuda.h"
#include "hostcuda_kernel.h"
#include "memory.h"

// What the driver's handles point to.
struct CUctx_st {
  int device = 0;
  unsigned flags = 0;
  std::map<CUlimit, std::size_t> limits;
};
struct CUstream_st {
  CUcontext context = nullptr;
  unsigned flags = 0;
};
struct CUevent_st {
  CUcontext context = nullptr;
  unsigned flags = 0;
  bool recorded = false;
  std::chrono::steady_clock::time_point when;
};
struct CUfunc_st {
  CUmodule module = nullptr;
  const hostcuda::Kernel *kernel = nullptr;
};
struct CUmod_st {
  CUcontext context = nullptr;
  std::vector<std::unique_ptr<CUfunc_st>> functions;
};
struct CUmemPoolHandle_st {
  int device = 0;
  std::map<CUmemPool_attribute, std::uint64_t> attributes;
};

namespace hostcuda {

// The handles of one type. Destroyed objects stay in memory, so that no later handle equals them.
template <typename T>
class Handles {
 public:
  T *add (T made)
  {
    all_.push_back (std::make_unique<T> (std::move (made)));
    live_.insert (all_.back ().get ());
    return all_.back ().get ();
  }
  bool alive (const T *handle) const { return live_.count (handle) != 0; }
  bool drop (const T *handle) { return live_.erase (handle) != 0; }
  template <typename Test>
  void drop_if (Test test)
  {
    std::erase_if (live_, [&] (const T *entry) { return test (*entry); });
  }
  std::size_t count () const { return live_.size (); }

 private:
  std::vector<std::unique_ptr<T>> all_;
  std::set<const T *> live_;
};

// What a function needs, and whether failures that a test asked for apply to it.
enum Needs : unsigned {
  kNothing = 0,
  kDriver = 1,            // cuInit
  kContext = 2,           // and a current context
  kReleases = 4,          // does its work even when told to fail
  kSurvivesTheDevice = 8  // answers when the device is lost
};

// The stack of contexts of one thread. It needs no destructor: it may be used while the thread
// ends.
struct ContextStack {
  std::array<CUcontext, 256> contexts;
  unsigned depth;
  CUcontext top () const { return depth ? contexts[depth - 1] : nullptr; }
};
extern constinit thread_local ContextStack context_stack;

struct Primary {
  CUcontext context = nullptr;
  unsigned users = 0;
  unsigned flags = 0;
};

struct State {
  State ();

  // Recursive, because kernels check their memory's bounds while they run.
  std::recursive_mutex mutex;
  Memory memory;
  Counters counters{};
  Handles<CUctx_st> contexts;
  Handles<CUstream_st> streams;
  Handles<CUevent_st> events;
  Handles<CUmod_st> modules;
  Handles<CUmemPoolHandle_st> pools;
  std::vector<Primary> primaries;  // one a device
  int devices = 1;
  bool initialized = false;

  struct Failure {
    unsigned to_go;
    int result;
  };
  unsigned threads = 1;  // of a block, at most
  struct Settings {
    std::multimap<std::string, Failure, std::less<>> failures;
    int everything = 0;
    unsigned char poison = 0xA5;
    bool backward = false;
    bool lenient = false;
    std::uint64_t memory_limit = std::uint64_t{8} << 30;
    int driver_version = 13000;
    int major = 9, minor = 0;
  } settings;
  std::map<std::string, std::uint64_t, std::less<>> calls;
  std::string_view name;  // of the function that was called last

  // Counts a call. Not 0 if a test wants it to fail.
  int begin (std::string_view name, unsigned needs);
  // The error for what a call lacks; CUDA_SUCCESS if it lacks nothing.
  CUresult missing (unsigned needs);
  // Counts a wrong use, prints it on stderr, and returns the result.
  CUresult misuse (const char *why, CUresult result);
  // For a use that would corrupt memory: aborts, unless lenient.
  CUresult out_of_bounds (const std::string &what);
  void destroy_context (CUcontext context);
  Counters counters_now () const;
};

State &state ();

// Runs the body of the driver's function `name` under the lock, unless it lacks something
// or a test wants it to fail.
template <typename Body>
CUresult call (std::string_view name, unsigned needs, Body body)
{
  State &s = state ();
  const std::lock_guard lock{s.mutex};
  const auto injected = static_cast<CUresult> (s.begin (name, needs));
  if (injected != CUDA_SUCCESS && !(needs & kReleases)) return injected;
  if (const CUresult lacking = s.missing (needs)) return injected ? injected : lacking;
  const DeviceAccess open;
  const CUresult result = body (s);
  return injected != CUDA_SUCCESS ? injected : result;
}

// A stream of the current context that takes work now.
CUresult check_stream (State &s, CUstream stream);

}  // namespace hostcuda

// For the other libraries of this folder: counts a call, and returns whether it must fail.
extern "C" __attribute__ ((visibility ("default"))) int hostcuda_begin (const char *name);
