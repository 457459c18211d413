// soak WHAT N: the same thing N times, or for N seconds, in one process. Memory, open files and
// threads must be at the end what they were after the first quarter: exits with 1 where they are
// not.
//
//   pads N        pads of a live wall that come and go
//   pipelines N   whole pipelines that are made, run and let go
//   extract N     likewise, with seeks of frameextract's own; CLIP in the environment names a file
//   gif N         an animated GIF of N frames
//   live N        for N seconds: inputs that stall, change, end, fail and come again
#include <dirent.h>
#include <gst/gst.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "elements/random.h"

namespace quad::fuzz {
namespace {

long status (const std::string &key)
{
  std::ifstream file ("/proc/self/status");
  for (std::string line; std::getline (file, line);)
    if (line.rfind (key + ":", 0) == 0) return std::atol (line.c_str () + key.size () + 1);
  return -1;
}

struct Usage {
  long kib, files, threads;
};

Usage usage ()
{
  malloc_trim (0);
  long files = 0;
  DIR *folder = opendir ("/proc/self/fd");
  while (folder && readdir (folder)) files++;
  if (folder) closedir (folder);
  return {status ("VmRSS"), files, status ("Threads")};
}

// Compares the use at the end with that after a quarter.
class Account {
 public:
  explicit Account (long rounds) : rounds_ (rounds) {}
  void round (long i)
  {
    if (i == rounds_ / 4) first_ = usage ();
    if (i % std::max (1L, rounds_ / 10) == 0) print (i, usage ());
  }
  bool level () const
  {
    // Allowed growth: memory that allocators keep, and GStreamer's statistics.
    constexpr long kSlack = 4096;
    const Usage last = usage ();
    print (rounds_, last);
    return last.kib <= first_.kib + kSlack && last.files <= first_.files &&
           last.threads <= first_.threads;
  }

 private:
  static void print (long i, const Usage &u)
  {
    std::printf ("%ld: %ld KiB, %ld files, %ld threads\n", i, u.kib, u.files, u.threads);
  }
  long rounds_;
  Usage first_ = {};
};

Owned<GstElement> parsed (const std::string &line)
{
  GstElement *pipeline = gst_parse_launch (line.c_str (), nullptr);
  if (!pipeline) g_error ("cannot make %s", line.c_str ());
  return Owned<GstElement>{GST_ELEMENT (gst_object_ref_sink (pipeline))};
}

Owned<GstElement> child (const Owned<GstElement> &pipeline, const char *name)
{
  return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (pipeline.get ()), name)};
}

