// quadmux-grid on a GPU beside GStreamer's cudacompositor, where that is registered: how close
// the pictures are to the truth, and what a frame takes of the clock and of the processor.
//   gpu-elements [FRAMES]
// Prints tables, and beside each row of quadmux-grid whether it reaches the goals: pictures
// closer to the truth than cudacompositor's, a third of its time, and half of its processor.
// Exits 77 where there is no GPU, 1 where a pipeline fails or draws nothing, 3 where a goal is
// not reached.
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

#include "cuda/driver.h"
#include "glue/device.h"
#include "support/gst_helpers.h"
#include "support/oracle.h"

using namespace quad;
using namespace quad::test;

namespace {

const char *const kMixers[] = {"quadmux-grid", "cudacompositor"};

bool registered (const char *element)
{
  const Owned<GstElementFactory> factory{gst_element_factory_find (element)};
  return bool (factory);
}

std::string frame_caps (Size size)
{
  return "video/x-raw,format=NV12,framerate=30/1,width=" + std::to_string (size.width) +
         ",height=" + std::to_string (size.height);
}

std::string cuda_caps (Size size)
{
  return "video/x-raw(memory:CUDAMemory)" + frame_caps (size).substr (sizeof "video/x-raw" - 1);
}

// The mixer `name` with a square of columns by columns pictures that fill the canvas.
std::string mixer (const std::string &name, int columns, Size canvas)
{
  std::string line = name + " name=c ";
  if (name == "quadmux-grid")
    return line + "rows=" + std::to_string (columns) + " columns=" + std::to_string (columns) + " ";
  const int width = canvas.width / columns, height = canvas.height / columns;
  for (int i = 0; i < columns * columns; i++) {
    const std::string pad = "sink_" + std::to_string (i) + "::";
    line += pad + "xpos=" + std::to_string (i % columns * width) + " " + pad +
            "ypos=" + std::to_string (i / columns * height) + " " + pad +
            "width=" + std::to_string (width) + " " + pad + "height=" + std::to_string (height) +
            " ";
  }
  return line;
}

Owned<GstElement> launched (const std::string &line)
{
  GError *error = nullptr;
  GstElement *made = gst_parse_launch (line.c_str (), &error);
  if (error) g_error ("%s: %s", line.c_str (), error->message);
  return Owned<GstElement>{GST_ELEMENT (gst_object_ref_sink (made))};
}

Owned<GstElement> part (const Owned<GstElement> &pipeline, const char *name)
{
  return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (pipeline.get ()), name)};
}

void print_failure (const std::string &what, GstMessage *message)
{
  GError *error = nullptr;
  if (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, nullptr);
  std::printf ("failed: %s: %s\n", what.c_str (),
               error ? error->message : "neither an error nor all its frames in time");
  g_clear_error (&error);
}

// The next of such messages within `timeout`.
Owned<GstMessage> message_of (const Owned<GstElement> &pipeline, int types, GstClockTime timeout)
{
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  return Owned<GstMessage>{
      gst_bus_timed_pop_filtered (bus.get (), timeout, static_cast<GstMessageType> (types))};
}

// --- Pictures ---

Owned<GstBuffer> buffer_of (const Picture &picture, const GstVideoInfo &info)
{
  Owned<GstBuffer> buffer =
      painted (info, [&] (int p, int x, int y, int c) { return picture.get (p, x, y, c); });
  GST_BUFFER_PTS (buffer.get ()) = 0;
  GST_BUFFER_DURATION (buffer.get ()) = GST_SECOND / 30;
  return buffer;
}

