// With the real ONNX Runtime, if this machine has one.
#include <gtest/gtest.h>

#include <cmath>

#include "helpers.h"
#include "onnx_bytes.h"

namespace quad::infer {
namespace {

using Kind = Problem::Kind;

class RealRuntime : public testing::Test {
 protected:
  void SetUp () override
  {
    Problem problem;
    open ({.model_file = folder_.write ("any.onnx", onnx::add_model ())}, {}, problem);
    if (problem.kind == Kind::no_runtime) GTEST_SKIP () << problem.text;
    ASSERT_FALSE (problem) << problem.text;
  }

  std::unique_ptr<Inference> opened (const Settings &settings)
  {
    Problem problem;
    auto model = open (settings, lines_.log (), problem);
    EXPECT_TRUE (model) << problem.text;
    return model;
  }

  Problem problem_of (const std::string &bytes)
  {
    Problem problem;
    EXPECT_FALSE (
        open ({.model_file = folder_.write ("bad.onnx", bytes), .provider = Provider::cpu},
              lines_.log (), problem));
    return problem;
  }

  std::string add_file () { return folder_.write ("add.onnx", onnx::add_model ()); }

  Folder folder_;
  Lines lines_;
};

TEST_F (RealRuntime, ComputesAndDescribes)
{
  const auto model = opened ({.model_file = add_file (), .provider = Provider::cpu});
  ASSERT_TRUE (model);
  EXPECT_EQ (model->provider (), Provider::cpu);
  EXPECT_EQ (model->warning (), "");
  EXPECT_EQ (model->runtime ().rfind ("ONNX Runtime 1.", 0), 0u) << model->runtime ();
  ASSERT_EQ (model->inputs ().size (), 1u);
  EXPECT_EQ (model->inputs ()[0], (TensorInfo{"x", ElementType::float32, {-1, 3}}));
  ASSERT_EQ (model->outputs ().size (), 1u);
  EXPECT_EQ (model->outputs ()[0], (TensorInfo{"y", ElementType::float32, {-1, 3}}));

  for (const std::int64_t rows : {1, 4, 2}) {
    Data<float> x{{rows, 3}, std::vector<float> (static_cast<std::size_t> (rows * 3), 10.f)};
    Data<float> y{x.shape, std::vector<float> (x.values.size ())};
    const Tensor in[] = {x.tensor ()}, out[] = {y.tensor ()};
    const Problem problem = model->run (in, out);
    ASSERT_FALSE (problem) << problem.text;
    for (std::size_t i = 0; i < y.values.size (); i++)
      EXPECT_EQ (y.values[i], 11.f + static_cast<float> (i % 3));
  }
  EXPECT_TRUE (lines_.has (Severity::info, "Loaded " + folder_.path ()));
}

TEST_F (RealRuntime, RefusesTensorsThatDoNotFit)
{
  const auto model = opened ({.model_file = add_file (), .provider = Provider::cpu});
  ASSERT_TRUE (model);
  Data<float> x{{1, 4}, std::vector<float> (4)}, y{{1, 3}, std::vector<float> (3)};
  const Tensor in[] = {x.tensor ()}, out[] = {y.tensor ()};
  Problem problem = model->run (in, out);
  EXPECT_EQ (problem.kind, Kind::wrong_tensor);
  EXPECT_EQ (problem.text, "The input x has the shape ?x3, not 1x4.");

  // Only the runtime knows the rows of the output.
  Data<float> more{{2, 3}, std::vector<float> (6)};
  const Tensor two_rows[] = {more.tensor ()};
  problem = model->run (two_rows, out);
  EXPECT_EQ (problem.kind, Kind::wrong_tensor) << problem.text;
}

TEST_F (RealRuntime, ThreadsChangeNoBit)
{
  constexpr int kSide = 96;
  const std::string file = folder_.write ("conv.onnx", onnx::conv_model (4, 16, kSide, kSide));
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 0, 7}) {
    const auto model = opened ({.model_file = file, .provider = Provider::cpu, .threads = threads});
    ASSERT_TRUE (model);
    Data<float> picture{{1, 3, kSide, kSide}, {}}, mask{{1, 1, kSide, kSide}, {}};
    for (int i = 0; i < 3 * kSide * kSide; i++)
      picture.values.push_back (static_cast<float> (i * 31 % 256) / 255.f);
    mask.values.resize (kSide * kSide);
    const Tensor in[] = {picture.tensor ()}, out[] = {mask.tensor ()};
    const Problem problem = model->run (in, out);
    ASSERT_FALSE (problem) << problem.text;
    results.push_back (mask.values);
  }
  for (const std::vector<float> &result : results) EXPECT_EQ (result, results.front ());
  float sum = 0;
  for (const float value : results.front ()) sum += value;
  EXPECT_TRUE (std::isfinite (sum));
  EXPECT_NE (sum, 0.f);
}

TEST_F (RealRuntime, DamagedModels)
{
  const std::string whole = onnx::conv_model (2, 4, 8, 8);
  for (const std::size_t size : {whole.size () / 2, whole.size () - 3, std::size_t{5}}) {
    const Problem problem = problem_of (whole.substr (0, size));
    EXPECT_EQ (problem.kind, Kind::no_model) << problem.text;
    EXPECT_TRUE (contains (problem.text, folder_.path () + "/bad.onnx")) << problem.text;
  }
  EXPECT_EQ (problem_of ("This is a text.").kind, Kind::no_model);
}

