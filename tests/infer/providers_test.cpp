// The choice of the provider, with the double of ONNX Runtime.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>

#include "fake.h"
#include "infer/providers.h"

// Whether the driver of NVIDIA is found, whatever this machine has. Linked with --wrap=dlopen.
static bool has_driver = false;

extern "C" {
void *__real_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags)
{
  if (!name || std::strcmp (name, "libcuda.so.1") != 0) return __real_dlopen (name, flags);
  return has_driver ? __real_dlopen (QUAD_FAKE_ORT, flags) : nullptr;
}
}

namespace quad::infer {
namespace {

using Kind = Problem::Kind;

constexpr char kAll[] = "TensorrtExecutionProvider,CUDAExecutionProvider,CPUExecutionProvider";
constexpr char kMissing[] = "Failed to load library libcudnn.so.9: no such file";

class ProvidersTest : public FakeRuntime {
 protected:
  void SetUp () override { has_driver = false; }

  const Settings automatic_ = settings (kMeanModel, Provider::automatic);
};

TEST_F (ProvidersTest, ByName)
{
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  Settings s = settings (kMeanModel, Provider::cuda);
  s.device_id = 3;
  s.cache_dir = folder_.path () + "/cache";
  auto model = opened (s);
  ASSERT_TRUE (model);
  EXPECT_EQ (model->provider (), Provider::cuda);
  EXPECT_TRUE (contains (session (), "device_id=3 ")) << session ();
  EXPECT_FALSE (contains (session (), "trt_")) << session ();
  s.provider = Provider::tensorrt;
  model = opened (s);
  ASSERT_TRUE (model);
  EXPECT_EQ (model->provider (), Provider::tensorrt);
  EXPECT_TRUE (contains (session (), "trt_engine_cache_enable=1 ")) << session ();
  EXPECT_TRUE (contains (session (), "trt_engine_cache_path=" + s.cache_dir + " ")) << session ();
  s.cache_dir.clear ();
  opened (s);
  EXPECT_FALSE (contains (session (), "trt_")) << session ();
}

TEST_F (ProvidersTest, ARuntimeWithoutTheNamedOne)
{
  for (const auto &[provider, name] :
       {std::pair{Provider::cuda, "cuda"}, std::pair{Provider::tensorrt, "tensorrt"}}) {
    const Problem problem = problem_of (settings (kMeanModel, provider));
    EXPECT_EQ (problem.kind, Kind::no_provider);
    EXPECT_TRUE (problem.text.starts_with (std::string ("ONNX Runtime 1.99.0 is built without ") +
                                           name + ". Install an ONNX Runtime that is built with"))
        << problem.text;
  }
}

TEST_F (ProvidersTest, ADeviceThatIsMissing)
{
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  for (const char *name : {"QUAD_FAKE_ORT_DEVICE_ERROR", "QUAD_FAKE_ORT_SESSION_ERROR"}) {
    const Variable error (name, "CUDA failure 100: no CUDA-capable device is detected");
    const Problem problem = problem_of (settings (kMeanModel, Provider::cuda));
    EXPECT_EQ (problem.kind, Kind::no_provider);
    EXPECT_TRUE (problem.text.starts_with (
        "ONNX Runtime 1.99.0 cannot use cuda: CUDA failure 100: no CUDA-capable device is "
        "detected. Install "))
        << problem.text;
    const auto model = opened (automatic_);
    ASSERT_TRUE (model);
    EXPECT_EQ (model->provider (), Provider::cpu);
  }
}

TEST_F (ProvidersTest, AutomaticTakesCudaButNotTensorRt)
{
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  const auto model = opened (automatic_);
  ASSERT_TRUE (model);
  EXPECT_EQ (model->provider (), Provider::cuda);
  EXPECT_EQ (model->warning (), "");
}

TEST_F (ProvidersTest, AutomaticWarnsWhereThereIsAGpu)
{
  has_driver = true;
  ASSERT_TRUE (machine_has_nvidia ());
  auto model = opened (automatic_);
  ASSERT_TRUE (model);
  EXPECT_EQ (model->provider (), Provider::cpu);
  EXPECT_TRUE (model->warning ().starts_with (
      "ONNX Runtime 1.99.0 is built without cuda. So the CPU runs the model. Install "))
      << model->warning ();

  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  const Variable error ("QUAD_FAKE_ORT_DEVICE_ERROR", kMissing);
  model = opened (automatic_);
  ASSERT_TRUE (model);
  EXPECT_EQ (model->provider (), Provider::cpu);
  EXPECT_TRUE (contains (model->warning (), kMissing)) << model->warning ();
}

TEST_F (ProvidersTest, AutomaticIsSilentWithoutAGpu)
{
  if (machine_has_nvidia ()) GTEST_SKIP () << "this machine has a GPU";
  EXPECT_EQ (opened (automatic_)->warning (), "");
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  const Variable error ("QUAD_FAKE_ORT_DEVICE_ERROR", kMissing);
  EXPECT_EQ (opened (automatic_)->warning (), "");
  EXPECT_TRUE (lines_.has (Severity::info, kMissing));
}

TEST_F (ProvidersTest, AutomaticWithoutMemoryOnTheDevice)
{
  has_driver = true;
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  const Variable error ("QUAD_FAKE_ORT_SESSION_ERROR", "CUDA failure 2: out of memory");
  const auto model = opened (automatic_);
  ASSERT_TRUE (model);
  EXPECT_EQ (model->provider (), Provider::cpu);
  EXPECT_TRUE (contains (model->warning (), "out of memory. So the CPU runs the model."))
      << model->warning ();
  EXPECT_FALSE (contains (model->warning (), "Install")) << model->warning ();
  EXPECT_EQ (problem_of (settings (kMeanModel, Provider::cuda)).kind, Kind::out_of_memory);
}

// A bad model is no reason to try the CPU.
TEST_F (ProvidersTest, AutomaticAndABadModel)
{
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  EXPECT_EQ (problem_of (settings ("rubbish", Provider::automatic)).kind, Kind::no_model);
}

TEST_F (ProvidersTest, AFailingRunNamesTheProvider)
{
  const Variable all ("QUAD_FAKE_ORT_PROVIDERS", kAll);
  const auto model =
      opened (settings ("fake-model\noperation fail-run 1 CUDA failure 700\n", Provider::cuda));
  ASSERT_TRUE (model);
  const Problem problem = model->run ({}, {});
  EXPECT_EQ (problem.kind, Kind::failed);
  EXPECT_TRUE (contains (problem.text, "cannot be run with cuda: CUDA failure 700."))
      << problem.text;
}

}  // namespace
}  // namespace quad::infer
