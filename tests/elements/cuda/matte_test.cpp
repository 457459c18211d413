// quadmatte and quadmatterefine with frames in CUDA memory, on the driver's double.
#include "elements/cuda/fed.h"
#include "infer/helpers.h"

using namespace quad::test;
using hostcuda::counters;
using quad::infer::Folder;

namespace {

using CudaMatte = CudaTest;

constexpr int kFrames = 3;
const char *const kOnlyCuda = "video/x-raw(memory:CUDAMemory)";

// Masks that move, smaller than the video.
std::string masks ()
{
  return " videotestsrc pattern=ball num-buffers=" + std::to_string (kFrames) +
         " ! video/x-raw,format=GRAY8,framerate=10/1,width=20,height=14 ! r.mask ";
}

// Refines those masks on a video; `up` and `down` may change its memory.
Frames refined (const std::string &format, const std::string &up, const std::string &options,
                const std::string &caps, const std::string &down)
{
  return frames_of ("quadmatterefine name=r " + options + " ! " + caps + " ! " + down + kSink +
                    masks () + source (format, 66, 42, kFrames) + up + "r.sink");
}

std::vector<std::vector<guint8>> bytes_of_all (const Frames &frames)
{
  std::vector<std::vector<guint8>> all;
  for (const Frame &f : frames) all.push_back (f.bytes);
  return all;
}

TEST_F (CudaMatte, RefinesWithTheHostsBytes)
{
  int turn = 0;
  for (const char *options : {"", "refine=none smoothing=0", "foreground=estimate radius=9",
                              "invert=true foreground=estimate smoothing=0"})
    for (const char *format : kCudaFormats) {
      const std::string out = turn++ % 2 ? "RGBA" : "ARGB";
      SCOPED_TRACE (std::string{options} + " " + format + " to " + out);
      const Frames host = refined (format, "", options, "video/x-raw,format=" + out, "");
      ASSERT_EQ (host.size (), std::size_t{kFrames});
      const std::string there = std::string{kOnlyCuda} + ",format=" + out;
      EXPECT_EQ (bytes_of_all (refined (format, kUpload, options, there, kDownload)),
                 bytes_of_all (host));
      EXPECT_EQ (bytes_of_all (refined (format, "", options, there, kDownload)),
                 bytes_of_all (host))
          << "from system memory";
    }
}

// What is small is drawn where the picture lies, so masks and guides are the same.
TEST_F (CudaMatte, MasksDoNotDependOnTheMemory)
{
  const Folder folder;
  const std::string model =
      folder.write ("mean.onnx",
                    "fake-model\ninput picture float32 1x24x32x3\noutput mask float32 1x24x32x1\n"
                    "operation mean\n");
  const std::string element = "quadmatte model-file=" + model + " interval=2 ";
  for (const char *format : kCudaFormats)
    for (const char *options : {"", "region=track"}) {
      SCOPED_TRACE (std::string{options} + " " + format);
      const std::string from = source (format, 66, 42, kFrames);
      const std::string rgba = element + options + " ! video/x-raw,format=RGBA ! ";
      const Frames host = frames_of (from + rgba + kSink);
      ASSERT_EQ (host.size (), std::size_t{kFrames});
      EXPECT_EQ (bytes_of_all (frames_of (from + kUpload + element + options + " ! " + kOnlyCuda +
                                          ",format=RGBA ! " + kDownload + kSink)),
                 bytes_of_all (host));
    }
}

TEST_F (CudaMatte, PicturesStayInTheirMemory)
{
  const std::string line =
      "quadmatterefine name=r ! " + std::string{kSink} + masks () + source ("NV12", 66, 42, 3);
  for (const bool cuda : {false, true}) {
    const Frames frames = frames_of (line + (cuda ? kUpload : "") + "r.sink");
    ASSERT_EQ (frames.size (), 3u);
    for (const Frame &f : frames) {
      EXPECT_EQ (f.cuda_caps, cuda);
      EXPECT_EQ (f.cuda_memory, cuda);
      EXPECT_EQ (f.format, cuda ? "RGBA" : "AV12");
    }
  }
  const Frames down =
      frames_of ("quadmatterefine name=r ! video/x-raw,format=A420 ! " + std::string{kSink} +
                 masks () + source ("NV12", 66, 42, 3) + kUpload + "r.sink");
  ASSERT_EQ (down.size (), 3u);
  EXPECT_FALSE (down[0].cuda_memory);
}

struct Cost {
  std::uint64_t launches, bytes;
};

// Of a frame: the colours, the guide, the lines, and alpha. Only what lies on the grid is copied.
TEST_F (CudaMatte, LaunchesAndCopiesOfAFrame)
{
  const auto cost = [] (int frames, const char *options) {
    Fed f ("quadmatterefine name=r " + std::string{options} +
           " ! video/x-raw(memory:CUDAMemory),format=RGBA ! " + kSink +
           " appsrc name=v ! r.sink appsrc name=m ! r.mask");
    f.input ("v").in_cuda ("format=NV12,width=640,height=480");
    f.input ("m").on_host ("format=GRAY8,width=16,height=16");
    for (int n = 0; n < frames; n++) {
      f.input ("v").push (90 + n, static_cast<std::uint64_t> (n));
      f.input ("m").push (200, static_cast<std::uint64_t> (n));
    }
    f.input ("v").end ();
    f.input ("m").end ();
    const hostcuda::Counters before = counters ();
    f.launch ().play ();
    while (f.launch ().pull_sample ()) {
    }
    const hostcuda::Counters after = counters ();
    return Cost{after.launches - before.launches, after.bytes_copied - before.bytes_copied};
  };
  for (const char *options : {"", "foreground=estimate"}) {
    const Cost few = cost (2, options), more = cost (6, options);
    EXPECT_EQ (more.launches - few.launches, 4u * 4) << options;
    EXPECT_LT (more.bytes - few.bytes, 4u * 640 * 480 / 4) << options;
  }
}

TEST_F (CudaMatte, GoesIntoAGridInCudaMemory)
{
  const std::string line =
      "quadmux-grid name=g ! " + std::string{kOnlyCuda} + ",format=NV12,width=128,height=96 ! " +
      kDownload + kSink + " quadmatterefine name=r refine=none smoothing=0 ! " + kOnlyCuda +
      ",format=RGBA ! g. " + masks () + source ("NV12", 64, 48, kFrames) + kUpload + "r.sink";
  EXPECT_EQ (frames_of (line).size (), std::size_t{kFrames});
}

// Each call of the driver fails once, at each time: the stream goes on or ends with an error.
TEST_F (CudaMatte, AnyCallMayFail)
{
  fails_ = true;
  for (const char *name : {"cuLaunchKernel", "cuMemAlloc", "cuMemcpy2DAsync", "cuModuleGetFunction",
                           "cuMemAllocHost", "cuStreamSynchronize"})
    for (unsigned nth = 1; nth < 12; nth++) {
      SCOPED_TRACE (std::string{name} + " " + std::to_string (nth));
      Fed f (
          "quadmatterefine name=r foreground=estimate ! video/x-raw(memory:CUDAMemory),"
          "format=RGBA ! " +
          std::string{kSink} + " appsrc name=v ! r.sink appsrc name=m ! r.mask");
      f.allow_leaks ();
      f.input ("v").in_cuda ("format=NV12,width=64,height=48");
      f.input ("m").on_host ("format=GRAY8,width=16,height=16");
      for (std::uint64_t n = 0; n < 3; n++) {
        f.input ("v").push (90, n);
        f.input ("m").push (200, n);
      }
      f.input ("v").end ();
      f.input ("m").end ();
      hostcuda::reset ();
      hostcuda::fail_next (name, nth, CUDA_ERROR_OUT_OF_MEMORY);
      f.launch ().play ();
      int frames = 0;
      while (f.launch ().pull_sample ()) frames++;
      EXPECT_TRUE (frames == 3 || !f.launch ().error ().empty ());
      hostcuda::fail_everything (0);
    }
}

}  // namespace
