#include "timing.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <random>

namespace quad::bench {
namespace {

constexpr std::size_t kSourceBytes = std::size_t{160} << 20;
constexpr int kTargets = 8;
constexpr double kTurnMs = 4;

double now_ms ()
{
  timespec t;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double> (t.tv_sec) * 1e3 + static_cast<double> (t.tv_nsec) / 1e6;
}

double median (std::vector<double> v)
{
  if (v.empty ()) return 0;
  const auto middle = v.begin () + static_cast<std::ptrdiff_t> (v.size () / 2);
  std::nth_element (v.begin (), middle, v.end ());
  return *middle;
}

}  // namespace

void give_up (const std::string &why)
{
  std::fprintf (stderr, "%s: %s\n", program_invocation_short_name, why.c_str ());
  std::exit (2);
}

FrameView Sources::next (PixelFormat format)
{
  const bool rgb = format == PixelFormat::bgrx;
  const PixelFormat stored = rgb ? PixelFormat::bgra : format;
  auto it = rings_.find (stored);
  if (it == rings_.end ()) {
    const std::size_t size = bytes_of (stored, kSource);
    const int count = static_cast<int> ((kSourceBytes + size - 1) / size);
    it = rings_.emplace (stored, Frames (stored, kSource, count)).first;
    it->second.paint (opaque_);
  }
  FrameView view = it->second[next_++ % it->second.count ()];
  view.format = format;
  return view;
}

int pin (int cpu)
{
  cpu_set_t set;
  sched_getaffinity (0, sizeof set, &set);
  for (int i = CPU_SETSIZE - 1; cpu < 0 && i >= 0; i--)
    if (CPU_ISSET (i, &set)) cpu = i;
  CPU_ZERO (&set);
  CPU_SET (cpu, &set);
  if (sched_setaffinity (0, sizeof set, &set) != 0) give_up ("cannot run on that processor");
  return cpu;
}

std::string cpu_model ()
{
  std::ifstream in ("/proc/cpuinfo");
  for (std::string line; std::getline (in, line);)
    if (line.starts_with ("model name")) return line.substr (line.find (':') + 2);
  return "unknown";
}

std::vector<double> time_all (const Contenders &list, Sources &sources, Size to, double seconds)
{
  std::map<PixelFormat, Frames> targets;
  std::vector<std::size_t> order (list.size ());
  for (std::size_t i = 0; i < list.size (); i++) {
    order[i] = i;
    targets.try_emplace (list[i].target (), list[i].target (), to, kTargets);
  }
  std::vector<std::vector<double>> times (list.size ());
  std::minstd_rand random (2);
  int next = 0;
  const double start = now_ms ();
  for (int round = 0; round < 5 || now_ms () - start < seconds * 1e3; round++) {
    std::shuffle (order.begin (), order.end (), random);
    for (const std::size_t i : order) {
      const Contender &c = list[i];
      const Frames &out = targets.at (c.target ());
      double spent = 0;
      // The first call of a turn warms up code and tables and does not count.
      for (int call = 0; call < 3 || spent < kTurnMs; call++) {
        const FrameView in = sources.next (c.format);
        const FrameView &target = out[next++ % kTargets];
        const double before = now_ms ();
        c.scale (in, target);
        const double took = now_ms () - before;
        spent += took;
        if (call > 0) times[i].push_back (took);
      }
    }
  }
  std::vector<double> medians;
  for (auto &t : times) medians.push_back (median (std::move (t)));
  return medians;
}

}  // namespace quad::bench
