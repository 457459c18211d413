// Where ONNX Runtime is found, and what is said if it is not. Linked with nothing of it.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "helpers.h"
#include "infer/library.h"

namespace quad::infer {
namespace {

using Kind = Problem::Kind;

constexpr char kFile[] = "QUAD_ONNXRUNTIME";
constexpr char kDouble[] = QUAD_FAKE_ORT;  // its file

Problem problem_with (Library &library)
{
  Problem problem;
  EXPECT_FALSE (library.open (problem));
  EXPECT_EQ (problem.kind, Kind::no_runtime);
  EXPECT_TRUE (contains (problem.text, "Install ONNX Runtime 1.11 or newer")) << problem.text;
  EXPECT_TRUE (contains (problem.text, "`quad-models fetch onnxruntime`")) << problem.text;
  EXPECT_TRUE (contains (problem.text, "set QUAD_ONNXRUNTIME")) << problem.text;
  return problem;
}

TEST (InferLibrary, AMissingFileIsTriedAgain)
{
  Library library;
  Problem problem;
  {
    const Variable file (kFile, "/nowhere/libonnxruntime.so.1");
    problem = problem_with (library);
    EXPECT_TRUE (contains (problem.text, "/nowhere/libonnxruntime.so.1: cannot open"))
        << problem.text;
  }
  const Runtime *runtime = nullptr;
  {
    const Variable file (kFile, kDouble);
    runtime = library.open (problem);
    ASSERT_TRUE (runtime) << problem.text;
    EXPECT_FALSE (problem);
    EXPECT_EQ (runtime->name (), "ONNX Runtime 1.99.0");
    EXPECT_TRUE (runtime->env);
  }
  // What is open stays.
  const Variable file (kFile, "/nowhere");
  EXPECT_EQ (library.open (problem), runtime);
}

TEST (InferLibrary, OldOnes)
{
  const Variable file (kFile, kDouble);
  Library library;
  {
    const Variable old ("QUAD_FAKE_ORT_OLD", "1");
    EXPECT_TRUE (contains (problem_with (library).text, " is version 1.99.0, which is too old."));
  }
  for (const char *version : {"1.10.0", "0.5", "1", "", "text"}) {
    const Variable old ("QUAD_FAKE_ORT_VERSION", version);
    EXPECT_TRUE (contains (problem_with (library).text,
                           std::string (" is version ") + version + ", which is too old."));
  }
  for (const char *version : {"1.11.0", "1.21.0-dev", "2.0.0"}) {
    const Variable fit ("QUAD_FAKE_ORT_VERSION", version);
    Problem problem;
    Library other;
    EXPECT_TRUE (other.open (problem)) << problem.text;
  }
}

TEST (InferLibrary, FilesThatAreNotOnnxRuntime)
{
  Library library;
  {
    const Variable file (kFile, "libm.so.6");
    EXPECT_TRUE (contains (problem_with (library).text, " is not ONNX Runtime."));
  }
  const Folder folder;
  const Variable file (kFile, folder.write ("libonnxruntime.so.1", "This is a text."));
  EXPECT_TRUE (contains (problem_with (library).text, folder.path ()));
}

// Where `quad-models fetch onnxruntime` puts it. XDG_CACHE_HOME is set for this test.
TEST (InferLibrary, TheFetchedOne)
{
  const Variable file (kFile, "");
  Problem problem;
  // The shared one, because a real runtime that is closed crashes at the process's end.
  const Runtime *runtime = Library::shared ().open (problem);
  if (runtime) GTEST_SKIP () << "this machine has " << runtime->name ();
  Library library;
  EXPECT_TRUE (contains (problem_with (library).text, "opened: libonnxruntime.so.1: cannot open"));
  const std::string folder = std::string (std::getenv ("XDG_CACHE_HOME")) + "/gst-quad";
  std::filesystem::create_directories (folder);
  std::ofstream (folder + "/libonnxruntime.so.1") << "This is a text.";
  EXPECT_TRUE (contains (problem_with (library).text, "opened: " + folder));
  std::filesystem::remove (folder + "/libonnxruntime.so.1");
  std::filesystem::create_symlink (kDouble, folder + "/libonnxruntime.so.1");
  EXPECT_TRUE (library.open (problem)) << problem.text;
  std::filesystem::remove_all (folder);
}

TEST (InferLibrary, TheEnvironmentThatCannotBeMade)
{
  const Variable file (kFile, kDouble);
  void *handle = dlopen (kDouble, RTLD_NOW);
  ASSERT_TRUE (handle);
  const auto reset = reinterpret_cast<void (*) ()> (dlsym (handle, "quad_fake_ort_reset"));
  ASSERT_TRUE (reset);
  Library library;
  Problem problem;
  {
    const Variable failing ("QUAD_FAKE_ORT_FAIL", "1");
    reset ();
    EXPECT_FALSE (library.open (problem));
    EXPECT_EQ (problem.kind, Kind::failed);
    EXPECT_TRUE (contains (problem.text, "ONNX Runtime 1.99.0 cannot be started: the double fails"))
        << problem.text;
  }
  EXPECT_TRUE (library.open (problem)) << problem.text;
  dlclose (handle);
}

}  // namespace
}  // namespace quad::infer
