// quadmatte: what fails is said once, in sentences that say what to do.
#include <dlfcn.h>

#include <cstring>

#include "elements/matte/harness.h"

namespace {

// Whether the driver of NVIDIA is found: as this machine has it, never, or always.
enum class Driver { real, absent, present } driver = Driver::real;

}  // namespace

// Replaces the C library's function in the whole process.
extern "C" void *dlopen (const char *name, int flags)
{
  static const auto real = reinterpret_cast<decltype (&dlopen)> (dlsym (RTLD_NEXT, "dlopen"));
  if (!name || driver == Driver::real || std::strcmp (name, "libcuda.so.1") != 0)
    return real (name, flags);
  return driver == Driver::present ? real ("libm.so.6", flags) : nullptr;
}

namespace quad::test {
namespace {

struct Said {
  std::string error, warning;
  bool once = true;
  GQuark domain = 0;
  int code = 0;
};

// What an element says when it starts, and with a frame, and whether it frees all.
Said said_with (const std::string &properties, bool with_frame = true)
{
  const Owned<GstElement> element{GST_ELEMENT (
      gst_object_ref_sink (gst_parse_launch (("quadmatte " + properties).c_str (), nullptr)))};
  const Owned<GstBus> bus{gst_bus_new ()};
  gst_element_set_bus (element.get (), bus.get ());
  if (gst_element_set_state (element.get (), GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE &&
      with_frame) {
    const Harness h{gst_harness_new_with_element (element.get (), "sink", "src")};
    const std::string caps = raw ("I420", 16, 12);
    gst_harness_set_src_caps (h.get (), caps_of (caps).release ());
    for (int n = 0; n < 2; n++)
      gst_harness_push (h.get (), plain (info_of_caps (caps), 99).release ());
    gst_element_set_bus (element.get (), bus.get ());
  }
  gst_element_set_state (element.get (), GST_STATE_NULL);
  Said said;
  // gst_bus_pop_filtered of GStreamer 1.26 frees other messages under the bus's lock; the last one
  // of a pad unlinks that, which posts.
  while (const Owned<GstMessage> m{gst_bus_pop (bus.get ())}) {
    if (!(GST_MESSAGE_TYPE (m.get ()) & (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))) continue;
    GError *error = nullptr;
    const bool fatal = GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_ERROR;
    if (fatal)
      gst_message_parse_error (m.get (), &error, nullptr);
    else
      gst_message_parse_warning (m.get (), &error, nullptr);
    std::string &text = fatal ? said.error : said.warning;
    said.once = said.once && text.empty ();
    text = error->message;
    if (fatal) said.domain = error->domain, said.code = error->code;
    g_error_free (error);
  }
  gst_bus_set_flushing (bus.get (), TRUE);
  return said;
}

class MatteErrors : public testing::Test {
 protected:
  // The environment of the runtime lives on.
  MatteErrors ()
  {
    const ModelFile first (model_of ("mean"));
    said_with ("model-file=" + first.file ());
    live_ = quad_fake_ort_live ();
    quad_fake_ort_reset ();
  }
  void TearDown () override
  {
    EXPECT_EQ (quad_fake_ort_live (), live_);
    driver = Driver::real;
  }

  static Said with_model (const std::string &model, const std::string &more = "",
                          bool with_frame = true)
  {
    const ModelFile file (model);
    return said_with ("model-file=" + file.file () + " " + more, with_frame);
  }
  int live_ = 0;
};

void expect_error (const Said &said, std::initializer_list<const char *> parts, GQuark domain,
                   int code)
{
  for (const char *part : parts) EXPECT_TRUE (contains (said.error, part)) << said.error;
  EXPECT_TRUE (said.once) << said.error;
  EXPECT_TRUE (said.error.ends_with (".")) << said.error;
  EXPECT_EQ (said.domain, domain) << said.error;
  EXPECT_EQ (said.code, code) << said.error;
}

TEST_F (MatteErrors, Files)
{
  const GQuark of = GST_RESOURCE_ERROR;
  expect_error (said_with (""), {"set model-file to an ONNX model", "quad-models fetch"}, of,
                GST_RESOURCE_ERROR_SETTINGS);
  expect_error (said_with ("model-file=/nowhere/model.onnx"), {"/nowhere/model.onnx"}, of,
                GST_RESOURCE_ERROR_OPEN_READ);
  expect_error (said_with ("model-file=/"), {}, of, GST_RESOURCE_ERROR_OPEN_READ);
  expect_error (with_model ("This is a text."), {"model.onnx"}, of, GST_RESOURCE_ERROR_OPEN_READ);
  expect_error (with_model (""), {"model.onnx"}, of, GST_RESOURCE_ERROR_OPEN_READ);
}

TEST_F (MatteErrors, ModelsThatMakeNoMask)
{
  struct Row {
    std::string model;
    std::initializer_list<const char *> says;
  };
  const std::string one = "fake-model\ninput a float32 1x3x8x8\n";
  const std::string mask = "output mask float32 1x1x8x8\n";
  for (const Row &row : {
           Row{one + "input b float32 1x3x8x8\ninput c float32 1\ninput d int64 -\n" + mask,
               {"it has 4 inputs, and one is wanted, the picture.", "a (1x3x8x8)", "d ("}},
           Row{"fake-model\n" + mask, {"it has 0 inputs"}},
           Row{"fake-model\ninput a float32 1x1x8x8\n" + mask,
               {"its input a has the shape 1x1x8x8", "1x3xHEIGHTxWIDTH"}},
           Row{"fake-model\ninput a float32 2x3x8x8\n" + mask, {"2x3x8x8"}},
           Row{"fake-model\ninput a float32 1x3x8\n" + mask, {"1x3x8"}},
           Row{"fake-model\ninput a float32 -\n" + mask, {"its input a has the shape"}},
           Row{"fake-model\ninput a float32 1x3x20000x8\n" + mask, {"1x3x20000x8"}},
           Row{"fake-model\ninput a float32 1x3x0x8\n" + mask, {"1x3x0x8"}},
           Row{"fake-model\ninput a int64 1x3x8x8\n" + mask,
               {"its input a has elements of int64, which are neither float32 nor uint8."}},
           Row{"fake-model\ninput a float16 1x3x8x8\n" + mask, {"of float16, which are neither"}},
           Row{"fake-model\ninput a string 1x3x8x8\n" + mask, {"neither float32 nor uint8."}},
           Row{one, {"it has no output."}},
           Row{one + "output mask float32 1x3x8x8\n",
               {"its first output mask has the shape 1x3x8x8", "1x1xHEIGHTxWIDTH"}},
           Row{one + "output mask float32 1000\n", {"1000"}},
           Row{one + "output mask int64 1x1x8x8\n",
               {"its first output mask has elements of int64, which are neither float32 nor "
                "uint8."}},
       }) {
    const Said said = with_model (row.model + "operation fill 1\n");
    expect_error (said, row.says, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
    EXPECT_TRUE (contains (said.error, "model.onnx makes no mask of a picture: ")) << said.error;
  }
}

TEST_F (MatteErrors, Failures)
{
  expect_error (with_model ("fake-model\noperation fail-load 7 Broken.\n"), {"Broken."},
                GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  expect_error (with_model (model_of ("fail-run 1 No such kernel")), {"No such kernel."},
                GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED);
  for (const char *words : {"Failed to allocate memory for requested buffer", "std::bad_alloc"}) {
    expect_error (with_model (std::string ("fake-model\noperation fail-load 1 ") + words + "\n"),
                  {words}, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
    expect_error (with_model (model_of (std::string ("fail-run 1 ") + words)), {words},
                  GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  }
}

// Each call of the runtime in turn: one error, nothing is left behind, and the next start works.
TEST_F (MatteErrors, EveryCallThatCanFail)
{
  const ModelFile file (model_of ("mean"));
  const std::string properties = "model-file=" + file.file ();
  quad_fake_ort_reset ();
  ASSERT_EQ (said_with (properties).error, "");
  const int calls = quad_fake_ort_calls ();
  ASSERT_GT (calls, 10);
  for (int n = 1; n <= calls; n++) {
    quad_fake_ort_reset ();
    const Variable failing ("QUAD_FAKE_ORT_FAIL", std::to_string (n));
    const Said said = said_with (properties);
    EXPECT_TRUE (said.once) << n << " " << said.error;
    EXPECT_NE (said.error + said.warning, "") << n;
    EXPECT_EQ (quad_fake_ort_live (), live_) << n << " " << said.error;
  }
  quad_fake_ort_reset ();
  EXPECT_EQ (said_with (properties).error, "");
}

TEST_F (MatteErrors, InTheMiddleOfAStream)
{
  Matte m (model_of ("fill 1"), raw ("I420", 16, 12));
  m.show (plain (m.in (), 99));
  {
    quad_fake_ort_reset ();
    const Variable failing ("QUAD_FAKE_ORT_FAIL", "1");
    EXPECT_EQ (m.push (plain (m.in (), 99)), GST_FLOW_ERROR);
  }
  EXPECT_TRUE (contains (m.bus ().error (), "model.onnx cannot be run with cpu: "));
  EXPECT_EQ (m.bus ().error (), "");
  EXPECT_FALSE (m.pull ());
}

TEST_F (MatteErrors, ABufferThatIsTooSmall)
{
  for (const char *out : {"A420", "GRAY8"}) {
    Matte m (model_of ("fill 1"), raw ("I420", 16, 12), std::string ("video/x-raw,format=") + out);
    EXPECT_EQ (m.push (Owned<GstBuffer>{gst_buffer_new_allocate (nullptr, 10, nullptr)}),
               GST_FLOW_ERROR);
    const std::string error = m.bus ().error ();
    EXPECT_TRUE (contains (error, "A video buffer does not hold the frame that its caps describe"))
        << error;
    EXPECT_TRUE (contains (error, "The element before quadmatte is at fault.")) << error;
    EXPECT_EQ (m.bus ().error (), "");
  }
}

// --- Compute units ---

TEST_F (MatteErrors, UnitsThatAreAskedForByName)
{
  for (const char *unit : {"cuda", "tensorrt"}) {
    const Said said = with_model (model_of ("mean"), std::string ("execution-provider=") + unit);
    expect_error (said, {"is built without", "Install an ONNX Runtime", "Or use the CPU."},
                  GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    const Variable all ("QUAD_FAKE_ORT_PROVIDERS",
                        "TensorrtExecutionProvider,CUDAExecutionProvider,CPUExecutionProvider");
    EXPECT_EQ (with_model (model_of ("mean"), std::string ("execution-provider=") + unit).error,
               "");
    const Variable broken ("QUAD_FAKE_ORT_DEVICE_ERROR", "libcudnn.so.9 is missing");
    expect_error (with_model (model_of ("mean"), std::string ("execution-provider=") + unit),
                  {"libcudnn.so.9 is missing", "Install an ONNX Runtime", "Or use the CPU."},
                  GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  }
}

TEST_F (MatteErrors, AutoWarnsOnlyWhereThereIsAnNvidiaGpu)
{
  if (access ("/dev/nvidia0", F_OK) == 0) GTEST_SKIP () << "This machine has one.";
  driver = Driver::absent;
  EXPECT_EQ (with_model (model_of ("mean")).warning, "");
  driver = Driver::present;
  const Said said = with_model (model_of ("mean"));
  EXPECT_EQ (said.error, "");
  EXPECT_TRUE (said.once);
  EXPECT_TRUE (contains (said.warning, "is built without cuda")) << said.warning;
  EXPECT_TRUE (contains (said.warning, "So the CPU runs the model.")) << said.warning;
  EXPECT_EQ (with_model (model_of ("mean"), "execution-provider=cpu").warning, "");
}

// Some libraries are opened only by the first run.
TEST_F (MatteErrors, AutoGoesOnWithTheCpuIfTheFirstRunFails)
{
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", "CUDAExecutionProvider,CPUExecutionProvider");
  const Variable broken ("QUAD_FAKE_ORT_RUN_ERROR", "libcudnn_ops.so.9 is missing");
  const Said said = with_model (model_of ("mean"));
  EXPECT_EQ (said.error, "");
  EXPECT_TRUE (said.once);
  for (const char *part :
       {"cannot be run with cuda", "libcudnn_ops.so.9 is missing", "So the CPU runs the model."})
    EXPECT_TRUE (contains (said.warning, part)) << said.warning;
  expect_error (with_model (model_of ("mean"), "execution-provider=cuda"),
                {"cannot be run with cuda", "libcudnn_ops.so.9 is missing"}, GST_STREAM_ERROR,
                GST_STREAM_ERROR_FAILED);
  // A model that fails everywhere is an error, and no warning.
  const Said fails = with_model (model_of ("fail-run 1 No such kernel"));
  EXPECT_TRUE (contains (fails.error, "No such kernel.")) << fails.error;
  EXPECT_EQ (fails.warning, "");
}

}  // namespace
}  // namespace quad::test
