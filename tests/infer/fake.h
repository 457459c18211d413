// Tests of gst/infer with the double of ONNX Runtime: tests/support/onnxruntime.
#pragma once

#include "helpers.h"
#include "support/onnxruntime/fake_onnxruntime.h"

namespace quad::infer {

// A model that gives the mean of a picture's channels.
inline constexpr char kMeanModel[] =
    "fake-model\n"
    "input picture float32 1x?x?x3\n"
    "output mask float32 1x?x?x1\n"
    "operation mean\n";

class FakeRuntime : public testing::Test {
 protected:
  // After a first model has been opened, the environment lives on.
  FakeRuntime ()
  {
    Problem problem;
    open ({.model_file = folder_.write ("first.onnx", kMeanModel), .provider = Provider::cpu}, {},
          problem);
    live_ = quad_fake_ort_live ();
    quad_fake_ort_reset ();
  }
  void TearDown () override { EXPECT_EQ (quad_fake_ort_live (), live_); }

  Settings settings (const std::string &model, Provider provider = Provider::cpu)
  {
    return {.model_file = folder_.write ("model.onnx", model), .provider = provider};
  }
  // A model that opens.
  std::unique_ptr<Inference> opened (const Settings &settings)
  {
    Problem problem;
    auto model = open (settings, lines_.log (), problem);
    EXPECT_TRUE (model) << problem.text;
    EXPECT_FALSE (problem) << problem.text;
    return model;
  }
  // Of one that does not.
  Problem problem_of (const Settings &settings)
  {
    Problem problem;
    EXPECT_FALSE (open (settings, lines_.log (), problem));
    EXPECT_TRUE (problem);
    return problem;
  }
  // What the last session was made with.
  static std::string session () { return quad_fake_ort_session (); }

  Folder folder_;
  Lines lines_;
  int live_ = 0;
};

}  // namespace quad::infer
