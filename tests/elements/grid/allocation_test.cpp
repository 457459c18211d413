// While pictures glide, quadmux-grid allocates nothing. A program of its own: it counts the
// allocations of all threads.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <tuple>

#include "support/counted_new.h"
#include "support/gst_helpers.h"

namespace {

std::atomic<long> allocations = 0;

}  // namespace

void quad::test::note_allocation (std::size_t) { allocations++; }

namespace quad::test {
namespace {

constexpr guint64 kSecond = 60;  // in frames
constexpr guint64 kBegin = 10;   // the layout changes, and pictures glide for three seconds
constexpr guint64 kEnd = kBegin + 3 * kSecond;

// What glides, and how. The pads are sink_0 to sink_8. `change` is called between two frames.
struct Case {
  const char *name;
  const char *element;  // properties
  const char *pads;     // properties of each
  void (*change) (GstElement *grid);
};

void set_areas (GstElement *grid)
{
  gst_util_set_object_arg (G_OBJECT (grid), "areas",
                           "a a a b / a a a c / a a a d / e f g h / i i i i");
}

void set_lines (GstElement *grid)
{
  g_object_set (grid, "rows", 1, "columns", 9, "gap", 4, nullptr);
}

// Its last picture fades out. Its source ends with an error, as it is not linked.
void release_pad (GstElement *grid)
{
  const Owned<GstPad> pad{gst_element_get_static_pad (grid, "sink_8")};
  const Owned<GstPad> peer{gst_pad_get_peer (pad.get ())};
  gst_pad_unlink (peer.get (), pad.get ());
  gst_element_release_request_pad (grid, pad.get ());
}

const Case kCases[] = {
    {"areas", "areas=\"a b c / d e f / g h i\"", "fit=fill", set_areas},
    {"covering", "areas=\"a b c / d e f / g h i\"", "fit=cover", set_areas},
    {"labels",
     "areas=\"a b c / d e f / g h i\" label=\"{name} is a name that is longer than a word\"",
     "label-margin=2", set_areas},
    {"namedAreas", "areas=\"the-first-of-all-areas b c / d e f / g h i\"",
     "area=the-first-of-all-areas", set_areas},
    {"lines", "rows=3 columns=3 row-weights=\"1 2\" background-color=0xff102030", "orientation=90r",
     set_lines},
    {"released", "rows=3 columns=3", "alpha=0.5", release_pad},
};

// Counted where each frame comes out, in the thread that made it. Whatever is done there allocates
// nothing in C++.
struct Count {
  const Case *of;
  guint64 frame = 0;
  long before = 0, first_second = 0, later = 0, frames = 0, moved = 0;
  Owned<GstBuffer> last = {};
};

bool same_bytes (GstBuffer *a, GstBuffer *b)
{
  GstMapInfo m, n;
  if (!gst_buffer_map (a, &m, GST_MAP_READ)) return false;
  const bool mapped = gst_buffer_map (b, &n, GST_MAP_READ);
  const bool same = mapped && m.size == n.size && std::memcmp (m.data, n.data, m.size) == 0;
  if (mapped) gst_buffer_unmap (b, &n);
  gst_buffer_unmap (a, &m);
  return same;
}

GstPadProbeReturn on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  auto *count = static_cast<Count *> (data);
  const long now = allocations;
  const guint64 frame = count->frame++;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  if (frame > kBegin && frame <= kBegin + kSecond) count->first_second += now - count->before;
  if (frame > kBegin + kSecond && frame < kEnd) {
    count->later += now - count->before;
    count->frames++;
    if (!same_bytes (count->last.get (), buffer)) count->moved++;
  }
  count->last.reset (gst_buffer_ref (buffer));
  if (frame == kBegin) count->of->change (GST_PAD_PARENT (pad));
  count->before = allocations;
  return GST_PAD_PROBE_OK;
}

// The format of the inputs, of the output; and threads.
using Formats = std::tuple<const char *, const char *, int>;

class GlidingGrid : public ::testing::TestWithParam<std::tuple<Case, Formats>> {};

TEST_P (GlidingGrid, AllocatesNothingAfterASecond)
{
  const Case &c = std::get<0> (GetParam ());
  const auto [in, out, threads] = std::get<1> (GetParam ());
  const std::string raw = "video/x-raw,framerate=60/1,format=";
  std::string line = "quadmux-grid name=grid transition-duration=3000000000 n-threads=" +
                     std::to_string (threads) + " " + c.element + " ";
  for (int i = 0; i < 9; i++) line += "sink_" + std::to_string (i) + "::" + c.pads + " ";
  line += "! " + raw + out + ",width=320,height=180 ! fakesink ";
  for (int i = 0; i < 9; i++)
    line += "videotestsrc num-buffers=1 pattern=" + std::to_string (i) + " ! " + raw + in +
            ",width=160,height=90 ! imagefreeze num-buffers=" + std::to_string (kEnd + 10) +
            " ! video/x-raw,framerate=60/1 ! grid.sink_" + std::to_string (i) + " ";
  const Owned<GstElement> pipeline{gst_parse_launch (line.c_str (), nullptr)};
  ASSERT_TRUE (pipeline);
  const Owned<GstElement> grid{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "grid")};
  const Owned<GstPad> src{gst_element_get_static_pad (grid.get (), "src")};
  Count count = {&c};
  gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_BUFFER, on_frame, &count, nullptr);
  const long before = allocations;
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  const Owned<GstMessage> end{
      gst_bus_timed_pop_filtered (bus.get (), 120 * GST_SECOND, GST_MESSAGE_EOS)};
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  ASSERT_TRUE (end);
  EXPECT_GT (allocations - before, 100) << "nothing was counted";
  EXPECT_GT (count.first_second, 0) << "nothing was planned: did the layout change?";
  EXPECT_EQ (count.frames, static_cast<long> (2 * kSecond - 1));
  EXPECT_GT (count.moved, static_cast<long> (kSecond)) << "nothing glides any longer";
  EXPECT_EQ (count.later, 0);
}

std::string name_of (const ::testing::TestParamInfo<GlidingGrid::ParamType> &info)
{
  const auto [in, out, threads] = std::get<1> (info.param);
  return std::string{std::get<0> (info.param).name} + "_" + in + "_" + out + "_" +
         std::to_string (threads);
}

const Formats kFormats[] = {{"I420", "I420", 1},
                            {"NV12", "NV12", 2},
                            {"BGRA", "BGRA", 1},
                            {"NV12", "I420", 2},
                            {"I420", "BGRA", 1}};

INSTANTIATE_TEST_SUITE_P (All, GlidingGrid,
                          ::testing::Combine (::testing::ValuesIn (kCases),
                                              ::testing::ValuesIn (kFormats)),
                          name_of);

}  // namespace
}  // namespace quad::test
