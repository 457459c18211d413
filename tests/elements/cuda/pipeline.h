// Pipelines on the CUDA driver's double, for the tests of frames in CUDA memory.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "core/format.h"
#include "cuda/driver.h"
#include "support/frame_bytes.h"
#include "support/gst_helpers.h"
#include "support/hostcuda/hostcuda.h"
#include "support/messages.h"

namespace quad::test {

inline constexpr const char *kUpload = "cudaupload ! video/x-raw(memory:CUDAMemory) ! ";
inline constexpr const char *kDownload = "cudadownload ! video/x-raw ! ";
inline constexpr const char *kSink = "appsink name=out sync=false";

// The formats that CUDA memory of this GStreamer holds, by the table.
inline std::vector<const char *> formats_in_cuda_memory ()
{
  guint major, minor, micro, nano;
  gst_version (&major, &minor, &micro, &nano);
  std::vector<const char *> names;
  for (const FormatInfo &f : all_formats ())
    if (f.in_cuda_since > 0 && static_cast<guint> (f.in_cuda_since) <= minor)
      names.push_back (f.name);
  return names;
}
inline const std::vector<const char *> kCudaFormats = formats_in_cuda_memory ();

// A moving pattern in which neighbouring samples differ; the same in every run. YUY2 and UYVY get
// an even width: of an odd one videotestsrc does not write the last V, and cudaupload does not copy
// it.
inline std::string source (const std::string &format, int width, int height, int count,
                           const std::string &more = "")
{
  if (format == "YUY2" || format == "UYVY") width += width % 2;
  return "videotestsrc pattern=zone-plate kx2=30 ky2=20 kt=9 num-buffers=" +
         std::to_string (count) + " " + more + " ! video/x-raw,framerate=10/1,format=" + format +
         ",width=" + std::to_string (width) + ",height=" + std::to_string (height) + " ! ";
}

struct Frame {
  std::vector<guint8> bytes;
  GstClockTime pts = 0, duration = 0;
  int width = 0, height = 0;
  std::string format;
  bool cuda_caps = false;
  bool cuda_memory = false;

  bool operator== (const Frame &) const = default;
};
using Frames = std::vector<Frame>;

inline Frame frame_of (GstSample *sample)
{
  GstCaps *caps = gst_sample_get_caps (sample);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, caps)) g_error ("no video");
  Frame f;
  f.pts = GST_BUFFER_PTS (buffer);
  f.duration = GST_BUFFER_DURATION (buffer);
  f.width = info.width;
  f.height = info.height;
  f.format = gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&info));
  f.cuda_caps = gst_caps_features_contains (gst_caps_get_features (caps, 0), "memory:CUDAMemory");
  f.cuda_memory = gst_is_cuda_memory (gst_buffer_peek_memory (buffer, 0));
  f.bytes = bytes_of (info, buffer);
  return f;
}

// A pipeline from a launch line, which may end in kSink.
class Launch {
 public:
  explicit Launch (const std::string &line)
  {
    GError *error = nullptr;
    GstElement *made = gst_parse_launch (line.c_str (), &error);
    if (error) g_error ("%s: %s", line.c_str (), error->message);
    pipeline_.reset (GST_ELEMENT (gst_object_ref_sink (made)));
    messages_.emplace (get ());
    out_ = element ("out");
  }
  ~Launch ()
  {
    stop ();
    // A thread of GStreamer that was changing a state may hold the pipeline and its contents a
    // little longer.
    for (int ms = 0; ms < 30000 && GST_OBJECT_REFCOUNT_VALUE (get ()) > 1; ms++) g_usleep (1000);
  }
  Launch (const Launch &) = delete;
  Launch &operator= (const Launch &) = delete;

  GstElement *get () const { return pipeline_.get (); }
  GstBus *bus () const { return messages_->bus (); }
  GstElement *out () const { return out_.get (); }
  Owned<GstElement> element (const char *name) const
  {
    return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (get ()), name)};
  }
  Owned<GstPad> pad (const char *name, const char *pad) const
  {
    return Owned<GstPad>{gst_element_get_static_pad (element (name).get (), pad)};
  }

  void play () { gst_element_set_state (get (), GST_STATE_PLAYING); }
  void stop ()
  {
    messages_->take ();
    gst_element_set_state (get (), GST_STATE_NULL);
  }

  // The next sample; none at the end or after an error.
  Owned<GstSample> pull_sample ()
  {
    for (int tries = 0; tries < 3000; tries++) {
      Owned<GstSample> sample{
          gst_app_sink_try_pull_sample (GST_APP_SINK (out ()), 10 * GST_MSECOND)};
      if (sample) return sample;
      if (!error ().empty ()) return nullptr;
      if (gst_app_sink_is_eos (GST_APP_SINK (out ()))) {
        eos_ = true;
        return nullptr;
      }
    }
    ADD_FAILURE () << "no frame, no end and no error in 30 seconds";
    return nullptr;
  }
  bool pull (Frame &frame)
  {
    const Owned<GstSample> sample = pull_sample ();
    if (sample) frame = frame_of (sample.get ());
    return bool (sample);
  }
  // Plays to the end.
  Frames run ()
  {
    play ();
    Frames all;
    for (Frame f; pull (f);) all.push_back (std::move (f));
    return all;
  }

  // The first error posted so far, and who posted it.
  std::string error () { return first_error ().text; }
  std::string failed_element () { return first_error ().element; }
  Messages::Error first_error ()
  {
    messages_->take ();
    return messages_->first_error ();
  }
  auto errors_of (const std::string &name) const { return messages_->errors_of (name); }
  const std::vector<std::string> &infos ()
  {
    messages_->take ();
    return messages_->infos ();
  }
  const std::vector<std::string> &warnings ()
  {
    messages_->take ();
    return messages_->warnings ();
  }
  bool eos () const { return eos_; }

 private:
  Owned<GstElement> pipeline_, out_;
  std::optional<Messages> messages_;
  bool eos_ = false;
};

