// Times formats beside one that has the same samples in other places: what the place of samples
// costs.
#include <cstdio>
#include <cstring>

#include "drawing.h"
#include "timing.h"

namespace quad::bench {
namespace {

struct Pair {
  const char *format, *peer;
  bool opaque = true;  // where there is alpha
};
constexpr Pair kPairs[] = {
    {"YUY2", "Y42B"}, {"UYVY", "Y42B"},        {"GBR", "Y444"},  {"AYUV", "BGRA"},
    {"A420", "BGRA"}, {"A420", "BGRA", false}, {"AV12", "BGRA"}, {"AV12", "BGRA", false},
};

struct Case {
  const char *name;
  Size to;
  Filter filter;
};
constexpr Case kCases[] = {
    {"area 2:1", {960, 540}, Filter::area},       {"area 3:1", {640, 360}, Filter::area},
    {"area 3:2", {1280, 720}, Filter::area},      {"lanczos 2:1", {960, 540}, Filter::lanczos},
    {"lanczos 3:1", {640, 360}, Filter::lanczos}, {"copy", kSource, Filter::area},
};

PixelFormat format_named (const char *name)
{
  for (const FormatInfo &f : all_formats ())
    if (std::strcmp (f.name, name) == 0) return f.format;
  give_up (std::string ("no format ") + name);
}

Contender contender (const char *name, const Case &c)
{
  return drawing (name, Family::area, scaled (format_named (name), kSource, c.to, c.filter));
}

int run (int argc, char **argv)
{
  double seconds = 2;
  const char *only = nullptr;
  for (int i = 1; i < argc; i++)
    if (std::strncmp (argv[i], "--seconds=", 10) == 0)
      seconds = std::atof (argv[i] + 10);
    else if (std::strncmp (argv[i], "--format=", 9) == 0)
      only = argv[i] + 9;
    else
      give_up ("the options are --seconds=N, for each row (2), and --format=NAME");
  std::printf ("%s, one thread on processor %d\n\n", cpu_model ().c_str (), pin (-1));
  std::printf ("### A format's time / its peer's, 1920x1080 to ...\n\n| | peer |");
  for (const Case &c : kCases) std::printf (" %s |", c.name);
  std::printf ("\n|---|---|");
  for (std::size_t i = 0; i < std::size (kCases); i++) std::printf ("---:|");
  std::printf ("\n");
  for (const Pair &p : kPairs) {
    if (only && std::strcmp (only, p.format) != 0) continue;
    Sources sources (p.opaque);
    std::printf ("| %s%s | %s |", p.format, p.opaque ? "" : ", alpha varies", p.peer);
    for (const Case &c : kCases) {
      const std::vector<double> ms =
          time_all ({contender (p.format, c), contender (p.peer, c)}, sources, c.to, seconds);
      std::printf (" %.2f (%.3f ms) |", ms[0] / ms[1], ms[0]);
      std::fflush (stdout);
    }
    std::printf ("\n");
  }
  return 0;
}

}  // namespace
}  // namespace quad::bench

int main (int argc, char **argv) { return quad::bench::run (argc, argv); }
