// A machine without fonts. Fontconfig reads this test's configuration, which has none.
#include "helpers.h"

namespace quad::text {
namespace {

TEST (TextWithoutFonts, IsAProblemAndNoCrash)
{
  if (!std::filesystem::exists (kModule)) GTEST_SKIP () << "this build has no Pango";
  ASSERT_TRUE (std::getenv ("FONTCONFIG_FILE")) << "To be run by meson.";
  Library library ({kModule});
  for (const char *font : {"Sans 14", "Nowhere 20", ""}) {
    Picture picture;
    EXPECT_EQ (library.render ({.text = "Text", .font = font, .greatest = {400, 100}}, picture),
               "Text cannot be rendered: there is no font on this machine. Install one, such as "
               "fonts-dejavu-core or fonts-noto-core.");
    EXPECT_TRUE (picture.size.empty ());
  }
}

}  // namespace
}  // namespace quad::text
