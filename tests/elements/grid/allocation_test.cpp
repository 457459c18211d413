// While pictures glide, quadmux-grid allocates nothing. A program of its own: it counts the
// allocations of all threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <tuple>

#include "support/gst_helpers.h"

namespace {

std::atomic<long> allocations = 0;

void *counted (std::size_t size, std::align_val_t align = std::align_val_t{16})
{
  allocations++;
  const auto unit = static_cast<std::size_t> (align);
  if (void *p = std::aligned_alloc (unit, (std::max (size, unit) + unit - 1) / unit * unit))
    return p;
  throw std::bad_alloc ();
}

}  // namespace

void *operator new (std::size_t size) { return counted (size); }
void *operator new[] (std::size_t size) { return counted (size); }
void *operator new (std::size_t size, std::align_val_t align) { return counted (size, align); }
void *operator new[] (std::size_t size, std::align_val_t align) { return counted (size, align); }
void operator delete (void *p) noexcept { std::free (p); }
void operator delete[] (void *p) noexcept { std::free (p); }
void operator delete (void *p, std::size_t) noexcept { std::free (p); }
void operator delete[] (void *p, std::size_t) noexcept { std::free (p); }
void operator delete (void *p, std::align_val_t) noexcept { std::free (p); }
void operator delete[] (void *p, std::align_val_t) noexcept { std::free (p); }
void operator delete (void *p, std::size_t, std::align_val_t) noexcept { std::free (p); }
void operator delete[] (void *p, std::size_t, std::align_val_t) noexcept { std::free (p); }

namespace quad::test {
namespace {

constexpr guint64 kSecond = 60;  // in frames
constexpr guint64 kBegin = 10;   // the layout changes, and pictures glide for three seconds
constexpr guint64 kEnd = kBegin + 3 * kSecond;

// Counted where each frame comes out, in the thread that made it.
struct Count {
  const char *layout;  // that the pictures glide to
  guint64 frame = 0;
  long before = 0, begun = 0;
  long first_second = 0, later = 0, frames = 0;
};

GstPadProbeReturn on_frame (GstPad *pad, GstPadProbeInfo *, gpointer data)
{
  auto *count = static_cast<Count *> (data);
  const long now = allocations;
  const guint64 frame = count->frame++;
  if (frame > kBegin && frame <= kBegin + kSecond) count->first_second += now - count->before;
  if (frame > kBegin + kSecond && frame < kEnd) {
    count->later += now - count->before;
    count->frames++;
  }
  if (frame == kBegin)
    gst_util_set_object_arg (G_OBJECT (GST_PAD_PARENT (pad)), "areas", count->layout);
  count->before = allocations;
  return GST_PAD_PROBE_OK;
}

using Case = std::tuple<const char *, const char *, int>;  // format, what the pads have, threads

class GlidingGrid : public ::testing::TestWithParam<Case> {};

TEST_P (GlidingGrid, AllocatesNothingAfterASecond)
{
  const auto [format, looks, threads] = GetParam ();
  const std::string rate = "framerate=60/1,format=" + std::string (format);
  std::string line = "quadmux-grid name=grid transition-duration=3000000000 n-threads=" +
                     std::to_string (threads) + " areas=\"a b c / d e f / g h i\" ";
  for (int i = 0; i < 9; i++) line += "sink_" + std::to_string (i) + "::" + looks + " ";
  line += "! video/x-raw,width=320,height=180," + rate + " ! fakesink ";
  for (int i = 0; i < 9; i++)
    line += "videotestsrc num-buffers=1 pattern=" + std::to_string (i) +
            " ! video/x-raw,width=160,height=90," + rate +
            " ! imagefreeze num-buffers=" + std::to_string (kEnd + 10) +
            " ! video/x-raw,framerate=60/1 ! grid.sink_" + std::to_string (i) + " ";
  const Owned<GstElement> pipeline{gst_parse_launch (line.c_str (), nullptr)};
  ASSERT_TRUE (pipeline);
  const Owned<GstElement> grid{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "grid")};
  const Owned<GstPad> src{gst_element_get_static_pad (grid.get (), "src")};
  Count count = {"a a a b / a a a c / a a a d / e f g h / i i i i"};
  gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_BUFFER, on_frame, &count, nullptr);
  const long before = allocations;
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  const Owned<GstMessage> end{gst_bus_timed_pop_filtered (
      bus.get (), 120 * GST_SECOND,
      static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  ASSERT_TRUE (end);
  ASSERT_EQ (GST_MESSAGE_TYPE (end.get ()), GST_MESSAGE_EOS);
  EXPECT_GT (allocations - before, 100) << "nothing was counted";
  EXPECT_GT (count.first_second, 0) << "nothing was planned: did the layout change?";
  EXPECT_EQ (count.frames, static_cast<long> (2 * kSecond - 1));
  EXPECT_EQ (count.later, 0);
}

INSTANTIATE_TEST_SUITE_P (
    All, GlidingGrid,
    ::testing::Combine (::testing::Values ("I420", "NV12", "BGRA"),
                        ::testing::Values ("fit=fill", "fit=cover",
                                           "label=\"a name that is longer than one word\""),
                        ::testing::Values (1, 2)));

}  // namespace
}  // namespace quad::test
