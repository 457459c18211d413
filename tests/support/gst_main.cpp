// The main of test programs that use GStreamer.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "support/only_file.h"

// For AddressSanitizer. Only a full unwind finds the names of lsan.supp behind libraries without
// frame pointers. It is slow, so it stops after eight frames; for more, set ASAN_OPTIONS.
extern "C" const char *__asan_default_options ();
extern "C" const char *__asan_default_options ()
{
  return "fast_unwind_on_malloc=0:malloc_context_size=8";
}

int main (int argc, char **argv)
{
  testing::InitGoogleTest (&argc, argv);
  quad::test::keep_only_file (argc, argv);
  gst_init (&argc, &argv);
  // A critical is always a bug.
  g_log_set_always_fatal (
      static_cast<GLogLevelFlags> (int{G_LOG_FATAL_MASK} | int{G_LOG_LEVEL_CRITICAL}));
  const int result = RUN_ALL_TESTS ();
  gst_deinit ();
  return result;
}