TEST_F (RealRuntime, AnUnknownOperation)
{
  onnx::Graph graph{{onnx::node ("Frobnicate", {"x"}, "y")},
                    {},
                    {onnx::value_info ("x", onnx::tensor_type (onnx::kFloat, {1}))},
                    {onnx::value_info ("y", onnx::tensor_type (onnx::kFloat, {1}))}};
  const Problem problem = problem_of (graph.model ());
  EXPECT_EQ (problem.kind, Kind::no_model);
  EXPECT_TRUE (contains (problem.text, "Frobnicate")) << problem.text;
}

TEST_F (RealRuntime, AnInputThatIsNoTensor)
{
  onnx::Graph graph{
      {onnx::node ("SequenceLength", {"list"}, "n")},
      {},
      {onnx::value_info ("list", onnx::sequence_type (onnx::tensor_type (onnx::kFloat, {-1})))},
      {onnx::value_info ("n", onnx::tensor_type (onnx::kInt64, {}))}};
  const Problem problem = problem_of (graph.model ());
  EXPECT_EQ (problem.kind, Kind::no_model);
  EXPECT_EQ (problem.text, "The model's input list is no tensor, so the model cannot be used.");
}

TEST_F (RealRuntime, WeightsBesideTheModel)
{
  onnx::Graph graph{{onnx::node ("Add", {"x", "b"}, "y")},
                    {onnx::external_initializer ("b", {2}, "weights.bin")},
                    {onnx::value_info ("x", onnx::tensor_type (onnx::kFloat, {2}))},
                    {onnx::value_info ("y", onnx::tensor_type (onnx::kFloat, {2}))}};
  const float weights[] = {5, 7};
  folder_.write ("weights.bin", {reinterpret_cast<const char *> (weights), sizeof weights});
  const Folder cache;
  const Settings settings{.model_file = folder_.write ("external.onnx", graph.model ()),
                          .provider = Provider::cpu,
                          .cache_dir = cache.path ()};
  const auto model = opened (settings);
  ASSERT_TRUE (model);
  Data<float> x{{2}, {1, 2}}, y{{2}, {0, 0}};
  const Tensor in[] = {x.tensor ()}, out[] = {y.tensor ()};
  ASSERT_FALSE (model->run (in, out));
  EXPECT_EQ (y.values, (std::vector<float>{6, 9}));
  EXPECT_TRUE (cache.files ().empty ());

  std::filesystem::remove (folder_.path () + "/weights.bin");
  Problem problem;
  EXPECT_FALSE (open (settings, {}, problem));
  EXPECT_EQ (problem.kind, Kind::no_model) << problem.text;
}

// The cached model gives the same bits, and a damaged one is made again.
TEST_F (RealRuntime, Cache)
{
  constexpr int kSide = 64;
  const Folder cache;
  for (const Optimization level :
       {Optimization::basic, Optimization::extended, Optimization::all}) {
    const Settings settings{
        .model_file = folder_.write ("conv.onnx", onnx::conv_model (3, 16, kSide, kSide)),
        .provider = Provider::cpu,
        .threads = 1,
        .optimization = level,
        .cache_dir = cache.path () + "/" + std::to_string (static_cast<int> (level))};
    std::vector<std::vector<float>> results;
    for (int i = 0; i < 4; i++) {
      if (i == 2)
        for (const auto &entry : std::filesystem::directory_iterator (settings.cache_dir))
          std::filesystem::resize_file (entry.path (), 100);
      const auto model = opened (settings);
      ASSERT_TRUE (model);
      EXPECT_EQ (model->warning ().empty (), i != 2) << model->warning ();
      EXPECT_EQ (model->provider (), Provider::cpu);
      Data<float> picture{{1, 3, kSide, kSide}, {}}, mask{{1, 1, kSide, kSide}, {}};
      for (int k = 0; k < 3 * kSide * kSide; k++)
        picture.values.push_back (static_cast<float> (k * 31 % 256) / 255.f);
      mask.values.resize (kSide * kSide);
      const Tensor in[] = {picture.tensor ()}, out[] = {mask.tensor ()};
      const Problem problem = model->run (in, out);
      ASSERT_FALSE (problem) << problem.text;
      results.push_back (mask.values);
    }
    for (const auto &result : results) EXPECT_EQ (result, results.front ());
    EXPECT_EQ (std::distance (std::filesystem::directory_iterator (settings.cache_dir), {}), 1);
  }
  EXPECT_TRUE (lines_.has (Severity::info, "Loaded the optimized model"));
}

// Provider names that this runtime may or may not have: never a crash, and a sentence if not.
TEST_F (RealRuntime, OtherProviders)
{
  for (const Provider provider : {Provider::cuda, Provider::tensorrt, Provider::automatic}) {
    Problem problem;
    const auto model =
        open ({.model_file = add_file (), .provider = provider}, lines_.log (), problem);
    if (model) continue;
    EXPECT_NE (provider, Provider::automatic);
    EXPECT_EQ (problem.kind, Kind::no_provider);
    EXPECT_TRUE (contains (problem.text, "Install ")) << problem.text;
  }
}

}  // namespace
}  // namespace quad::infer