// The luma of `picture` as the mixer shows it on a canvas of `size`; empty where it fails.
std::vector<int> luma_of (const std::string &name, const Picture &picture, Size size)
{
  const std::string caps = frame_caps (picture.size ());
  const Owned<GstElement> pipeline =
      launched (mixer (name, 1, size) + "! " + cuda_caps (size) +
                " ! cudadownload ! video/x-raw ! appsink name=out sync=false "
                "appsrc name=in format=time caps=" +
                caps + " ! cudaupload ! " + cuda_caps (picture.size ()) + " ! c.sink_0");
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstElement> in = part (pipeline, "in"), out = part (pipeline, "out");
  gst_app_src_push_buffer (GST_APP_SRC (in.get ()),
                           buffer_of (picture, info_of_caps (caps)).release ());
  gst_app_src_end_of_stream (GST_APP_SRC (in.get ()));
  const Owned<GstSample> sample{
      gst_app_sink_try_pull_sample (GST_APP_SINK (out.get ()), 30 * GST_SECOND)};
  std::vector<int> luma;
  if (sample) {
    luma = samples_of (info_of_caps (frame_caps (size)), gst_sample_get_buffer (sample.get ()));
    luma.resize (std::size_t (size.width) * std::size_t (size.height));
  } else {
    print_failure (name, message_of (pipeline, GST_MESSAGE_ERROR, 0).get ());
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return luma;
}

RealFrame truth_of (const Picture &picture, Size size, Filter filter)
{
  Scene scene;
  scene.format = picture.view ().format;
  scene.canvas = size;
  Tile tile;
  tile.target = rect_of (size);
  tile.source = picture.view ();
  tile.crop = rect_of (picture.size ());
  tile.filter = filter;
  scene.tiles = {tile};
  return render (scene);
}

double psnr (const std::vector<int> &luma, const RealPlane &truth)
{
  double sum = 0;
  for (std::size_t i = 0; i < luma.size (); i++) {
    const double d = luma[i] - truth.value[i];
    sum += d * d;
  }
  const double mean = sum / double (luma.size ());
  return mean > 0 ? 10 * std::log10 (255 * 255 / mean) : INFINITY;
}

int goals_missed = 0;

// For the last column of a table's row; only if there was something to compare with.
const char *judged (bool compared, bool reached)
{
  if (!compared) return "";
  if (!reached) goals_missed++;
  return reached ? "reached" : "not reached";
}

// How close a mixer's luma is to each truth.
struct Closeness {
  double area, lanczos;
  double best () const { return std::max (area, lanczos); }
};

bool compare_pictures ()
{
  bool good = true;
  std::puts (
      "\n| luma of 1920x1080, shrunk | pattern | mixer | PSNR to the area filter, dB | to lanczos, "
      "dB | closer to one of them than cudacompositor |\n|---|---|---|---:|---:|---|");
  for (const int ratio : {3, 4})
    for (const auto &[pattern, name] :
         {std::pair{Pattern::zone_plate, "zone plate"}, std::pair{Pattern::noise, "noise"}}) {
      Picture picture (PixelFormat::nv12, {1920, 1080});
      paint (picture, pattern, 7);
      const Size size = {1920 / ratio, 1080 / ratio};
      const RealFrame area = truth_of (picture, size, Filter::area);
      const RealFrame lanczos = truth_of (picture, size, Filter::lanczos);
      std::map<std::string, Closeness> all;
      for (const char *one : kMixers) {
        if (!registered (one)) continue;
        const std::vector<int> luma = luma_of (one, picture, size);
        good = good && !luma.empty ();
        if (!luma.empty ())
          all[one] = {psnr (luma, area.raster[0]), psnr (luma, lanczos.raster[0])};
      }
      for (const auto &[one, close] : all) {
        const bool compared = one == kMixers[0] && all.count (kMixers[1]);
        std::printf ("| %d:1 | %s | %s | %.1f | %.1f | %s |\n", ratio, name, one.c_str (),
                     close.area, close.lanczos,
                     judged (compared, compared && close.best () > all[kMixers[1]].best ()));
      }
    }
  return good;
}

// --- Time ---

struct Instant {
  std::chrono::steady_clock::time_point clock = std::chrono::steady_clock::now ();
  double processor = 0;  // of all threads, in milliseconds

  static Instant now ()
  {
    Instant i;
    rusage usage = {};
    getrusage (RUSAGE_SELF, &usage);
    for (const timeval &t : {usage.ru_utime, usage.ru_stime})
      i.processor += double (t.tv_sec) * 1e3 + double (t.tv_usec) / 1e3;
    return i;
  }
};

int frames_to_draw = 600;  // the first sixth is not measured

// Waits until the frame is drawn: it may be handed on before.
void finish (GstBuffer *buffer)
{
#if GST_CHECK_VERSION(1, 24, 0)
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  if (gst_is_cuda_memory (memory)) gst_cuda_memory_sync (GST_CUDA_MEMORY_CAST (memory));
#else
  (void)buffer;  // elements finish a frame before they hand it on
#endif
}

// Frames that came to the sink, and the instants between which they are measured: when the
// frame before the first that counts was drawn, and when the last was.
struct Count {
  std::atomic<int> frames = 0;
  Instant begin, end;

  static void add (GstElement *, GstBuffer *buffer, GstPad *, gpointer data)
  {
    auto *self = static_cast<Count *> (data);
    const int n = ++self->frames;
    if (n != frames_to_draw / 6 && n != frames_to_draw) return;
    finish (buffer);
    (n == frames_to_draw ? self->end : self->begin) = Instant::now ();
  }
};

// In milliseconds, of all elements of the pipeline, sources included.
struct FrameTime {
  double wall, processor;
};

struct Case {
  const char *name;
  Size source;
  int columns;
  Size canvas;
};

constexpr Case kCases[] = {{"four 4K to one 4K", {3840, 2160}, 2, {3840, 2160}},
                           {"four 1080p to one 1080p", {1920, 1080}, 2, {1920, 1080}},
                           {"nine 1080p to one 4K", {1920, 1080}, 3, {3840, 2160}}};

std::optional<FrameTime> measure (const Case &c, const std::string &name)
{
  std::string line = mixer (name, c.columns, c.canvas) + "! " + cuda_caps (c.canvas) +
                     " ! fakesink name=out signal-handoffs=true sync=false";
  for (int i = 0; i < c.columns * c.columns; i++)
    line += " videotestsrc num-buffers=1 pattern=" + std::to_string (i) + " ! " +
            frame_caps (c.source) + " ! cudaupload ! " + cuda_caps (c.source) +
            " ! imagefreeze num-buffers=" + std::to_string (frames_to_draw) + " ! queue ! c.sink_" +
            std::to_string (i);
  const Owned<GstElement> pipeline = launched (line);
  const Owned<GstElement> out = part (pipeline, "out");
  Count count;
  g_signal_connect (out.get (), "handoff", G_CALLBACK (Count::add), &count);
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstMessage> end =
      message_of (pipeline, GST_MESSAGE_EOS | GST_MESSAGE_ERROR, 120 * GST_SECOND);
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  if (!end || GST_MESSAGE_TYPE (end.get ()) != GST_MESSAGE_EOS || count.frames < frames_to_draw) {
    print_failure (std::string{c.name} + ", " + name, end.get ());
    return std::nullopt;
  }
  const int frames = frames_to_draw - frames_to_draw / 6;
  const std::chrono::duration<double, std::milli> wall = count.end.clock - count.begin.clock;
  return FrameTime{wall.count () / frames, (count.end.processor - count.begin.processor) / frames};
}

bool compare_times ()
{
  bool good = true;
  std::puts (
      "\n| NV12 in CUDA memory | mixer | ms a frame | ms of processor a frame, sources included "
      "| a third of cudacompositor's time | half of its processor |\n"
      "|---|---|---:|---:|---|---|");
  for (const Case &c : kCases) {
    std::map<std::string, FrameTime> all;
    for (const char *one : kMixers) {
      if (!registered (one)) continue;
      const std::optional<FrameTime> time = measure (c, one);
      good = good && time;
      if (time) all[one] = *time;
    }
    for (const auto &[one, time] : all) {
      const bool compared = one == kMixers[0] && all.count (kMixers[1]);
      const FrameTime other = compared ? all[kMixers[1]] : FrameTime{};
      std::printf ("| %s | %s | %.3f | %.3f | %s | %s |\n", c.name, one.c_str (), time.wall,
                   time.processor, judged (compared, time.wall * 3 <= other.wall),
                   judged (compared, time.processor * 2 <= other.processor));
    }
  }
  return good;
}

}  // namespace

int main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc > 1) frames_to_draw = std::max (6, std::atoi (argv[1]));
  std::string why;
  if (!device_available (why)) {
    std::printf ("skipped: %s\n", why.c_str ());
    return 77;
  }
  for (const char *needed : {"quadmux-grid", "cudaupload", "cudadownload", "imagefreeze"})
    if (!registered (needed)) {
      std::printf ("failed: %s is not registered\n", needed);
      return 1;
    }
  if (!registered ("cudacompositor"))
    std::puts (
        "cudacompositor is not registered: GStreamer 1.26 has it, where NVRTC is found and knows "
        "the GPU");
  const bool pictures = compare_pictures ();
  const bool times = compare_times ();
  if (!pictures || !times) return 1;
  if (goals_missed > 0) std::printf ("%d goals not reached\n", goals_missed);
  return goals_missed > 0 ? 3 : 0;
}
