// The grid draws with n-threads threads, however many inputs it converts. It works with fewer if
// the system gives no more, and makes the same bytes.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <filesystem>

#include "elements/grid/pipeline.h"

namespace {

// How many more threads the system gives; negative: no limit.
std::atomic<int> left{-1};
std::atomic<int> refused{0};

}  // namespace

// Replaces the C library's function in the whole process.
extern "C" int pthread_create (pthread_t *thread, const pthread_attr_t *attributes,
                               void *(*function) (void *), void *data)
{
  static const auto real =
      reinterpret_cast<decltype (&pthread_create)> (dlsym (RTLD_NEXT, "pthread_create"));
  for (int now = left; now >= 0; now = left) {
    if (now == 0) {
      refused++;
      return EAGAIN;
    }
    if (left.compare_exchange_weak (now, now - 1)) break;
  }
  return real (thread, attributes, function, data);
}

using namespace quad::test;
using quad::Owned;

namespace {

constexpr int kInputs = 8;
// Threads that GStreamer may start meanwhile.
constexpr int kOthers = 1;

int threads_now ()
{
  int count = 0;
  for ([[maybe_unused]] const auto &task : std::filesystem::directory_iterator ("/proc/self/task"))
    count++;
  return count;
}

struct Drawn {
  std::vector<guint8> bytes;
  int threads = 0;  // that were started to draw
};

// One frame of eight inputs, none of the output's format: RGB and YUV, limited and full range.
// The system gives `limit` threads for it.
Drawn draw (int n_threads, int limit)
{
  GridPipeline p ("rows=2 columns=4 n-threads=" + std::to_string (n_threads),
                  "video/x-raw,format=I420,width=640,height=240,framerate=10/1,"
                  "colorimetry=bt709");
  const std::array<std::string, 4> inputs = {
      raw ("BGRA", 400, 300), raw ("Y444", 400, 300),
      raw ("NV12", 161, 121, "framerate=(fraction)10/1,colorimetry=1:3:5:1"),
      raw ("GRAY8", 160, 120)};
  std::atomic<int> hungry{0};
  for (std::size_t i = 0; i < kInputs; i++) {
    GstElement *src = p.add_input (inputs[i % inputs.size ()]);
    g_signal_connect (src, "need-data",
                      G_CALLBACK (+[] (GstElement *, guint, std::atomic<int> *n) { (*n)++; }),
                      &hungry);
  }
  // Otherwise GStreamer needs one more thread, for the change to PLAYING after the first frame.
  g_object_set (p.out (), "async", FALSE, nullptr);
  p.play ();
  // By then all threads run except those that draw.
  while (hungry < kInputs) g_usleep (1000);
  // No thread that could be used is idle.
  g_thread_pool_set_max_unused_threads (0);
  g_thread_pool_stop_unused_threads ();
  const int before = threads_now ();
  left = limit;
  for (std::size_t i = 0; i < kInputs; i++) {
    const auto seed = static_cast<int> (i);
    p.push (i, timed (painted (p.info (i),
                               [seed] (int c, int x, int y, int) {
                                 return (x * 7 + y * 13 + c * 31 + seed * 17 + x * y % 23) % 256;
                               }),
                      0, GST_SECOND / 10));
    p.end (i);
  }
  const auto picture = p.pull ();
  Drawn drawn;
  drawn.threads = threads_now () - before;
  left = -1;
  if (!picture) return drawn;
  GstMapInfo map;
  gst_buffer_map (picture->buffer (), &map, GST_MAP_READ);
  drawn.bytes.assign (map.data, map.data + map.size);
  gst_buffer_unmap (picture->buffer (), &map);
  return drawn;
}

TEST (GridThreads, AreAsManyAsAskedForAndMakeTheSameBytes)
{
  const Drawn alone = draw (1, -1);
  ASSERT_FALSE (alone.bytes.empty ());
  EXPECT_LE (alone.threads, kOthers);
  for (const int n : {2, 3, 7, 16}) {
    SCOPED_TRACE (n);
    const Drawn many = draw (n, -1);
    // The thread that makes the output draws, too, so n threads are n - 1 new ones.
    EXPECT_LE (many.threads, n - 1 + kOthers);
    EXPECT_EQ (many.bytes, alone.bytes);
  }
}

TEST (GridThreads, GoOnWithFewerWhereTheSystemGivesNoMore)
{
  const Drawn alone = draw (1, -1);
  for (const int given : {0, 1, 5}) {
    SCOPED_TRACE (given);
    refused = 0;
    const Drawn few = draw (16, given);
    EXPECT_GT (refused, 0);
    EXPECT_LE (few.threads, given + kOthers);
    EXPECT_EQ (few.bytes, alone.bytes);
  }
}

}  // namespace
