// Pipelines whose frames a test makes itself, in CUDA memory or not.
#pragma once

#include <map>

#include "elements/cuda/pipeline.h"

namespace quad::test {

inline constexpr const char *kRate = ",framerate=10/1";

// The frames of one appsrc.
class Input {
 public:
  Input (GstElement *appsrc, GstCudaContext *context)
      : appsrc_{GST_ELEMENT (gst_object_ref (appsrc))},
        context_{context ? GST_CUDA_CONTEXT (gst_object_ref (context)) : nullptr}
  {
    g_object_set (appsrc, "format", GST_FORMAT_TIME, "max-bytes", guint64{0}, nullptr);
  }

  // Puts the next frames into CUDA memory, from a pool of `count` buffers or as many as needed.
  void in_cuda (const std::string &caps, guint count = 0)
  {
    caps_ = "video/x-raw(memory:CUDAMemory)," + caps + kRate;
    maker_ = std::make_unique<CudaMaker> (context_.get (), caps_, count);
  }
  void on_host (const std::string &caps)
  {
    caps_ = "video/x-raw," + caps + kRate;
    maker_.reset ();
  }
  GstVideoInfo info () const { return info_of_caps (caps_); }

  // Frame `n`, a copy of `picture`, which lies on the host.
  Owned<GstBuffer> make (Owned<GstBuffer> picture, std::uint64_t n)
  {
    if (maker_) return maker_->make (picture.get (), n);
    GST_BUFFER_PTS (picture.get ()) = n * GST_SECOND / 10;
    GST_BUFFER_DURATION (picture.get ()) = GST_SECOND / 10;
    return picture;
  }
  // A plain one.
  Owned<GstBuffer> make (int value, std::uint64_t n)
  {
    return make (painted (info (), [value] (int, int, int, int) { return value; }), n);
  }
  void push (Owned<GstBuffer> buffer)
  {
    const Owned<GstSample> sample{
        gst_sample_new (buffer.get (), caps_of (caps_).get (), nullptr, nullptr)};
    buffer.reset ();
    gst_app_src_push_sample (GST_APP_SRC (appsrc_.get ()), sample.get ());
  }
  void push (int value, std::uint64_t n) { push (make (value, n)); }
  void end () { gst_app_src_end_of_stream (GST_APP_SRC (appsrc_.get ())); }
  GstElement *element () const { return appsrc_.get (); }

 private:
  Owned<GstElement> appsrc_;
  Owned<GstCudaContext> context_;
  std::string caps_;
  std::unique_ptr<CudaMaker> maker_;
};

// As an application does.
inline void give_context (GstElement *element, GstCudaContext *cuda)
{
  GstContext *context = gst_context_new_cuda_context (cuda);
  gst_element_set_context (element, context);
  gst_context_unref (context);
}

// A pipeline with appsrcs, in a context of the test's.
class Fed {
 public:
  explicit Fed (const std::string &line)
      : context_{gst_cuda_context_new (0)}, launch_{std::make_unique<Launch> (line)}
  {
    give_context (launch_->get (), context_.get ());
  }
  // Only the context may still exist.
  ~Fed ()
  {
    launch_->stop ();
    inputs_.clear ();
    launch_.reset ();
    if (leaks_) return;
    const hostcuda::Counters now = hostcuda::counters ();
    EXPECT_EQ (now.live_allocations, 0u);
    EXPECT_EQ (now.live_streams, 0u);
    EXPECT_EQ (now.live_modules, 0u);
    EXPECT_EQ (now.live_events, 0u);
  }
  // Call it if a failure that the test causes keeps things from being freed.
  void allow_leaks () { leaks_ = true; }

  Launch &launch () { return *launch_; }
  GstCudaContext *context () const { return context_.get (); }

  // The appsrc of that name.
  Input &input (const std::string &name)
  {
    std::unique_ptr<Input> &in = inputs_[name];
    if (!in)
      in = std::make_unique<Input> (launch_->element (name.c_str ()).get (), context_.get ());
    return *in;
  }
  // A new appsrc at a new pad of the element `to`.
  Input &add (const std::string &name, const char *to)
  {
    GstElement *made = gst_element_factory_make ("appsrc", name.c_str ());
    // Set up before it is in the bin: a bin on its way to PLAYING starts new elements.
    std::unique_ptr<Input> &in = inputs_[name];
    in = std::make_unique<Input> (made, context_.get ());
    gst_bin_add (GST_BIN (launch_->get ()), made);
    if (!gst_element_link (made, launch_->element (to).get ())) g_error ("cannot link");
    gst_element_sync_state_with_parent (made);
    return *in;
  }
  // Removes an input and its pad.
  void remove (const std::string &name, const char *from)
  {
    const Owned<GstElement> appsrc = launch_->element (name.c_str ());
    const Owned<GstPad> src{gst_element_get_static_pad (appsrc.get (), "src")};
    const Owned<GstPad> sink{gst_pad_get_peer (src.get ())};
    gst_element_set_locked_state (appsrc.get (), TRUE);
    gst_element_set_state (appsrc.get (), GST_STATE_NULL);
    gst_pad_unlink (src.get (), sink.get ());
    gst_element_release_request_pad (launch_->element (from).get (), sink.get ());
    gst_bin_remove (GST_BIN (launch_->get ()), appsrc.get ());
    inputs_.erase (name);
  }
  bool pull (Frame &frame) { return launch_->pull (frame); }

 private:
  Owned<GstCudaContext> context_;
  std::unique_ptr<Launch> launch_;
  bool leaks_ = false;
  std::map<std::string, std::unique_ptr<Input>> inputs_;
};

}  // namespace quad::test
