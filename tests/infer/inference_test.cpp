// Opening and running models, with the double of ONNX Runtime.
#include <gtest/gtest.h>

#include <thread>

#include "fake.h"

namespace quad::infer {
namespace {

using Kind = Problem::Kind;

using InferenceTest = FakeRuntime;

TEST_F (InferenceTest, Describes)
{
  const auto model = opened (
      settings ("fake-model\n"
                "input a float32 1x?x8\ninput b uint8 2\ninput c string 3\ninput d float16 4\n"
                "output y int64 -\noutput z int8 1x1\noutput w int32 ?\n"));
  ASSERT_TRUE (model);
  const std::vector<TensorInfo> inputs{{"a", ElementType::float32, {1, -1, 8}},
                                       {"b", ElementType::uint8, {2}},
                                       {"c", ElementType::other, {3}},
                                       {"d", ElementType::float16, {4}}};
  const std::vector<TensorInfo> outputs{{"y", ElementType::int64, {}},
                                        {"z", ElementType::int8, {1, 1}},
                                        {"w", ElementType::int32, {-1}}};
  EXPECT_EQ (std::vector (model->inputs ().begin (), model->inputs ().end ()), inputs);
  EXPECT_EQ (std::vector (model->outputs ().begin (), model->outputs ().end ()), outputs);
  EXPECT_EQ (model->provider (), Provider::cpu);
  EXPECT_EQ (model->runtime (), "ONNX Runtime 1.99.0");
  EXPECT_EQ (model->warning (), "");
}

TEST_F (InferenceTest, ElementSizes)
{
  EXPECT_EQ (bytes_of (ElementType::float32), 4u);
  EXPECT_EQ (bytes_of (ElementType::float16), 2u);
  EXPECT_EQ (bytes_of (ElementType::uint8), 1u);
  EXPECT_EQ (bytes_of (ElementType::int8), 1u);
  EXPECT_EQ (bytes_of (ElementType::int32), 4u);
  EXPECT_EQ (bytes_of (ElementType::int64), 8u);
  EXPECT_EQ (bytes_of (ElementType::other), 0u);
}

TEST_F (InferenceTest, RunsInTheCallersMemory)
{
  const auto model = opened (settings (kMeanModel));
  ASSERT_TRUE (model);
  for (const std::int64_t width : {2, 5, 1}) {
    Data<float> picture{{1, 3, width, 3}, {}}, mask{{1, 3, width, 1}, {}};
    for (std::int64_t i = 0; i < 3 * width; i++)
      for (const float channel : {0.f, 1.f, 5.f})
        picture.values.push_back (channel + static_cast<float> (i));
    mask.values.assign (static_cast<std::size_t> (3 * width), -1.f);
    const Tensor in[] = {picture.tensor ()}, out[] = {mask.tensor ()};
    ASSERT_FALSE (model->run (in, out));
    for (std::size_t i = 0; i < mask.values.size (); i++)
      EXPECT_EQ (mask.values[i], 2.f + static_cast<float> (i));
  }
}

TEST_F (InferenceTest, SeveralInputsAndOutputs)
{
  const auto model =
      opened (settings ("fake-model\ninput a float32 2\ninput b uint8 3\n"
                        "output x float32 2\noutput y uint8 3\noperation copy\n"));
  ASSERT_TRUE (model);
  Data<float> a{{2}, {3, 4}}, x{{2}, {0, 0}};
  Data<std::uint8_t> b{{3}, {7, 8, 9}}, y{{3}, {0, 0, 0}};
  const Tensor in[] = {a.tensor (), b.tensor ()}, out[] = {x.tensor (), y.tensor ()};
  ASSERT_FALSE (model->run (in, out));
  EXPECT_EQ (x.values, a.values);
  EXPECT_EQ (y.values, b.values);
}

TEST_F (InferenceTest, OptionsOfSessions)
{
  Settings s = settings (kMeanModel);
  s.threads = 3;
  opened (s);
  EXPECT_TRUE (contains (session (), "threads=3 ")) << session ();
  EXPECT_TRUE (contains (session (), "inter=1 ")) << session ();
  EXPECT_TRUE (contains (session (), "session.intra_op.allow_spinning=0 ")) << session ();
  EXPECT_TRUE (contains (session (), "level=99 ")) << session ();
  s.threads = 0;
  opened (s);
  const unsigned processors = std::thread::hardware_concurrency ();
  EXPECT_TRUE (contains (session (), "threads=" + std::to_string (processors) + " "));
  const std::pair<Optimization, const char *> levels[] = {{Optimization::none, "level=0 "},
                                                          {Optimization::basic, "level=1 "},
                                                          {Optimization::extended, "level=2 "},
                                                          {Optimization::all, "level=99 "}};
  for (const auto &[optimization, words] : levels) {
    s.optimization = optimization;
    opened (s);
    EXPECT_TRUE (contains (session (), words)) << session ();
  }
}

struct Misfit {
  std::vector<std::int64_t> in, out;
  std::size_t in_floats, out_floats;
  const char *text;
};

TEST_F (InferenceTest, TensorsThatDoNotFit)
{
  const auto model = opened (settings (kMeanModel));
  ASSERT_TRUE (model);
  const Misfit misfits[] = {
      {{1, 2, 2, 4}, {1, 2, 2, 1}, 16, 4, "The input picture has the shape 1x?x?x3, not 1x2x2x4."},
      {{1, 2, 3}, {1, 2, 2, 1}, 6, 4, "The input picture has the shape 1x?x?x3, not 1x2x3."},
      {{}, {1, 2, 2, 1}, 1, 4, "The input picture has the shape 1x?x?x3, not of a single value."},
      {{1, -1, 2, 3}, {1, 2, 2, 1}, 12, 4, "The input picture has the shape 1x?x?x3, not 1x?x2x3."},
      {{1, 2, 2, 3}, {2, 2, 2, 1}, 12, 8, "The output mask has the shape 1x?x?x1, not 2x2x2x1."},
      {{1, 2, 2, 3},
       {1, 2, 2, 1},
       11,
       4,
       "The input picture with the shape 1x2x2x3 has 48 bytes, not 44."},
      {{1, 2, 2, 3},
       {1, 2, 2, 1},
       12,
       5,
       "The output mask with the shape 1x2x2x1 has 16 bytes, not 20."},
      {{1, INT64_MAX, INT64_MAX, 3},
       {1, 2, 2, 1},
       12,
       4,
       "The input picture is too large: 1x9223372036854775807x9223372036854775807x3."},
  };
  for (const Misfit &m : misfits) {
    Data<float> picture{m.in, std::vector<float> (m.in_floats)};
    Data<float> mask{m.out, std::vector<float> (m.out_floats)};
    const Tensor in[] = {picture.tensor ()}, out[] = {mask.tensor ()};
    const Problem problem = model->run (in, out);
    EXPECT_EQ (problem.kind, Kind::wrong_tensor);
    EXPECT_EQ (problem.text, m.text);
  }
  EXPECT_EQ (model->run ({}, {}).text, "The model has 1 inputs, not 0.");
}

TEST_F (InferenceTest, ElementsThatCannotBeGiven)
{
  const auto model = opened (settings ("fake-model\ninput words string 1\n"));
  ASSERT_TRUE (model);
  Data<char> words{{1}, {'a'}};
  const Tensor in[] = {words.tensor ()};
  const Problem problem = model->run (in, {});
  EXPECT_EQ (problem.kind, Kind::wrong_tensor);
  EXPECT_TRUE (contains (problem.text, "The input words ")) << problem.text;
}

TEST_F (InferenceTest, FilesThatAreNoModels)
{
  Problem problem = problem_of ({});
  EXPECT_EQ (problem.kind, Kind::no_model);
  EXPECT_EQ (problem.text, "No model is set.");
  const std::string missing = folder_.path () + "/missing.onnx";
  problem = problem_of ({.model_file = missing});
  EXPECT_EQ (problem.kind, Kind::no_model);
  EXPECT_EQ (problem.text, "The model " + missing + " cannot be read: No such file or directory.");
  problem = problem_of ({.model_file = folder_.path ()});
  EXPECT_EQ (problem.text, "The model " + folder_.path () + " cannot be read: it is a folder.");
  problem = problem_of (settings (""));
  EXPECT_TRUE (contains (problem.text, "model.onnx cannot be read: it is empty.")) << problem.text;
  problem = problem_of (settings ("a text"));
  EXPECT_EQ (problem.kind, Kind::no_model);
  EXPECT_TRUE (contains (problem.text, "/model.onnx cannot be loaded: Protobuf parsing failed."))
      << problem.text;
}

TEST_F (InferenceTest, WhatIsNoTensor)
{
  for (const char *type : {"sequence", "map"})
    for (const char *direction : {"input", "output"}) {
      const Problem problem = problem_of (
          settings (std::string ("fake-model\n") + direction + " list " + type + " -\n"));
      EXPECT_EQ (problem.kind, Kind::no_model);
      EXPECT_EQ (problem.text, std::string ("The model's ") + direction +
                                   " list is no tensor, so the model cannot be used.");
    }
}

struct Refusal {
  const char *words;  // of the runtime: a code and a text
  Kind loading, running;
};

TEST_F (InferenceTest, WhatTheRuntimeReports)
{
  const Refusal refusals[] = {
      {"1 strange", Kind::no_model, Kind::failed},
      {"2 bad input", Kind::no_model, Kind::wrong_tensor},
      {"7 Protobuf parsing failed.", Kind::no_model, Kind::failed},
      {"9 no kernel", Kind::no_model, Kind::failed},
      {"10 a loop", Kind::no_model, Kind::failed},
      {"6 an exception", Kind::no_model, Kind::failed},
      {"11 device lost", Kind::failed, Kind::failed},
      {"6 Failed to allocate memory for requested buffer of size 9", Kind::out_of_memory,
       Kind::out_of_memory},
      {"1 std::bad_alloc", Kind::out_of_memory, Kind::out_of_memory},
      {"1 OrtValue shape verification failed. Current shape:{2}", Kind::no_model,
       Kind::wrong_tensor},
  };
  for (const Refusal &refusal : refusals) {
    const std::string words = refusal.words;
    const std::string text = words.substr (words.find (' ') + 1);
    const Problem loading = problem_of (settings ("fake-model\noperation fail-load " + words));
    EXPECT_EQ (loading.kind, refusal.loading) << words;
    EXPECT_TRUE (contains (loading.text, text)) << loading.text;
    const auto model = opened (settings ("fake-model\noperation fail-run " + words));
    ASSERT_TRUE (model);
    const Problem running = model->run ({}, {});
    EXPECT_EQ (running.kind, refusal.running) << words;
    EXPECT_TRUE (contains (running.text, "cannot be run with cpu: " + text)) << running.text;
  }
}

TEST_F (InferenceTest, OnlyTheRuntimesWords)
{
  const Problem problem = problem_of (settings (
      "fake-model\noperation fail-load 1 /src/a.cc:19 Get() [ONNXRuntimeError] : 1 : FAIL "
      ": Failed to load library : no."));
  EXPECT_TRUE (
      problem.text.ends_with ("/model.onnx cannot be loaded: Failed to load library : no."))
      << problem.text;
}

// Each session's lines come to its own log, until it is freed.
TEST_F (InferenceTest, LogsOfTheirOwn)
{
  const Settings talks = settings ("fake-model\noperation log hello\n");
  const Settings whispers{
      .model_file = folder_.write ("other.onnx", "fake-model\noperation log psst\n"),
      .provider = Provider::cpu};
  Lines first, second;
  Problem problem;
  const auto a = open (talks, first.log (), problem);
  const auto b = open (whispers, second.log (), problem);
  const auto quiet = open (talks, {}, problem);
  ASSERT_TRUE (a && b && quiet);
  EXPECT_TRUE (first.has (Severity::warning, "hello"));
  EXPECT_TRUE (second.has (Severity::warning, "psst"));
  const std::size_t lines = first.count ();
  EXPECT_FALSE (b->run ({}, {}));
  EXPECT_FALSE (quiet->run ({}, {}));
  EXPECT_EQ (first.count (), lines);
  EXPECT_FALSE (a->run ({}, {}));
  EXPECT_EQ (first.count (), lines + 1);
  EXPECT_FALSE (second.has (Severity::warning, "hello"));
}

TEST_F (InferenceTest, ManyThreadsOpenAndRun)
{
  const Settings s = settings (kMeanModel);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back ([&] {
      for (int i = 0; i < 20; i++) {
        Problem problem;
        const auto model = open (s, lines_.log (), problem);
        ASSERT_TRUE (model) << problem.text;
        Data<float> picture{{1, 1, 1, 3}, {1, 2, 3}}, mask{{1, 1, 1, 1}, {0}};
        const Tensor in[] = {picture.tensor ()}, out[] = {mask.tensor ()};
        ASSERT_FALSE (model->run (in, out));
        ASSERT_EQ (mask.values[0], 2.f);
      }
    });
  for (std::thread &thread : threads) thread.join ();
}

}  // namespace
}  // namespace quad::infer
