// Times one cell of a grid alone and with an opaque rectangle over its middle, which hides a
// quarter of it. Hidden parts are not drawn, so the second should cost no more than the first.
#include <cstdio>
#include <cstring>

#include "drawing.h"
#include "timing.h"

namespace quad::bench {
namespace {

constexpr double kMostRatio = 1.15;
constexpr PixelFormat kFormats[] = {PixelFormat::i420, PixelFormat::nv12, PixelFormat::bgra,
                                    PixelFormat::p010_10le};

struct Case {
  const char *name;
  Size cell;
  Filter filter;
};
constexpr Case kCases[] = {
    {"area 2:1", {960, 540}, Filter::area},
    {"area 3:1", {640, 360}, Filter::area},
    {"lanczos 2:1", {960, 540}, Filter::lanczos},
    {"lanczos 3:1", {640, 360}, Filter::lanczos},
    {"copy", kSource, Filter::area},
};

Contender cell (const char *name, PixelFormat format, const Case &c, bool covered)
{
  Scene scene = scaled (format, kSource, c.cell, c.filter);
  if (covered)
    scene.tiles.push_back ({.target = {c.cell.width / 8 * 2, c.cell.height / 8 * 2,
                                       c.cell.width / 2, c.cell.height / 4 * 2},
                            .solid = Color{{16, 128, 128, 255}}});
  return drawing (name, Family::area, scene);
}

int run (int argc, char **argv)
{
  double seconds = 2;
  if (argc == 2 && std::strncmp (argv[1], "--seconds=", 10) == 0)
    seconds = std::atof (argv[1] + 10);
  else if (argc > 1)
    give_up ("the only option is --seconds=N, for each row (2)");
  std::printf ("%s, one thread on processor %d\n\n", cpu_model ().c_str (), pin (-1));
  std::printf ("### A cell with an opaque rectangle over its middle, 1920x1080 to ...\n\n");
  std::printf ("| | cell | alone, ms | with the rectangle, ms | ratio (at most %.2f) |\n",
               kMostRatio);
  std::printf ("|---|---|---:|---:|---:|\n");
  Sources sources (true);
  for (const PixelFormat format : kFormats) {
    for (const Case &c : kCases) {
      const std::vector<double> ms =
          time_all ({cell ("alone", format, c, false), cell ("covered", format, c, true)}, sources,
                    c.cell, seconds);
      const double ratio = ms[1] / ms[0];
      std::printf ("| %s | %dx%d, %s | %.3f | %.3f | %.2f %s |\n", info_of (format).name,
                   c.cell.width, c.cell.height, c.name, ms[0], ms[1], ratio,
                   ratio <= kMostRatio ? "reached" : "**missed**");
      std::fflush (stdout);
    }
    sources.clear ();
  }
  return 0;
}

}  // namespace
}  // namespace quad::bench

int main (int argc, char **argv) { return quad::bench::run (argc, argv); }