inline Frames frames_of (const std::string &line)
{
  Launch launch (line);
  const Frames frames = launch.run ();
  EXPECT_EQ (launch.error (), "") << line;
  EXPECT_TRUE (launch.eos ()) << line;
  return frames;
}

// Frames in CUDA memory of a context that the test has chosen.
class CudaMaker {
 public:
  // A pool of `count` buffers, or of as many as needed.
  CudaMaker (GstCudaContext *context, const std::string &caps, guint count = 0)
      : info_{info_of_caps (caps)}
  {
    pool_.reset (gst_cuda_buffer_pool_new (context));
    GstStructure *config = gst_buffer_pool_get_config (pool_.get ());
    gst_buffer_pool_config_set_params (config, caps_of (caps).get (),
                                       static_cast<guint> (GST_VIDEO_INFO_SIZE (&info_)), count,
                                       count);
    gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    if (!gst_buffer_pool_set_config (pool_.get (), config) ||
        !gst_buffer_pool_set_active (pool_.get (), TRUE))
      g_error ("no pool");
  }
  ~CudaMaker () { gst_buffer_pool_set_active (pool_.get (), FALSE); }
  CudaMaker (const CudaMaker &) = delete;
  CudaMaker &operator= (const CudaMaker &) = delete;

  // Frame `n` of 10 a second, a copy of the host's `picture`.
  Owned<GstBuffer> make (GstBuffer *picture, std::uint64_t n)
  {
    GstBuffer *made = nullptr;
    if (gst_buffer_pool_acquire_buffer (pool_.get (), &made, nullptr) != GST_FLOW_OK)
      g_error ("no buffer");
    GstVideoFrame from, to;
    if (!gst_video_frame_map (&from, &info_, picture, GST_MAP_READ) ||
        !gst_video_frame_map (&to, &info_, made, GST_MAP_WRITE))
      g_error ("cannot map");
    gst_video_frame_copy (&to, &from);
    gst_video_frame_unmap (&to);
    gst_video_frame_unmap (&from);
    // Uploads it now, so that no element has to.
    GstMapInfo map;
    if (!gst_buffer_map (made, &map, both (GST_MAP_READ, int{GST_MAP_FLAG_LAST} << 1)))
      g_error ("cannot map");
    gst_buffer_unmap (made, &map);
    GST_BUFFER_PTS (made) = n * GST_SECOND / 10;
    GST_BUFFER_DURATION (made) = GST_SECOND / 10;
    return Owned<GstBuffer>{made};
  }
  // A plain one.
  Owned<GstBuffer> make (int value, std::uint64_t n)
  {
    return make (painted (info_, [value] (int, int, int, int) { return value; }).get (), n);
  }

 private:
  static GstMapFlags both (int a, int b) { return static_cast<GstMapFlags> (a | b); }

  GstVideoInfo info_;
  Owned<GstBufferPool> pool_;
};

// Each test starts with fresh counters, and leaves nothing behind.
class CudaTest : public testing::Test {
 protected:
  void SetUp () override
  {
    // Loads nvcodec, which looks at the device, and the quad plugin.
    for (const char *name : {"cudaupload", "cudadownload", "quaddownscale", "quadmux-grid"}) {
      const Owned<GstElement> made{gst_element_factory_make (name, nullptr)};
      ASSERT_TRUE (made) << name << " is not registered";
      gst_object_ref_sink (made.get ());
    }
    hostcuda::reset ();
    before_ = hostcuda::counters ();
  }
  void TearDown () override
  {
    hostcuda::fail_everything (0);
    expect_nothing_left ();
  }
  // A pipeline keeps the context it was given until it is destroyed.
  void expect_nothing_left (std::uint64_t contexts = 0) const
  {
    const hostcuda::Counters now = hostcuda::counters ();
    EXPECT_EQ (now.live_allocations, before_.live_allocations);
    EXPECT_EQ (now.live_bytes, before_.live_bytes);
    EXPECT_EQ (now.live_host_allocations, before_.live_host_allocations);
    EXPECT_EQ (now.live_contexts, before_.live_contexts + contexts);
    EXPECT_EQ (now.live_streams, before_.live_streams);
    EXPECT_EQ (now.live_events, before_.live_events);
    EXPECT_EQ (now.live_modules, before_.live_modules);
    EXPECT_EQ (now.misuses, misuses_);
    // Objects that a context destroys with itself are not live, but they were leaked all the same.
    if (fails_) return;
    EXPECT_EQ (calls_of_both ("cuStreamCreate", "cuStreamDestroy"), 0);
    EXPECT_EQ (calls_of_both ("cuModuleLoadData", "cuModuleUnload"), 0);
    EXPECT_EQ (calls_of_both ("cuEventCreate", "cuEventDestroy"), 0);
    EXPECT_EQ (now.allocs, now.frees);
    EXPECT_EQ (now.out_of_bounds, 0u);
  }
  std::uint64_t misuses_ = 0;  // that the test means to bring about
  bool fails_ = false;         // the test makes calls fail

 private:
  static std::int64_t calls_of_both (const char *made, const char *ended)
  {
    return static_cast<std::int64_t> (hostcuda::calls (made) - hostcuda::calls (ended));
  }

  hostcuda::Counters before_ = {};
};

}  // namespace quad::test
