// The main of test programs without GStreamer.
#include <gtest/gtest.h>

#include "support/only_file.h"

int main (int argc, char **argv)
{
  testing::InitGoogleTest (&argc, argv);
  quad::test::keep_only_file (argc, argv);
  return RUN_ALL_TESTS ();
}
