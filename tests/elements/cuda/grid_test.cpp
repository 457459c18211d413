// quadmux-grid's pictures with frames in CUDA memory, on the driver's double.
#include "elements/cuda/pipeline.h"

using namespace quad::test;
using hostcuda::counters;

namespace {

using CudaGrid = CudaTest;

struct Picture {
  const char *format;
  int width, height;
  const char *more = "";  // of videotestsrc
  int count = 3;
};

const std::vector<Picture> four (const char *format)
{
  return {{format, 64, 48}, {format, 33, 57}, {format, 128, 20}, {format, 30, 18}};
}

// Up to four inputs on a canvas of `caps`.
std::string grid_of (const std::vector<Picture> &pictures, const std::string &properties,
                     const std::string &caps, bool cuda)
{
  std::string line = "quadmux-grid name=grid " + properties + " ! video/x-raw" +
                     (cuda ? "(memory:CUDAMemory)," : ",") + caps + " ! " +
                     (cuda ? kDownload : "") + kSink;
  for (const Picture &p : pictures)
    line.append (" ")
        .append (source (p.format, p.width, p.height, p.count, p.more))
        .append (cuda ? kUpload : "")
        .append ("grid.");
  return line;
}

std::string canvas (const char *format, int width = 96, int height = 64)
{
  return "format=" + std::string{format} + ",width=" + std::to_string (width) +
         ",height=" + std::to_string (height);
}

// --- Equal formats: the same bytes ---

const char *const kArrangements[] = {
    "",
    "rows=1 columns=0 gap=4 margin=6",
    "border-width=3 border-color=0xff20c040 background-color=0xff804020 method=bilinear",
    "border-width=4 border-color=0x8020c040 background-color=0x40804020 gap=2 sink_2::alpha=0.6",
    "sink_0::alpha=0.5 sink_1::alpha=0.25 sink_2::fit=cover sink_3::fit=fill method=lanczos",
    "sink_0::orientation=90r sink_1::orientation=180 sink_2::orientation=90l "
    "sink_3::orientation=horiz",
    "sink_0::orientation=vert sink_1::orientation=ul-lr sink_2::orientation=ur-ll "
    "sink_3::fit=cover "
    "sink_3::xalign=0 sink_3::yalign=1 method=bicubic",
    "sink_0::cell=0 sink_1::cell=0 sink_1::alpha=0.5 sink_1::zorder=9 sink_2::row-span=2 "
    "sink_3::cell=0 sink_3::alpha=0.3",
    // Zoomed.
    "sink_0::crop-x=0.13 sink_0::crop-width=0.31 sink_1::crop-y=0.5 sink_1::crop-height=0.37 "
    "sink_1::orientation=90r sink_2::fit=cover sink_2::crop-width=0.5 sink_3::crop-width=0",
    // Lying freely, partly outside of the canvas.
    "sink_0::xpos=-20 sink_0::ypos=-9 sink_0::width=70 sink_0::height=50 sink_1::xpos=61 "
    "sink_1::ypos=40 sink_1::width=60 sink_1::height=61 sink_1::orientation=90r sink_1::fit=fill "
    "sink_1::alpha=0.5 sink_2::xpos=-31 sink_2::ypos=30 sink_2::width=201 sink_2::height=20 "
    "sink_2::fit=cover sink_2::orientation=ur-ll sink_2::zorder=1",
};

TEST_F (CudaGrid, DrawsWhatTheHostDraws)
{
  for (const char *format : kCudaFormats)
    for (const char *properties : kArrangements) {
      SCOPED_TRACE (std::string{format} + " " + properties);
      const Frames host = frames_of (grid_of (four (format), properties, canvas (format), false));
      ASSERT_EQ (host.size (), 3u);
      EXPECT_NE (host[0].bytes, host[1].bytes);
      hostcuda::reset ();
      const Frames device = frames_of (grid_of (four (format), properties, canvas (format), true));
      EXPECT_EQ (device, host);
      EXPECT_EQ (counters ().launches, 3u);
      EXPECT_EQ (counters ().misuses, 0u);
    }
}

TEST_F (CudaGrid, OddCanvas)
{
  for (const char *format : {"NV12", "I420", "P010_10LE", "RGBA"}) {
    SCOPED_TRACE (format);
    const Frames host =
        frames_of (grid_of (four (format), "gap=1", canvas (format, 95, 63), false));
    EXPECT_EQ (frames_of (grid_of (four (format), "gap=1", canvas (format, 95, 63), true)), host);
  }
}

TEST_F (CudaGrid, BlendsPicturesThatHaveAlpha)
{
  const char *const see_through =
      "pattern=pinwheel foreground-color=0x80ff8020 background-color=0x20103050";
  for (const char *format : {"RGBA", "BGRA"})
    for (const char *properties :
         {"background-color=0xff104080", "background-color=0x00000000",
          "sink_0::cell=0 sink_1::cell=0 sink_1::alpha=0.7 background-color=0x80ffffff"}) {
      SCOPED_TRACE (std::string{format} + " " + properties);
      const std::vector<Picture> pictures = {{format, 64, 48, see_through},
                                             {format, 40, 50, see_through}};
      const Frames host = frames_of (grid_of (pictures, properties, canvas (format), false));
      ASSERT_EQ (host.size (), 3u);
      EXPECT_EQ (frames_of (grid_of (pictures, properties, canvas (format), true)), host);
    }
}

TEST_F (CudaGrid, BlocksInEitherOrderAndNothingUnwritten)
{
  const std::string line =
      grid_of (four ("I420"), "gap=2 sink_0::alpha=0.5", canvas ("I420"), true);
  const Frames forward = frames_of (line);
  hostcuda::set_block_order (hostcuda::Order::backward);
  hostcuda::set_poison (0x5C);
  EXPECT_EQ (frames_of (line), forward);
}

// --- Ends ---

TEST_F (CudaGrid, RepeatsTheLastFrameAfterItsEnd)
{
  const std::vector<Picture> pictures = {{"NV12", 64, 48, "", 2}, {"NV12", 40, 30, "", 6}};
  for (const char *properties : {"sink_0::repeat-after-eos=true", "eos-policy=shortest", ""}) {
    SCOPED_TRACE (properties);
    const Frames host = frames_of (grid_of (pictures, properties, canvas ("NV12"), false));
    ASSERT_GE (host.size (), 2u);
    EXPECT_EQ (frames_of (grid_of (pictures, properties, canvas ("NV12"), true)), host);
  }
}

TEST_F (CudaGrid, DifferentRates)
{
  const auto line = [] (bool cuda) {
    const std::string up = cuda ? kUpload : "";
    return "quadmux-grid name=grid ! video/x-raw" + std::string{cuda ? "(memory:CUDAMemory)" : ""} +
           ",format=NV12,width=64,height=32,framerate=30/1 ! " + (cuda ? kDownload : "") + kSink +
           " videotestsrc num-buffers=12 pattern=ball ! "
           "video/x-raw,format=NV12,width=40,height=40,framerate=24/1 ! " +
           up +
           "grid. videotestsrc num-buffers=5 pattern=ball motion=sweep ! "
           "video/x-raw,format=NV12,width=30,height=30,framerate=10/1 ! " +
           up + "grid.";
  };
  const Frames host = frames_of (line (false));
  ASSERT_EQ (host.size (), 15u);
  EXPECT_EQ (frames_of (line (true)), host);
}

// --- Conversions ---

struct Conversion {
  const char *from, *to;
};

void expect_equal (const Frames &device, const Frames &host, std::size_t count)
{
  ASSERT_EQ (host.size (), count);
  EXPECT_EQ (device, host);
}

// In the launch that draws the canvas.
TEST_F (CudaGrid, ConvertsToTheHostsBytes)
{
  for (const Conversion &c :
       {Conversion{"I420", "NV12"}, Conversion{"YV12", "NV12"}, Conversion{"Y444", "NV12"},
        Conversion{"P010_10LE", "NV12"}, Conversion{"I420_10LE", "NV12"},
        Conversion{"RGBA", "NV12"}, Conversion{"BGRx", "NV12"}, Conversion{"NV12", "I420"},
        Conversion{"NV12", "RGBA"}, Conversion{"I420", "BGRx"}, Conversion{"NV12", "Y444"},
        Conversion{"RGBA", "BGRA"}})
    for (const char *properties :
         {"", "sink_0::orientation=90r sink_1::alpha=0.5 gap=2",
          "sink_0::xpos=-21 sink_0::ypos=-9 sink_0::width=71 sink_0::height=51"}) {
      SCOPED_TRACE (std::string{c.from} + " to " + c.to + " " + properties);
      const Frames host = frames_of (grid_of (four (c.from), properties, canvas (c.to), false));
      hostcuda::reset ();
      expect_equal (frames_of (grid_of (four (c.from), properties, canvas (c.to), true)), host, 3);
      EXPECT_EQ (counters ().launches, 3u);
    }
}

TEST_F (CudaGrid, FourFormatsOnOneCanvas)
{
  const std::vector<Picture> pictures = {
      {"NV12", 64, 48}, {"I420", 33, 57}, {"P010_10LE", 128, 20}, {"RGBA", 30, 18}};
  const Frames host = frames_of (grid_of (pictures, "", canvas ("NV12"), false));
  hostcuda::reset ();
  expect_equal (frames_of (grid_of (pictures, "", canvas ("NV12"), true)), host, 3);
  EXPECT_EQ (counters ().launches, 3u);
}

// HDR to SDR takes more than a matrix: an error that says what to do.
TEST_F (CudaGrid, HdrOnAnSdrCanvasIsRefused)
{
  const std::string line =
      "quadmux-grid name=grid ! "
      "video/x-raw(memory:CUDAMemory),format=NV12,width=64,height=32,colorimetry=bt709 ! " +
      std::string{kSink} +
      " videotestsrc num-buffers=2 ! video/x-raw,format=P010_10LE,width=64,height=32,"
      "framerate=10/1,colorimetry=bt2100-pq ! " +
      kUpload + "grid.";
  Launch p (line);
  EXPECT_TRUE (p.run ().empty ());
  EXPECT_NE (p.error ().find ("bt2100-pq"), std::string::npos) << p.error ();
  EXPECT_NE (p.error ().find ("Put cudadownload ! video/x-raw in front of"), std::string::npos)
      << p.error ();
  EXPECT_EQ (p.failed_element (), "grid");
  EXPECT_EQ (p.errors_of ("grid"), 1);
}

// What that error says helps. GStreamer 1.22's cudadownload hands the device's frames on, with caps
// of system memory: they are scaled there first, so they are rounded once more.
TEST_F (CudaGrid, HdrIsConvertedBehindADownload)
{
  const auto line = [] (const char *canvas, const std::string &way) {
    return std::string{"quadmux-grid name=grid ! "} + canvas +
           ",format=NV12,width=64,height=32,colorimetry=bt709 ! " + kSink +
           " videotestsrc num-buffers=2 ! video/x-raw,format=P010_10LE,width=64,height=32,"
           "framerate=10/1,colorimetry=bt2100-pq ! " +
           way + "grid.";
  };
  Launch cuda (line ("video/x-raw(memory:CUDAMemory)",
                     kUpload + std::string{"cudadownload ! video/x-raw ! "}));
  const Frames all = cuda.run ();
  EXPECT_EQ (cuda.error (), "");
  Launch host (line ("video/x-raw", ""));
  const Frames wanted = host.run ();
  ASSERT_EQ (all.size (), 2u);
  ASSERT_EQ (wanted.size (), 2u);
  ASSERT_EQ (all[1].bytes.size (), wanted[1].bytes.size ());
  double sum = 0;
  for (std::size_t i = 0; i < wanted[1].bytes.size (); i++)
    sum += std::abs (int{all[1].bytes[i]} - int{wanted[1].bytes[i]});
  EXPECT_LT (sum / double (wanted[1].bytes.size ()), 2);
}

}  // namespace
