#include "state.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace hostcuda {

constinit thread_local ContextStack context_stack{};

namespace {

struct Counter {
  const char *name;
  std::uint64_t Counters::*value;
};
constexpr Counter kCounters[] = {
    {"launches", &Counters::launches},
    {"blocks", &Counters::blocks},
    {"allocs", &Counters::allocs},
    {"frees", &Counters::frees},
    {"live_allocations", &Counters::live_allocations},
    {"live_bytes", &Counters::live_bytes},
    {"live_host_allocations", &Counters::live_host_allocations},
    {"copies_h2d", &Counters::copies_h2d},
    {"copies_d2h", &Counters::copies_d2h},
    {"copies_d2d", &Counters::copies_d2d},
    {"copies_h2h", &Counters::copies_h2h},
    {"bytes_copied", &Counters::bytes_copied},
    {"sets", &Counters::sets},
    {"syncs", &Counters::syncs},
    {"events", &Counters::events},
    {"waits", &Counters::waits},
    {"live_contexts", &Counters::live_contexts},
    {"live_streams", &Counters::live_streams},
    {"live_events", &Counters::live_events},
    {"live_modules", &Counters::live_modules},
    {"live_pools", &Counters::live_pools},
    {"misuses", &Counters::misuses},
    {"out_of_bounds", &Counters::out_of_bounds},
};
static_assert (std::size (kCounters) * sizeof (std::uint64_t) == sizeof (Counters));

// Runs at exit, for tests of programs that are not ours.
void write_report ()
{
  const char *path = std::getenv ("HOSTCUDA_REPORT");
  State &s = state ();
  const std::lock_guard lock{s.mutex};
  if (!path || s.calls.empty ()) return;
  std::FILE *file = std::fopen (path, "w");
  if (!file) {
    std::fprintf (stderr, "hostcuda: cannot write %s\n", path);
    return;
  }
  const Counters now = s.counters_now ();
  for (const Counter &counter : kCounters)
    std::fprintf (file, "%s %llu\n", counter.name,
                  static_cast<unsigned long long> (now.*counter.value));
  for (const auto &[name, count] : s.calls)
    std::fprintf (file, "%s %llu\n", name.c_str (), static_cast<unsigned long long> (count));
  std::fclose (file);
}

// Tests call "cuMemAlloc_v2" cuMemAlloc.
std::string_view plain (std::string_view name)
{
  const std::size_t at = name.rfind ("_v");
  if (at == std::string_view::npos || at + 2 == name.size ()) return name;
  const std::string_view digits = name.substr (at + 2);
  return std::ranges::all_of (digits, [] (unsigned char c) { return std::isdigit (c); })
             ? name.substr (0, at)
             : name;
}

}  // namespace

// Never destroyed: other libraries' destructors may still call the driver.
State &state ()
{
  static State &only = *new State;
  return only;
}

State::State ()
{
  if (const char *text = std::getenv ("HOSTCUDA_DEVICES"))
    devices = std::clamp (std::atoi (text), 0, 16);
  if (const char *text = std::getenv ("HOSTCUDA_THREADS"))
    threads = static_cast<unsigned> (std::clamp (std::atoi (text), 1, 1024));
  primaries.resize (static_cast<std::size_t> (devices));
  if (std::getenv ("HOSTCUDA_REPORT")) std::atexit (write_report);
}

int State::begin (std::string_view versioned, unsigned needs)
{
  name = plain (versioned);
  const auto counted = calls.find (name);
  if (counted == calls.end ())
    calls.emplace (name, 1);
  else
    counted->second++;

  int result = needs & kSurvivesTheDevice ? 0 : settings.everything;
  const auto [first, last] = settings.failures.equal_range (name);
  for (auto at = first; at != last;) {
    if (--at->second.to_go) {
      ++at;
      continue;
    }
    result = at->second.result;
    at = settings.failures.erase (at);
  }
  return result;
}

CUresult State::missing (unsigned needs)
{
  if (!(needs & (kDriver | kContext))) return CUDA_SUCCESS;
  if (!initialized) return misuse ("called before cuInit", CUDA_ERROR_NOT_INITIALIZED);
  if (!(needs & kContext)) return CUDA_SUCCESS;
  const CUcontext current = context_stack.top ();
  if (!current) return misuse ("there is no current context", CUDA_ERROR_INVALID_CONTEXT);
  if (!contexts.alive (current))
    return misuse ("the current context was destroyed", CUDA_ERROR_CONTEXT_IS_DESTROYED);
  return CUDA_SUCCESS;
}

