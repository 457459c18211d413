// The elements without a CUDA driver, or with one that finds no GPU.
#include "elements/cuda/pipeline.h"
#include "glue/device.h"

using namespace quad::test;
using quad::Owned;

namespace {

class CudaAbsent : public testing::Test {
 protected:
  void SetUp () override
  {
    std::string why;
    const bool available = quad::device_available (why);
    // Set for the run on the driver's double: see meson.build.
    if (g_getenv ("HOSTCUDA_DEVICES")) {
      ASSERT_FALSE (available);
      EXPECT_NE (why.find ("driver"), std::string::npos) << why;
    } else if (available) {
      GTEST_SKIP () << "this machine has an NVIDIA driver";
    }
  }
};

TEST_F (CudaAbsent, TemplatesHaveSystemMemoryAlone)
{
  struct {
    const char *name;
    int templates;
  } elements[] = {{"quaddownscale", 2}, {"quadmux-grid", 3}};
  for (const auto &[name, count] : elements) {
    const Owned<GstElementFactory> factory{gst_element_factory_find (name)};
    ASSERT_TRUE (factory) << name;
    int templates = 0;
    for (const GList *l = gst_element_factory_get_static_pad_templates (factory.get ()); l;
         l = l->next) {
      GstCaps *caps =
          gst_static_pad_template_get_caps (static_cast<GstStaticPadTemplate *> (l->data));
      const std::string text = to_string (caps);
      gst_caps_unref (caps);
      EXPECT_EQ (text.find ("CUDA"), std::string::npos) << text;
      EXPECT_NE (text.find ("video/x-raw"), std::string::npos) << text;
      templates++;
    }
    EXPECT_EQ (templates, count) << name;
    const Owned<GstElement> element{
        GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make (name, nullptr)))};
    for (const GList *l = gst_element_get_pad_template_list (element.get ()); l; l = l->next) {
      const Owned<GstCaps> caps{gst_pad_template_get_caps (GST_PAD_TEMPLATE (l->data))};
      EXPECT_EQ (to_string (caps.get ()).find ("CUDA"), std::string::npos);
    }
  }
}

TEST_F (CudaAbsent, TheDeviceIdCanBeSetAllTheSame)
{
  struct {
    const char *name;
    int templates;
  } elements[] = {{"quaddownscale", 2}, {"quadmux-grid", 3}};
  for (const auto &[name, count] : elements) {
    const Owned<GstElement> element{
        GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make (name, nullptr)))};
    g_object_set (element.get (), "cuda-device-id", 3, nullptr);
    gint id = 0;
    g_object_get (element.get (), "cuda-device-id", &id, nullptr);
    EXPECT_EQ (id, 3);
  }
}

TEST_F (CudaAbsent, PipelinesWork)
{
  const Frames frames =
      frames_of ("quadmux-grid cuda-device-id=1 name=grid ! " + std::string{kSink} + " " +
                 source ("NV12", 64, 48, 3) + "quaddownscale cuda-device-id=0 ! grid.");
  ASSERT_EQ (frames.size (), 3u);
  EXPECT_FALSE (frames[0].cuda_caps || frames[0].cuda_memory);
  EXPECT_EQ (frames[0].width, 64);
}

// The context of another kind of element is ignored.
TEST_F (CudaAbsent, ContextsAreTaken)
{
  Launch p (source ("NV12", 64, 48, 3) + "quaddownscale ! quadmux-grid name=grid ! " + kSink);
  GstContext *context = gst_context_new ("gst.cuda.context", TRUE);
  gst_element_set_context (p.get (), context);
  gst_context_unref (context);
  EXPECT_EQ (p.run ().size (), 3u);
  EXPECT_EQ (p.error (), "");
}

}  // namespace
