#include "support/only_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace quad::test {

namespace {

bool ends_with_path (std::string_view path, std::string_view end)
{
  if (!path.ends_with (end)) return false;
  return path.size () == end.size () || path[path.size () - end.size () - 1] == '/';
}

// Every test of `file`, as a filter of GoogleTest's.
std::string tests_of (std::string_view file)
{
  std::string filter;
  const auto &program = *testing::UnitTest::GetInstance ();
  for (int i = 0; i < program.total_test_suite_count (); i++) {
    const testing::TestSuite &suite = *program.GetTestSuite (i);
    for (int k = 0; k < suite.total_test_count (); k++) {
      const testing::TestInfo &test = *suite.GetTestInfo (k);
      if (!ends_with_path (test.file (), file)) continue;
      filter.append (suite.name ()).append (".").append (test.name ()).append (":");
    }
  }
  return filter;
}

}  // namespace

void keep_only_file (int argc, char **argv)
{
  if (argc < 2) return;
  const std::string filter = tests_of (argv[1]);
  if (filter.empty ()) {
    std::fprintf (stderr, "no test of this program is in %s\n", argv[1]);
    std::exit (2);
  }
  // A filter on the command line is narrower.
  if (GTEST_FLAG_GET (filter) == "*") GTEST_FLAG_SET (filter, filter);
}

}  // namespace quad::test
