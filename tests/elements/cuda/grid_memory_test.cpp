// Which memory quadmux-grid's frames lie in, and what is moved between them.
#include "elements/cuda/fed.h"

using namespace quad::test;
using hostcuda::counters;
using quad::Owned;

namespace {

using CudaGridMemory = CudaTest;

// --- Which memory the output has ---

std::string grid_line (const std::vector<bool> &in_cuda, const std::string &downstream,
                       const std::string &properties = "", int count = 3)
{
  std::string line = "quadmux-grid name=grid " + properties + " ! " + downstream + kSink;
  for (const bool cuda : in_cuda)
    line.append (" ")
        .append (source ("NV12", 80, 60, count))
        .append (cuda ? kUpload : "")
        .append ("grid.");
  return line;
}

const std::string kEither =
    "capsfilter caps=video/x-raw(memory:CUDAMemory),width=64,height=48;"
    "video/x-raw,width=64,height=48 ! ";
const std::string kHostFirst =
    "capsfilter caps=video/x-raw,width=64,height=48;"
    "video/x-raw(memory:CUDAMemory),width=64,height=48 ! ";
const std::string kOnlyCuda = "video/x-raw(memory:CUDAMemory),width=64,height=48 ! ";
const std::string kOnlyHost = "video/x-raw,width=64,height=48 ! ";

TEST_F (CudaGridMemory, TheOutputIsInCudaMemoryWhereAnInputIs)
{
  const struct {
    std::vector<bool> inputs;
    std::string downstream;
    bool cuda;
    std::size_t moved;  // inputs with a message that they are moved
  } cases[] = {
      {{true, true}, kEither, true, 0},      {{true, true}, kHostFirst, true, 0},
      {{false, true}, kEither, true, 1},     {{true, false, false}, kHostFirst, true, 2},
      {{false, false}, kEither, false, 0},   {{false, false}, kHostFirst, false, 0},
      {{true, true}, kOnlyHost, false, 2},   {{false, true}, kOnlyHost, false, 1},
      {{false, false}, kOnlyCuda, true, 2},  {{true, false}, kOnlyCuda, true, 1},
      {{false, false}, kOnlyHost, false, 0}, {{true, true}, kOnlyCuda, true, 0},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE (testing::PrintToString (c.inputs) + " " + c.downstream);
    const Frames host =
        frames_of (grid_line (std::vector<bool> (c.inputs.size (), false), kOnlyHost));
    Launch p (grid_line (c.inputs, c.downstream));
    const Frames all = p.run ();
    EXPECT_EQ (p.error (), "");
    EXPECT_EQ (p.infos ().size (), c.moved);
    EXPECT_TRUE (p.warnings ().empty ());
    ASSERT_EQ (all.size (), 3u);
    for (std::size_t i = 0; i < 3; i++) {
      EXPECT_EQ (all[i].cuda_caps, c.cuda);
      EXPECT_EQ (all[i].cuda_memory, c.cuda);
      EXPECT_EQ (all[i].bytes, host[i].bytes);
      EXPECT_EQ (all[i].pts, host[i].pts);
    }
  }
}

TEST_F (CudaGridMemory, DownstreamTakesAnything)
{
  const auto is_cuda = [] (const std::vector<bool> &inputs) {
    const Frames all = frames_of (grid_line (inputs, "", "", 1));
    return all.size () == 1 ? int{all[0].cuda_memory} : -1;
  };
  EXPECT_EQ (is_cuda ({true}), 1);
  EXPECT_EQ (is_cuda ({false, true}), 1);
  EXPECT_EQ (is_cuda ({false}), 0);
}

// --- What is moved ---

// Bytes that ten more frames copy, and the messages.
std::uint64_t bytes_of_ten (const std::string &from, const std::string &downstream,
                            std::string &info)
{
  std::uint64_t bytes[2];
  for (const int i : {0, 1}) {
    Launch p ("quadmux-grid name=grid ! " + downstream + kSink + " " +
              from.substr (0, from.find ('#')) + std::to_string (i ? 13 : 3) +
              from.substr (from.find ('#') + 1) + "grid.");
    hostcuda::reset ();
    p.play ();
    int count = 0;
    while (p.pull_sample ()) count++;
    EXPECT_EQ (count, i ? 13 : 3);
    EXPECT_EQ (p.error (), "");
    EXPECT_EQ (p.infos ().size (), 1u);
    info = p.infos ().empty () ? "" : p.infos ()[0];
    p.stop ();
    bytes[i] = counters ().bytes_copied;
  }
  return bytes[1] - bytes[0];
}

std::string counted (const char *format)
{
  return "videotestsrc num-buffers=# ! video/x-raw,framerate=10/1,width=640,height=480,format=" +
         std::string{format} + " ! ";
}

// One of four cells of 32x24, filled by the picture.
TEST_F (CudaGridMemory, AHostsFrameIsUploadedAtTheSizeThatIsShown)
{
  constexpr std::uint64_t kCell = 32 * 24 * 3 / 2;
  std::string info;
  const std::string out = "video/x-raw(memory:CUDAMemory),format=NV12,width=64,height=48 ! ";
  EXPECT_EQ (bytes_of_ten (counted ("NV12"), out, info), 10 * kCell);
  EXPECT_NE (info.find ("sink_0"), std::string::npos) << info;
  EXPECT_NE (info.find ("uploaded"), std::string::npos) << info;
  // Converted first; with alpha to RGBA.
  EXPECT_EQ (bytes_of_ten (counted ("BGRx"), out, info), 10 * kCell);
  EXPECT_EQ (bytes_of_ten (counted ("AYUV"), out, info), 10 * 32 * 24 * 4u);
}

TEST_F (CudaGridMemory, ADevicesFrameIsDownloadedAtTheSizeThatIsShown)
{
  constexpr std::uint64_t kCell = 32 * 24 * 3 / 2, kFrame = 640 * 480 * 3 / 2;
  std::string info;
  const std::string out = "video/x-raw,format=NV12,width=64,height=48 ! ";
  EXPECT_EQ (bytes_of_ten (counted ("NV12") + kUpload, out, info), 10 * (kFrame + kCell));
  EXPECT_NE (info.find ("sink_0"), std::string::npos) << info;
  EXPECT_NE (info.find ("downloaded"), std::string::npos) << info;
  // An RGBA picture is downloaded in its own format, and converted on the host.
  EXPECT_EQ (bytes_of_ten (counted ("RGBA") + kUpload, out, info),
             10 * std::uint64_t (640 * 480 * 4 + 32 * 24 * 4));
}

TEST_F (CudaGridMemory, AMixedGridWithAllThatAGridDoes)
{
  const std::string properties =
      "gap=2 border-width=2 border-color=0x80ff0000 sink_0::orientation=90r sink_1::alpha=0.5 "
      "sink_2::fit=cover sink_3::orientation=horiz sink_1::repeat-after-eos=true";
  const Frames host = frames_of (grid_line ({false, false, false, false}, kOnlyHost, properties));
  for (const std::string &out : {kOnlyHost, kOnlyCuda}) {
    const Frames mixed = frames_of (grid_line ({true, false, false, true}, out, properties));
    ASSERT_EQ (mixed.size (), host.size ());
    for (std::size_t i = 0; i < host.size (); i++) EXPECT_EQ (mixed[i].bytes, host[i].bytes);
  }
}

// --- While playing ---

int luma (const Frame &f, int x, int y) { return f.bytes[std::size_t (y * f.width + x)]; }

const char *const kNv12 = "format=NV12,width=32,height=24";

std::string fed_line (const std::string &downstream)
{
  return "quadmux-grid name=grid ! " + downstream + kSink;
}

TEST_F (CudaGridMemory, AnInputMovesBetweenTheMemoriesMidStream)
{
  for (const std::string &out : {kEither, kOnlyHost, kOnlyCuda}) {
    SCOPED_TRACE (out);
    Fed f (fed_line (out));
    Input &in = f.add ("a", "grid");
    for (std::uint64_t n = 0; n < 9; n++) {
      if (n % 3 == 0)
        in.in_cuda (kNv12);
      else
        in.on_host (kNv12);
      in.push (100 + int (n), n);
    }
    in.end ();
    const Frames all = f.launch ().run ();
    EXPECT_EQ (f.launch ().error (), "");
    ASSERT_EQ (all.size (), 9u);
    for (std::size_t n = 0; n < 9; n++) {
      EXPECT_EQ (luma (all[n], 5, 5), 100 + int (n));
      EXPECT_EQ (luma (all[n], 31, 23), 100 + int (n));
      EXPECT_EQ (all[n].pts, n * GST_SECOND / 10);
      EXPECT_EQ (all[n].cuda_caps, all[n].cuda_memory);
      if (out != kEither) {
        EXPECT_EQ (all[n].cuda_memory, out == kOnlyCuda);
      }
    }
    EXPECT_LE (f.launch ().infos ().size (), 1u) << "said once a pad";
  }
}

TEST_F (CudaGridMemory, FormatAndSizeOfAnInputChangeMidStream)
{
  Fed f (fed_line ("video/x-raw(memory:CUDAMemory),format=RGBx,width=64,height=48 ! "));
  Input &in = f.add ("a", "grid");
  const char *const caps[] = {"format=RGBx,width=32,height=24", "format=BGRx,width=60,height=45",
                              "format=RGBx,width=8,height=6", "format=BGRx,width=16,height=12"};
  for (std::uint64_t n = 0; n < 4; n++) {
    in.in_cuda (caps[n]);
    in.push (200, n);
  }
  in.end ();
  const Frames all = f.launch ().run ();
  EXPECT_EQ (f.launch ().error (), "");
  ASSERT_EQ (all.size (), 4u);
  for (const Frame &frame : all)
    for (const std::size_t byte : {std::size_t{0}, std::size_t{64 * 4 * 10 + 31 * 4}})
      EXPECT_EQ (frame.bytes[byte], 200);
}

TEST_F (CudaGridMemory, PadsComeAndGoWhilePlaying)
{
  Fed f (fed_line (kEither));
  Input &a = f.add ("a", "grid");
  a.in_cuda (kNv12);
  f.launch ().play ();
  Frame frame;
  a.push (100, 0);
  ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  EXPECT_EQ (luma (frame, 5, 5), 100);
  EXPECT_EQ (luma (frame, 40, 5), 16);

  // Its first frame comes before the other input's next one.
  Input &b = f.add ("b", "grid");
  b.in_cuda (kNv12);
  b.push (150, 1);
  a.push (101, 1);
  ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  EXPECT_EQ (frame.pts, GST_SECOND / 10);
  EXPECT_EQ (luma (frame, 5, 5), 101);

  // An input on the host joins; the canvas stays on the device.
  Input &c = f.add ("c", "grid");
  c.on_host (kNv12);
  for (std::uint64_t n = 2; n < 5; n++) {
    c.push (180, n);
    b.push (151, n);
    a.push (102, n);
  }
  for (int n = 2; n < 5; n++) ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  EXPECT_EQ (luma (frame, 5, 5), 102);
  EXPECT_EQ (luma (frame, 40, 5), 151);
  EXPECT_EQ (luma (frame, 5, 30), 180);
  EXPECT_TRUE (frame.cuda_memory);

  f.remove ("b", "grid");
  a.push (103, 5);
  c.push (181, 5);
  ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  EXPECT_EQ (luma (frame, 5, 5), 103);
  EXPECT_EQ (luma (frame, 40, 5), 16) << "its cell is empty";
  EXPECT_EQ (luma (frame, 5, 30), 181);

  // The last input in CUDA memory goes.
  f.remove ("a", "grid");
  c.push (182, 6);
  ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  EXPECT_EQ (luma (frame, 5, 5), 16);
  EXPECT_EQ (luma (frame, 5, 30), 182);
  EXPECT_EQ (f.launch ().error (), "");
}

// If a sink is flushed while its pipeline is still on the way to PLAYING, GStreamer may leave it in
// PAUSED. So the sink takes no part in the change.
TEST_F (CudaGridMemory, GoesOnAfterAFlush)
{
  Fed f (fed_line (kOnlyCuda) + " async=false");
  Input &a = f.add ("a", "grid");
  a.in_cuda (kNv12);
  f.launch ().play ();
  Frame frame;
  for (int round = 0; round < 4; round++) {
    a.push (100 + round, 0);
    ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
    EXPECT_EQ (luma (frame, 5, 5), 100 + round);
    EXPECT_TRUE (gst_element_send_event (a.element (), gst_event_new_flush_start ()));
    EXPECT_TRUE (gst_element_send_event (a.element (), gst_event_new_flush_stop (TRUE)));
  }
}

TEST_F (CudaGridMemory, DownstreamChangesItsMemoryWhilePlaying)
{
  Fed f (fed_line ("capsfilter name=filter caps=video/x-raw,width=64,height=48 ! "));
  Input &a = f.add ("a", "grid");
  a.in_cuda (kNv12);
  f.launch ().play ();
  Frame frame;
  std::uint64_t n = 0;
  for (const bool cuda : {false, true, false, true}) {
    g_object_set (f.launch ().element ("filter").get (), "caps",
                  caps_of (std::string{"video/x-raw"} + (cuda ? "(memory:CUDAMemory)" : "") +
                           ",width=64,height=48")
                      .get (),
                  nullptr);
    // Frames that were on their way may still have the old memory.
    int tries = 0;
    do {
      a.push (120, n++);
      ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
      EXPECT_EQ (luma (frame, 5, 5), 120);
    } while (frame.cuda_memory != cuda && ++tries < 4);
    EXPECT_EQ (frame.cuda_memory, cuda);
  }
}

TEST_F (CudaGridMemory, PlaysFiveTimes)
{
  // appsink would keep frames itself.
  Launch p (
      grid_line ({true, false, true}, kOnlyCuda + kDownload, "sink_0::repeat-after-eos=true"));
  Frames first;
  for (int round = 0; round < 5; round++) {
    const Frames all = p.run ();
    EXPECT_EQ (p.error (), "");
    ASSERT_EQ (all.size (), 3u);
    if (round == 0) first = all;
    EXPECT_EQ (all, first);
    p.stop ();
    expect_nothing_left (1);
  }
}

}  // namespace
