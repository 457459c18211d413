// When the module is opened, and what is said where it cannot be.
#include "text/library.h"

#include <dlfcn.h>

#include "helpers.h"

namespace quad::text {
namespace {

constexpr char kPango[] = "libpango";

const Request kRequest = {.text = "Text", .greatest = {400, 100}};

std::string problem_of (Library &library, const Request &request = kRequest)
{
  Picture picture;
  std::string problem = library.render (request, picture);
  EXPECT_TRUE (picture.size.empty ());
  EXPECT_TRUE (picture.rgba.empty ());
  return problem;
}

bool has (const std::string &text, const std::string &part)
{
  return text.find (part) != std::string::npos;
}

// The first test: the others open the module.
TEST (TextLibrary, PangoComesWithTheFirstText)
{
  ASSERT_TRUE (dlopen (QUAD_PLUGIN_FILE, RTLD_NOW)) << dlerror ();
  EXPECT_FALSE (is_loaded (kPango));
  Library library ({kModule});
  // Nothing to render needs nothing.
  EXPECT_EQ (problem_of (library, {.text = "", .greatest = {400, 100}}), "");
  EXPECT_FALSE (is_loaded (kPango));
  EXPECT_FALSE (is_loaded (kModule));
  if (const std::string why = why_no_text (library); !why.empty ()) GTEST_SKIP () << why;
  EXPECT_TRUE (is_loaded (kPango));
  EXPECT_TRUE (is_loaded (kModule));
}

TEST (TextLibrary, AMissingModule)
{
  Library none ({});
  EXPECT_TRUE (has (problem_of (none), "libpango1.0-dev"));
  Library library ({"/nowhere/a.so", "/nowhere/b.so"});
  const std::string problem = problem_of (library);
  EXPECT_EQ (problem,
             "Text cannot be rendered: there is no module /nowhere/b.so. Build gst-quad where "
             "libpango1.0-dev is installed, and install all of its files.");
  EXPECT_EQ (problem_of (library), problem);
  EXPECT_EQ (problem_of (library, {.text = "", .greatest = {400, 100}}), "");
}

TEST (TextLibrary, TheFirstThatIsThere)
{
  if (!std::filesystem::exists (kModule)) GTEST_SKIP () << "this build has no Pango";
  Library library ({"/nowhere/a.so", kModule, QUAD_PLUGIN_FILE});
  EXPECT_EQ (why_no_text (library), "");
}

TEST (TextLibrary, AModuleOfAnotherVersion)
{
  Library library ({QUAD_PLUGIN_FILE});
  EXPECT_EQ (problem_of (library), std::string ("Text cannot be rendered: ") + QUAD_PLUGIN_FILE +
                                       " is of another version of gst-quad. Install all files of "
                                       "one version.");
}

TEST (TextLibrary, AFileThatIsNoModule)
{
  const std::string file = ::testing::TempDir () + "quad-no-module.so";
  std::ofstream (file) << "This is a text.";
  Library library ({file});
  const std::string problem = problem_of (library);
  EXPECT_TRUE (has (problem, "Text cannot be rendered: " + file)) << problem;
  EXPECT_TRUE (has (problem, "Install libpangocairo-1.0-0")) << problem;
  std::filesystem::remove (file);
}

}  // namespace
}  // namespace quad::text
