// NVIDIA's own run-time compiler accepts the kernels, if this machine has it. The test needs
// neither a GPU nor a driver.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "cuda/kernel_image.h"
#include "cuda/nvrtc.h"

namespace quad::cuda {
namespace {

// The first image that NVRTC makes.
std::string compiled (const std::vector<SourceFile> &files, int capability, std::string &problem)
{
  std::string made;
  const auto take = [&] (const std::string &image) {
    made = image;
    return true;
  };
  const bool taken = compile_kernels (files, capability, take, problem);
  EXPECT_EQ (taken, !made.empty ());
  return made;
}

class Nvrtc : public ::testing::Test {
 protected:
  void SetUp () override
  {
    for (const char *name :
         {"libnvrtc.so", "libnvrtc.so.14", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"})
      if (!library_) library_ = dlopen (name, RTLD_NOW | RTLD_LOCAL);
    if (!library_) GTEST_SKIP () << "there is no NVRTC (libnvrtc.so) on this machine";
    ASSERT_EQ (dlsym (library_, "hostcuda_begin"), nullptr) << "this is the double";
  }
  void TearDown () override
  {
    if (library_) dlclose (library_);
  }
  // The architectures that NVRTC knows, the oldest first.
  std::vector<int> architectures ()
  {
    const auto count_of =
        reinterpret_cast<int (*) (int *)> (dlsym (library_, "nvrtcGetNumSupportedArchs"));
    const auto get = reinterpret_cast<int (*) (int *)> (dlsym (library_, "nvrtcGetSupportedArchs"));
    int count = 0;
    if (!count_of || !get || count_of (&count) != 0) return {};
    std::vector<int> archs (static_cast<std::size_t> (count));
    if (get (archs.data ()) != 0) return {};
    return archs;
  }
  void *library_ = nullptr;
};

TEST_F (Nvrtc, MachineCodeForTheOldestAndTheNewestThatItKnows)
{
  const std::vector<int> all = architectures ();
  ASSERT_FALSE (all.empty ());
  for (const int capability : {all.front (), all.back ()}) {
    std::string problem;
    const std::string image = compiled (kernel_sources (), capability, problem);
    EXPECT_EQ (problem, "") << capability;
    ASSERT_GT (image.size (), 4u) << capability;
    EXPECT_EQ (image.substr (0, 4),
               "\x7f"
               "ELF")
        << capability;
    EXPECT_NE (image.find ("quad_draw"), std::string::npos);
  }
}

TEST_F (Nvrtc, TextForANewerDevice)
{
  std::string problem;
  const std::string image = compiled (kernel_sources (), 999, problem);
  EXPECT_EQ (problem, "");
  EXPECT_NE (image.find (".version"), std::string::npos);
  EXPECT_NE (image.find (".entry quad_draw"), std::string::npos);
}

TEST_F (Nvrtc, NothingForAnOlderDevice)
{
  std::string problem;
  EXPECT_EQ (compiled (kernel_sources (), 10, problem), "");
  EXPECT_NE (problem.find ("no architecture as old as the GPU's, sm_10"), std::string::npos)
      << problem;
}

TEST_F (Nvrtc, ItsWordsAreTold)
{
  std::string problem;
  EXPECT_EQ (compiled ({{"broken.cu", "no_such_type x;"}}, 90, problem), "");
  EXPECT_NE (problem.find ("no_such_type"), std::string::npos) << problem;
  EXPECT_NE (problem.find ("broken.cu"), std::string::npos) << problem;
}

}  // namespace
}  // namespace quad::cuda
