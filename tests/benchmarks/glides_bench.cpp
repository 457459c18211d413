// Nine 1080p inputs on one 1080p frame, drawn by one thread: at rest, and while all pictures glide.
// Prints the CPU time that an output frame takes of the thread that makes it, and what that thread
// allocates, as a table in Markdown.
//
//     glides_bench [FRAMES]
#include <gst/gst.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "support/counted_new.h"

namespace {

// Of the thread that makes the output.
thread_local long allocations = 0, allocated = 0;

}  // namespace

void quad::test::note_allocation (std::size_t size)
{
  allocations++;
  allocated += static_cast<long> (size);
}

namespace {

constexpr int kRate = 60, kInputs = 9;
// Frames before what is measured: all layouts twice. Until then memory grows where more pictures
// overlap.
constexpr guint64 kFirst = 3 * kRate;

// Of this thread: other work on the machine counts little.
double cpu_milliseconds ()
{
  timespec t = {};
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return double (t.tv_sec) * 1e3 + double (t.tv_nsec) / 1e6;
}

struct Run {
  bool glides = false;
  guint64 frame = 0;
  long allocations_before = 0, allocated_before = 0;
  double last = 0;
  std::vector<double> milliseconds;
  long calls = 0, bytes = 0;
};

// Layouts that differ in each place, half a second each, so that something glides in each frame.
constexpr const char *kLayouts[] = {"a b c / d e f / g h i", "i h g / f e d / c b a",
                                    "a a a b / a a a c / a a a d / e f g h / i i i i"};

GstPadProbeReturn on_frame (GstPad *pad, GstPadProbeInfo *, gpointer data)
{
  auto *run = static_cast<Run *> (data);
  const double now = cpu_milliseconds ();
  if (run->frame > kFirst) {
    run->milliseconds.push_back (now - run->last);
    run->calls += allocations - run->allocations_before;
    run->bytes += allocated - run->allocated_before;
  }
  GstElement *grid = GST_PAD_PARENT (pad);
  if (run->glides && run->frame % (kRate / 2) == 0)
    g_object_set (grid, "areas", kLayouts[run->frame / (kRate / 2) % G_N_ELEMENTS (kLayouts)],
                  nullptr);
  run->frame++;
  run->allocations_before = allocations;
  run->allocated_before = allocated;
  run->last = cpu_milliseconds ();
  return GST_PAD_PROBE_OK;
}

void measure (const char *format, bool glides, int frames)
{
  const std::string caps =
      std::string ("video/x-raw,width=1920,height=1080,framerate=60/1,format=") + format;
  std::string line =
      "quadmux-grid name=grid n-threads=1 transition-duration=500000000 areas=\"a b c / d e f / g "
      "h i\" ! ";
  line += caps + " ! fakesink ";
  for (int i = 0; i < kInputs; i++)
    line += "videotestsrc num-buffers=1 pattern=" + std::to_string (i) + " ! " + caps +
            " ! imagefreeze num-buffers=" + std::to_string (frames) + " ! grid. ";
  GstElement *pipeline = gst_parse_launch (line.c_str (), nullptr);
  GstElement *grid = gst_bin_get_by_name (GST_BIN (pipeline), "grid");
  GstPad *src = gst_element_get_static_pad (grid, "src");
  Run run;
  run.glides = glides;
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, on_frame, &run, nullptr);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  GstBus *bus = gst_element_get_bus (pipeline);
  gst_message_unref (gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (src);
  gst_object_unref (grid);
  gst_object_unref (pipeline);
  std::sort (run.milliseconds.begin (), run.milliseconds.end ());
  if (run.milliseconds.empty ()) {
    std::fprintf (stderr, "no frames\n");
    std::exit (1);
  }
  const auto count = static_cast<double> (run.milliseconds.size ());
  std::printf ("| %s | %s | %.2f | %.2f | %.2f | %.1f | %.1f |\n", format,
               glides ? "gliding" : "at rest", run.milliseconds[run.milliseconds.size () / 2],
               run.milliseconds[run.milliseconds.size () * 99 / 100], run.milliseconds.back (),
               double (run.calls) / count, double (run.bytes) / count / 1024);
}

}  // namespace

int main (int argc, char **argv)
{
  gst_init (nullptr, nullptr);
  const int frames = argc > 1 ? std::atoi (argv[1]) : 720;
  std::printf (
      "| format | pictures | CPU ms, median | 99 of 100 | most | allocations | KiB allocated |\n"
      "|---|---|---:|---:|---:|---:|---:|\n");
  for (const char *format : {"I420", "NV12", "BGRA"})
    for (const bool glides : {false, true}) measure (format, glides, frames);
}