CUresult State::misuse (const char *why, CUresult result)
{
  counters.misuses++;
  std::fprintf (stderr, "hostcuda: %.*s: %s\n", static_cast<int> (name.size ()), name.data (), why);
  return result;
}

CUresult State::out_of_bounds (const std::string &what)
{
  counters.out_of_bounds++;
  std::fprintf (stderr, "hostcuda: %s\n", what.c_str ());
  if (!settings.lenient) std::abort ();
  return CUDA_ERROR_ILLEGAL_ADDRESS;
}

void State::destroy_context (CUcontext context)
{
  const auto belongs = [context] (const auto &it) { return it.context == context; };
  streams.drop_if (belongs);
  events.drop_if (belongs);
  modules.drop_if (belongs);
  memory.release_all_of (context);
  contexts.drop (context);
}

Counters State::counters_now () const
{
  Counters now = counters;
  now.live_allocations = memory.count (Kind::device);
  now.live_bytes = memory.bytes (Kind::device);
  now.live_host_allocations = memory.count (Kind::host);
  now.live_contexts = contexts.count ();
  now.live_streams = streams.count ();
  now.live_events = events.count ();
  now.live_modules = modules.count ();
  now.live_pools = pools.count ();
  return now;
}

CUresult check_stream (State &s, CUstream stream)
{
  if (!stream || stream == CU_STREAM_LEGACY || stream == CU_STREAM_PER_THREAD) return CUDA_SUCCESS;
  if (!s.streams.alive (stream)) return s.misuse ("not a live stream", CUDA_ERROR_INVALID_HANDLE);
  if (stream->context != context_stack.top ())
    return s.misuse ("the stream is of another context", CUDA_ERROR_INVALID_HANDLE);
  return CUDA_SUCCESS;
}

}  // namespace hostcuda

using hostcuda::State;
using hostcuda::state;

namespace {

template <typename Body>
auto locked (Body body)
{
  State &s = state ();
  const std::lock_guard lock{s.mutex};
  return body (s);
}

}  // namespace

int hostcuda_begin (const char *name)
{
  return locked ([&] (State &s) { return s.begin (name, hostcuda::kSurvivesTheDevice); });
}

void hostcuda_reset ()
{
  locked ([] (State &s) {
    s.counters = {};
    s.settings = {};
    s.calls.clear ();
  });
}

void hostcuda_get_counters (hostcuda_counters *counters)
{
  *counters = locked ([] (State &s) { return s.counters_now (); });
}

std::uint64_t hostcuda_calls (const char *name)
{
  return locked ([&] (State &s) -> std::uint64_t {
    const auto found = s.calls.find (std::string_view{name});
    return found == s.calls.end () ? 0 : found->second;
  });
}

void hostcuda_fail_next (const char *name, unsigned nth, int result)
{
  locked ([&] (State &s) {
    s.settings.failures.emplace (name, State::Failure{std::max (nth, 1u), result});
  });
}

void hostcuda_fail_everything (int result)
{
  locked ([&] (State &s) { s.settings.everything = result; });
}

void hostcuda_set_poison (unsigned char value)
{
  locked ([&] (State &s) { s.settings.poison = value; });
}

void hostcuda_set_threads (unsigned threads)
{
  locked ([&] (State &s) { s.threads = threads; });
}

void hostcuda_set_backward (int backward)
{
  locked ([&] (State &s) { s.settings.backward = backward != 0; });
}

void hostcuda_set_memory_limit (std::uint64_t bytes)
{
  locked ([&] (State &s) { s.settings.memory_limit = bytes; });
}

void hostcuda_set_device (int driver_version, int major, int minor)
{
  locked ([&] (State &s) {
    s.settings.driver_version = driver_version;
    s.settings.major = major;
    s.settings.minor = minor;
  });
}

void hostcuda_set_lenient (int lenient)
{
  locked ([&] (State &s) { s.settings.lenient = lenient != 0; });
}

int hostcuda_hides_memory ()
{
  return locked ([] (State &s) { return int{s.memory.hidden ()}; });
}