// Plays to the end; false, with the reason printed, if the end does not come.
bool play (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (pipeline)};
  const Owned<GstMessage> message{gst_bus_timed_pop_filtered (
      bus.get (), 60 * GST_SECOND,
      static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (message && GST_MESSAGE_TYPE (message.get ()) == GST_MESSAGE_EOS) return true;
  GError *error = nullptr;
  if (message) gst_message_parse_error (message.get (), &error, nullptr);
  std::printf ("failed: %s\n", error ? error->message : "no end after a minute");
  g_clear_error (&error);
  return false;
}

// An input that is added to a running grid and taken away.
class Guest {
 public:
  Guest (GstElement *pipeline, GstElement *grid, const std::string &line)
      : pipeline_ (pipeline),
        grid_ (grid),
        bin_ (gst_parse_bin_from_description (line.c_str (), TRUE, nullptr)),
        pad_{gst_element_request_pad_simple (grid, "sink_%u")}
  {
    gst_bin_add (GST_BIN (pipeline_), bin_);
    const Owned<GstPad> src{gst_element_get_static_pad (bin_, "src")};
    gst_pad_link (src.get (), pad_.get ());
    gst_element_sync_state_with_parent (bin_);
  }
  ~Guest ()
  {
    const Owned<GstPad> src{gst_element_get_static_pad (bin_, "src")};
    gst_element_set_locked_state (bin_, TRUE);
    gst_element_set_state (bin_, GST_STATE_NULL);
    gst_pad_unlink (src.get (), pad_.get ());
    gst_bin_remove (GST_BIN (pipeline_), bin_);
    gst_element_release_request_pad (grid_, pad_.get ());
  }
  Guest (const Guest &) = delete;
  Guest &operator= (const Guest &) = delete;

 private:
  GstElement *pipeline_, *grid_, *bin_;
  Owned<GstPad> pad_;
};

// The number of errors of `from` itself; takes all messages.
int errors_of (GstElement *pipeline, GstElement *from)
{
  int errors = 0;
  const Owned<GstBus> bus{gst_element_get_bus (pipeline)};
  while (GstMessage *next = gst_bus_pop (bus.get ())) {
    const Owned<GstMessage> message{next};
    if (GST_MESSAGE_TYPE (next) == GST_MESSAGE_LATENCY)
      gst_bin_recalculate_latency (GST_BIN (pipeline));
    if (GST_MESSAGE_TYPE (next) == GST_MESSAGE_ERROR && GST_MESSAGE_SRC (next) == GST_OBJECT (from))
      errors++;
  }
  return errors;
}

bool pads (long n)
{
  const auto pipeline = parsed (
      "quadmux-grid name=g rows=0 columns=0 ! video/x-raw,width=160,height=120,framerate=60/1 "
      "! fakesink sync=false videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! g.");
  const auto grid = child (pipeline, "g");
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  Account account (n);
  int errors = 0;
  for (long i = 0; i < n; i++) {
    account.round (i);
    {
      const Guest guest (pipeline.get (), grid.get (),
                         "videotestsrc is-live=true num-buffers=2 "
                         "! video/x-raw,width=32,height=32,framerate=60/1");
      if (i % 20 == 0) g_usleep (10'000);
    }
    errors += errors_of (pipeline.get (), grid.get ());
  }
  const bool level = account.level ();
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return level && errors == 0;
}

bool pipelines (long n, const std::function<std::string (long)> &line)
{
  Account account (n);
  bool all = true;
  for (long i = 0; i < n; i++) {
    account.round (i);
    all &= play (parsed (line (i)).get ());
  }
  return account.level () && all;
}

bool walls (long n)
{
  return pipelines (n, [] (long) {
    return std::string (
        "quadmux-grid name=g eos-policy=shortest ! video/x-raw,width=160,height=120,framerate=30/1 "
        "! fakesink videotestsrc num-buffers=4 ! quaddownscale ! g. "
        "videotestsrc num-buffers=4 ! quaddownscale ! g.");
  });
}

bool extract (long n)
{
  const char *clip = std::getenv ("CLIP");
  if (!clip) g_error ("set CLIP to a file's path");
  return pipelines (n, [clip] (long i) {
    constexpr const char *kSelections[] = {"timestamp-list=\"0.5,3,5\" seek-mode=always",
                                           "rate=2/1", "keyframes=true"};
    return std::string ("filesrc location=") + clip + " ! decodebin ! frameextract " +
           kSelections[i % 3] + " ! fakesink";
  });
}

bool gif (long n)
{
  const auto pipeline =
      parsed ("videotestsrc pattern=ball num-buffers=" + std::to_string (n) +
              " ! video/x-raw,format=RGBx,width=96,height=64,framerate=25/1 ! gifstreamenc "
              "! fakesink name=out signal-handoffs=true sync=false");
  struct Frames {
    Account account;
    long seen = 0;
  } frames{Account (n)};
  const auto out = child (pipeline, "out");
  const auto count = +[] (GstElement *, GstBuffer *, GstPad *, gpointer data) {
    auto *f = static_cast<Frames *> (data);
    f->account.round (f->seen++);
  };
  g_signal_connect (out.get (), "handoff", G_CALLBACK (count), &frames);
  const bool played = play (pipeline.get ());
  return frames.account.level () && played;
}

std::string some_guest (Random &random)
{
  const std::string many = random.one_in (2) ? "" : " num-buffers=5";
  const auto number = [&random] (int low, int n) {
    return std::to_string (low + random.below (n));
  };
  if (random.one_in (3))
    return "videotestsrc is-live=true" + many +
           " ! video/x-raw,width=64,height=64,framerate=30/1 ! quaddownscale ! identity "
           "sleep-time=" +
           number (0, 90'000);
  return "videotestsrc is-live=true" + many + " pattern=" + number (0, 20) +
         " ! video/x-raw,format=" + random.pick ({"NV12", "BGRA", "I420"}) +
         ",width=" + number (2, 300) + ",height=" + number (2, 200) +
         ",framerate=" + number (1, 60) + "/1 ! identity error-after=" + number (1, 60);
}

bool live (long seconds)
{
  const std::string queue = " ! queue leaky=downstream max-size-buffers=3 ! g. ";
  const auto pipeline = parsed (
      "quadmux-grid name=g latency=50000000 ! video/x-raw,width=320,height=240,framerate=30/1 "
      "! fakesink sync=true async=false "
      "videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1" +
      queue +
      "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1 "
      "! identity drop-probability=0.3 ! quaddownscale" +
      queue +
      "videotestsrc is-live=true pattern=snow ! capsfilter name=filter "
      "caps=video/x-raw,width=128,height=96,framerate=15/1 "
      "! valve name=valve drop-mode=transform-to-gap" +
      queue);
  const auto grid = child (pipeline, "g"), valve = child (pipeline, "valve");
  const auto filter = child (pipeline, "filter");
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  Random random (7);
  Account account (seconds);
  std::unique_ptr<Guest> guest;
  int errors = 0;
  long counted = -1;
  const gint64 begin = g_get_monotonic_time ();
  for (long now = 0; now < seconds; now = (g_get_monotonic_time () - begin) / G_USEC_PER_SEC) {
    if (now != counted && !guest) account.round (counted = now);
    g_object_set (valve.get (), "drop", random.one_in (3), nullptr);
    if (random.one_in (4)) {
      const Owned<GstCaps> caps{
          gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT, 16 + random.below (300),
                               "height", G_TYPE_INT, 16 + random.below (200), "framerate",
                               GST_TYPE_FRACTION, 5 + random.below (30), 1, nullptr)};
      g_object_set (filter.get (), "caps", caps.get (), nullptr);
    }
    if (guest)
      guest.reset ();
    else
      guest = std::make_unique<Guest> (pipeline.get (), grid.get (), some_guest (random));
    errors += errors_of (pipeline.get (), grid.get ());
    g_usleep (static_cast<gulong> (20'000 + random.below (100'000)));
  }
  guest.reset ();
  const bool level = account.level ();
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return level && errors == 0;
}

}  // namespace
}  // namespace quad::fuzz

int main (int argc, char **argv)
{
  using namespace quad::fuzz;
  constexpr struct {
    const char *name;
    bool (*run) (long);
  } kModes[] = {
      {"pads", pads}, {"pipelines", walls}, {"extract", extract}, {"gif", gif}, {"live", live}};
  gst_init (nullptr, nullptr);
  for (const auto &mode : kModes)
    if (argc == 3 && std::string (argv[1]) == mode.name)
      return mode.run (std::max (4L, std::atol (argv[2]))) ? 0 : 1;
  std::fprintf (stderr, "usage: %s pads|pipelines|extract|gif|live N\n", argv[0]);
  return 2;
}
