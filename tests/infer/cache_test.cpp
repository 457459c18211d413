// The cache of optimized models, with the double of ONNX Runtime.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"

namespace quad::infer {
namespace {

class CacheTest : public FakeRuntime {
 protected:
  Settings cached (const std::string &model = kMeanModel)
  {
    Settings s = settings (model);
    s.cache_dir = cache_.path () + "/made/when/needed";
    return s;
  }
  std::vector<std::string> kept (const Settings &s)
  {
    std::vector<std::string> all;
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator (s.cache_dir, none))
      all.push_back (entry.path ().string ());
    return all;
  }
  // Opens it, and says whether it came from the cache.
  bool comes_optimized (const Settings &s)
  {
    const auto model = opened (s);
    if (model) warning_ = model->warning ();
    return !contains (session (), "not optimized");
  }

  Folder cache_;
  std::string warning_;
};

TEST_F (CacheTest, TheSecondTimeItIsOptimized)
{
  const Settings s = cached ();
  EXPECT_FALSE (comes_optimized (s));
  ASSERT_EQ (kept (s).size (), 1u);
  EXPECT_TRUE (contains (kept (s)[0], "/model-"));
  EXPECT_TRUE (comes_optimized (s));
  EXPECT_EQ (warning_, "");
  // It is not optimized twice.
  EXPECT_TRUE (contains (session (), "level=0 "));
  EXPECT_TRUE (lines_.has (Severity::info, "Loaded the optimized model " + kept (s)[0]));
}

TEST_F (CacheTest, WhatTheKeyHolds)
{
  Settings s = cached ();
  EXPECT_FALSE (comes_optimized (s));
  s.optimization = Optimization::basic;
  EXPECT_FALSE (comes_optimized (s));
  EXPECT_FALSE (comes_optimized (cached (std::string (kMeanModel) + "operation fill 1\n")));
  EXPECT_EQ (kept (s).size (), 3u);
  // Not the path.
  s = cached ();
  s.model_file = folder_.write ("sub-model.onnx", kMeanModel);
  std::filesystem::create_directory (folder_.path () + "/sub");
  std::filesystem::rename (s.model_file, folder_.path () + "/sub/model.onnx");
  s.model_file = folder_.path () + "/sub/model.onnx";
  EXPECT_TRUE (comes_optimized (s));
}

TEST_F (CacheTest, WhatIsNotKept)
{
  Settings s = cached ();
  s.optimization = Optimization::none;
  EXPECT_FALSE (comes_optimized (s));
  EXPECT_TRUE (kept (s).empty ());
  s = cached ();
  s.model_file = folder_.write ("model.ort", kMeanModel);
  EXPECT_FALSE (comes_optimized (s));
  EXPECT_TRUE (kept (s).empty ());
  // Weights in other files: the reference as ONNX has it, behind the model's text.
  s = cached (std::string (kMeanModel) + "operation log \x0a\x08location\n");
  Problem problem;
  open (s, {}, problem);
  EXPECT_TRUE (kept (s).empty ());
}

TEST_F (CacheTest, ADamagedOneIsMadeAgain)
{
  const Settings s = cached ();
  EXPECT_FALSE (comes_optimized (s));
  const std::string file = kept (s).at (0);
  for (const char *content : {"", "rubbish"}) {
    std::ofstream (file) << content;
    EXPECT_FALSE (comes_optimized (s));
    EXPECT_EQ (warning_,
               "The optimized model " + file + " cannot be used, so the model is optimized again.");
    EXPECT_TRUE (comes_optimized (s));
    EXPECT_EQ (warning_, "");
    EXPECT_EQ (kept (s).size (), 1u);
  }
}

TEST_F (CacheTest, AFolderThatCannotBeWritten)
{
  Settings s = cached ();
  s.cache_dir = folder_.write ("file", "is no folder");
  EXPECT_FALSE (comes_optimized (s));
  EXPECT_EQ (warning_,
             "The optimized model cannot be kept in " + s.cache_dir + ": Not a directory.");
  if (geteuid () == 0) return;  // root writes anywhere
  s = cached ();
  chmod (cache_.path ().c_str (), 0500);
  EXPECT_FALSE (comes_optimized (s));
  EXPECT_TRUE (contains (warning_, "cannot be kept in ")) << warning_;
  chmod (cache_.path ().c_str (), 0700);
}

// A model that cannot be loaded leaves nothing behind.
TEST_F (CacheTest, BadModelsAreNotKept)
{
  const Settings s = cached ("fake-model\noperation fail-load 7 Protobuf parsing failed.\n");
  const Problem problem = problem_of (s);
  EXPECT_EQ (problem.kind, Problem::Kind::no_model);
  EXPECT_TRUE (kept (s).empty ());
}

}  // namespace
}  // namespace quad::infer
