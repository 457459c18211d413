// Times the scaling of one 1080p frame, this project beside its peers, on one
// CPU in one process. Contenders take turns of some milliseconds each, in a new
// random order every round, so that what else the machine does hits all alike.
// Frames come from a ring larger than the caches. The figure is the median of a
// call's CPU time.
#include <gst/gst.h>
#include <libyuv/version.h>
#include <sched.h>
#include <zimg.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "contender.h"
#include "frames.h"

extern "C" {
#include <libswscale/swscale.h>
}

namespace quad::bench {

void give_up (const std::string &why)
{
  std::fprintf (stderr, "scale_bench: %s\n", why.c_str ());
  std::exit (2);
}

namespace {

constexpr Size kSource = {1920, 1080};
constexpr std::size_t kSourceBytes = std::size_t{160} << 20;
constexpr int kTargets = 8;
constexpr double kTurnMs = 4;

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
    "  --alpha=opaque            of BGRA frames; or varied\n";

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
    } else {
      std::fputs (kUsage, key == "--help" ? stdout : stderr);
      std::exit (key == "--help" ? 0 : 2);
    }
  }
  return o;
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

// Frames to read, one ring for each format; BGRx reads those of BGRA.
class Sources {
 public:
  explicit Sources (bool opaque) : opaque_ (opaque) {}

  FrameView next (PixelFormat format)
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
  void clear () { rings_.clear (); }

 private:
  bool opaque_;
  std::map<PixelFormat, Frames> rings_;
  int next_ = 0;
};

// A peer that is set up wrongly is fast for nothing: all must draw about the
// same picture. Some are a few code values off (aliasing; GStreamer 1.22's
// lanczos darkens at 3:1), a wrong set-up is tens of them off.
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

// The median time of a call, in milliseconds, for each contender.
std::vector<double> time_all (const Contenders &list, Sources &sources, Size to, double seconds)
{
  std::map<PixelFormat, Frames> targets;
  std::vector<std::size_t> order (list.size ());
  for (std::size_t i = 0; i < list.size (); i++) {
    order[i] = i;
    targets.try_emplace (list[i].format, list[i].format, to, kTargets);
  }
  std::vector<std::vector<double>> times (list.size ());
  std::minstd_rand random (2);
  int next = 0;
  const double start = now_ms ();
  for (int round = 0; round < 5 || now_ms () - start < seconds * 1e3; round++) {
    std::shuffle (order.begin (), order.end (), random);
    for (const std::size_t i : order) {
      const Contender &c = list[i];
      const Frames &out = targets.at (c.format);
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

struct Row {
  std::string name;
  Family family;
  bool ours;
  std::vector<double> ms;
};

// The most that our time over the peer's may be; 0 where nothing is aimed at.
double limit_for (const Row &peer, Size to)
{
  auto is = [&] (const char *name) { return peer.name.starts_with (name); };
  const bool half = to.width * 2 == kSource.width && to.height * 2 == kSource.height;
  if (is ("libyuv box")) return half ? 1.25 : 1;
  if (is ("swscale area")) return half ? 0 : 1;
  if (is ("swscale lanczos")) return 1;
  // What only stands in for a peer has no say.
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

std::string cpu_model ()
{
  std::ifstream in ("/proc/cpuinfo");
  for (std::string line; std::getline (in, line);)
    if (line.starts_with ("model name")) return line.substr (line.find (':') + 2);
  return "unknown";
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
