// Times the scaling of one 1080p frame, this project beside its peers.
#include <gst/gst.h>
#include <hwy/targets.h>
#include <libyuv/version.h>
#include <zimg.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "contender.h"
#include "frames.h"
#include "timing.h"

extern "C" {
#include <libswscale/swscale.h>
}

namespace quad::bench {
namespace {

struct Options {
  std::vector<PixelFormat> formats = {PixelFormat::i420, PixelFormat::nv12, PixelFormat::bgra};
  std::vector<Size> sizes = {{960, 540}, {640, 360}, {360, 202}, {1280, 720}};
  std::vector<std::string> methods = {"area", "lanczos", "copy"};
  std::vector<std::string> names;  // parts of contenders' names; none: all of them
  double seconds = 4;
  int cpu = -1;
  bool opaque = true;
};

constexpr const char *kUsage =
    "Usage: scale_bench [OPTION=VALUE]...\n"
    "  --format=I420,NV12,BGRA   formats to scale\n"
    "  --size=960x540,...        sizes to scale 1920x1080 to\n"
    "  --method=area,lanczos     only these families of filters\n"
    "  --name=TEXT,...           only contenders with one of these in their name\n"
    "  --seconds=4               for each format and size\n"
    "  --cpu=N                   the processor to run on; default: the last one\n"
    "  --alpha=opaque            of BGRA frames; or varied\n"
    "  --simd=AVX2               no other instructions for gst-quad and zimg\n";

std::vector<std::string> split (const std::string &text)
{
  std::vector<std::string> parts;
  std::istringstream in (text);
  for (std::string part; std::getline (in, part, ',');) parts.push_back (part);
  return parts;
}

PixelFormat format_named (const std::string &name)
{
  for (const FormatInfo &f : all_formats ())
    if (f.name == name && (name == "I420" || name == "NV12" || name == "BGRA")) return f.format;
  give_up ("formats are I420, NV12 and BGRA, not " + name);
}

Options parse (int argc, char **argv)
{
  Options o;
  for (int i = 1; i < argc; i++) {
    const std::string arg = argv[i];
    const auto equals = arg.find ('=');
    const std::string key = arg.substr (0, equals);
    const std::string value = equals == std::string::npos ? "" : arg.substr (equals + 1);
    if (key == "--format") {
      o.formats.clear ();
      for (const std::string &s : split (value)) o.formats.push_back (format_named (s));
    } else if (key == "--size") {
      o.sizes.clear ();
      for (const std::string &s : split (value)) {
        Size size;
        if (std::sscanf (s.c_str (), "%dx%d", &size.width, &size.height) != 2 || size.empty ())
          give_up ("not a size: " + s);
        o.sizes.push_back (size);
      }
    } else if (key == "--method") {
      o.methods = split (value);
    } else if (key == "--name") {
      o.names = split (value);
    } else if (key == "--seconds") {
      o.seconds = std::atof (value.c_str ());
    } else if (key == "--cpu") {
      o.cpu = std::atoi (value.c_str ());
    } else if (key == "--alpha" && (value == "opaque" || value == "varied")) {
      o.opaque = value == "opaque";
    } else if (key == "--simd" && value == "AVX2") {
      hwy::SetSupportedTargetsForTest (HWY_AVX2);
      only_avx2 = true;
    } else {
      std::fputs (kUsage, key == "--help" ? stdout : stderr);
      std::exit (key == "--help" ? 0 : 2);
    }
  }
  return o;
}

const char *name_of (Family family)
{
  return family == Family::area ? "area" : family == Family::lanczos ? "lanczos" : "copy";
}

Contenders contenders (const Options &o, PixelFormat format, Size to)
{
  Contenders all, chosen;
  for (auto *add : {add_ours, add_libyuv, add_swscale, add_zimg, add_gst, add_memory})
    add (all, format, kSource, to);
  for (Contender &c : all) {
    const bool method = std::ranges::count (o.methods, name_of (c.family)) > 0;
    const bool name = o.names.empty () || std::ranges::any_of (o.names, [&] (auto &n) {
                        return c.name.find (n) != std::string::npos;
                      });
    if (method && name) chosen.push_back (std::move (c));
  }
  return chosen;
}

// All contenders must draw about the same picture, because a peer with a wrong set-up may be fast
// for the wrong reason. Some are a few code values off (aliasing; GStreamer 1.22's lanczos darkens
// at 3:1); a wrong set-up is tens of them off.
void check_pictures (const Contenders &list, Sources &sources, Size to)
{
  for (const Contender &c : list) {
    if (c.family == Family::copy) continue;
    const FrameView in = sources.next (c.format);
    Frames drawn (c.format, to, 2);
    c.scale (in, drawn[0]);
    Contenders ours;
    add_ours (ours, c.format, in.size, to);
    ours[0].scale (in, drawn[1]);
    if (const double d = mean_difference (drawn[0], drawn[1]); d > 6)
      give_up (c.name + " draws another picture, " + std::to_string (d) + " off on average");
  }
}

struct Row {
  std::string name;
  Family family;
  bool ours;
  std::vector<double> ms;
};

// The largest allowed ratio of our time to the peer's; 0: there is no goal.
double limit_for (const Row &peer, Size to)
{
  auto is = [&] (const char *name) { return peer.name.starts_with (name); };
  const bool half = to.width * 2 == kSource.width && to.height * 2 == kSource.height;
  if (is ("libyuv box")) return half ? 1.25 : 1;
  if (is ("swscale area")) return half ? 0 : 1;
  if (is ("swscale lanczos")) return 1;
  // A contender that only stands in for a peer does not count.
  if (peer.name.ends_with ("on I420")) return 0;
  if (is ("zimg bilinear")) return half ? 0 : 1;
  if (is ("zimg lanczos")) return 1;
  return 0;
}

void print_heading (const Options &o, const char *first)
{
  std::printf ("| %s |", first);
  for (const Size s : o.sizes) std::printf (" %dx%d |", s.width, s.height);
  std::printf ("\n|---|");
  for (std::size_t i = 0; i < o.sizes.size (); i++) std::printf ("---:|");
  std::printf ("\n");
}

void print_format (const Options &o, PixelFormat format, const std::vector<Row> &rows)
{
  std::printf ("\n### %s, 1920x1080 to ...\n\n", info_of (format).name);
  print_heading (o, "ms");
  for (const Row &r : rows) {
    std::printf ("| %s |", r.name.c_str ());
    for (const double ms : r.ms) std::printf (" %.3f |", ms);
    std::printf ("\n");
  }
  std::printf ("\n");
  print_heading (o, "gst-quad's time / peer's");
  for (const Row &peer : rows) {
    const Family family = peer.family == Family::copy ? Family::area : peer.family;
    const auto ours =
        std::ranges::find_if (rows, [&] (const Row &r) { return r.ours && r.family == family; });
    if (peer.ours || ours == rows.end ()) continue;
    std::printf ("| %s / %s |", name_of (family), peer.name.c_str ());
    for (std::size_t i = 0; i < o.sizes.size (); i++) {
      const double ratio = ours->ms[i] / peer.ms[i], limit = limit_for (peer, o.sizes[i]);
      if (limit == 0)
        std::printf (" %.2f |", ratio);
      else if (ratio < limit)
        std::printf (" %.2f reached |", ratio);
      else
        std::printf (" %.2f **missed** |", ratio);
    }
    std::printf ("\n");
  }
  std::fflush (stdout);
}

void print_machine (int cpu)
{
  unsigned zimg[3];
  zimg_get_version_info (&zimg[0], &zimg[1], &zimg[2]);
  const unsigned sws = swscale_version ();
  std::printf ("%s, one thread on processor %d; libyuv %d, swscale %u.%u.%u, zimg %u.%u.%u, %s\n",
               cpu_model ().c_str (), cpu, LIBYUV_VERSION, sws >> 16, sws >> 8 & 255, sws & 255,
               zimg[0], zimg[1], zimg[2], gst_version_string ());
}

int run (int argc, char **argv)
{
  const Options o = parse (argc, argv);
  print_machine (pin (o.cpu));
  gst_init (nullptr, nullptr);
  Sources sources (o.opaque);
  for (const PixelFormat format : o.formats) {
    std::vector<Row> rows;
    for (const Size to : o.sizes) {
      const Contenders list = contenders (o, format, to);
      if (list.empty ()) give_up ("nothing is left to time");
      check_pictures (list, sources, to);
      const std::vector<double> ms = time_all (list, sources, to, o.seconds);
      if (rows.empty ())
        for (const Contender &c : list) rows.push_back ({c.name, c.family, c.ours, {}});
      for (std::size_t i = 0; i < list.size (); i++) rows[i].ms.push_back (ms[i]);
    }
    print_format (o, format, rows);
    sources.clear ();
  }
  return 0;
}

}  // namespace
}  // namespace quad::bench

int main (int argc, char **argv) { return quad::bench::run (argc, argv); }
