// Each call of the runtime fails in turn: no crash, no leak, and a sentence for the user.
#include <gtest/gtest.h>

#include "fake.h"

namespace quad::infer {
namespace {

using FailuresTest = FakeRuntime;

// Opens a model and runs it. The first problem, or none.
Problem open_and_run (const Settings &settings, std::string &warning)
{
  Problem problem;
  const auto model = open (settings, {}, problem);
  EXPECT_EQ (model == nullptr, bool (problem));
  if (!model) return problem;
  warning = model->warning ();
  Data<float> picture{{1, 1, 1, 3}, {1, 2, 3}}, mask{{1, 1, 1, 1}, {0}};
  const Tensor in[] = {picture.tensor ()}, out[] = {mask.tensor ()};
  problem = model->run (in, out);
  EXPECT_TRUE (problem || mask.values[0] == 2.f);
  return problem;
}

// Fails the first call, then the second, until none is left. What can be done without says so in a
// warning. Counts the failures that stopped it.
int fail_all (const Settings &settings, int live)
{
  int stopped = 0;
  for (int n = 1;; n++) {
    const Variable failing ("QUAD_FAKE_ORT_FAIL", std::to_string (n));
    quad_fake_ort_reset ();
    std::string warning;
    const Problem problem = open_and_run (settings, warning);
    EXPECT_EQ (quad_fake_ort_live (), live) << "after the failure of call " << n;
    if (problem) {
      EXPECT_TRUE (contains (problem.text, "the double fails ")) << problem.text;
      EXPECT_TRUE (problem.text.ends_with (".")) << problem.text;
    }
    if (quad_fake_ort_calls () < n) {
      EXPECT_FALSE (problem);
      EXPECT_EQ (warning, "");
      return stopped;
    }
    EXPECT_TRUE (problem || !warning.empty ()) << "after the failure of call " << n;
    stopped += problem ? 1 : 0;
    if (n > 1000) {
      ADD_FAILURE () << "there is no end of calls";
      return stopped;
    }
  }
}

TEST_F (FailuresTest, OnTheCpu) { EXPECT_GT (fail_all (settings (kMeanModel), live_), 30); }

TEST_F (FailuresTest, OnOtherProviders)
{
  const Variable providers ("QUAD_FAKE_ORT_PROVIDERS",
                            "TensorrtExecutionProvider,CUDAExecutionProvider,CPUExecutionProvider");
  for (const Provider provider : {Provider::cuda, Provider::tensorrt})
    EXPECT_GT (fail_all (settings (kMeanModel, provider), live_), 30);
}

TEST_F (FailuresTest, WithACache)
{
  Settings s = settings (kMeanModel);
  for (int i = 0; i < 40; i++) {
    // A new folder for each, because the cache would be there after the first success.
    const Folder cache;
    s.cache_dir = cache.path ();
    const Variable failing ("QUAD_FAKE_ORT_FAIL", std::to_string (i + 1));
    quad_fake_ort_reset ();
    std::string warning;
    const Problem problem = open_and_run (s, warning);
    EXPECT_TRUE (problem || quad_fake_ort_calls () <= i || !warning.empty ()) << i;
    EXPECT_LE (cache.files ().size (), 1u);
    EXPECT_EQ (quad_fake_ort_live (), live_);
  }
}

}  // namespace
}  // namespace quad::infer
