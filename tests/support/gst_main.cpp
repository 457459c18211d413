// The main of test programs that use GStreamer.
#include <gst/gst.h>
#include <gtest/gtest.h>

int main (int argc, char **argv)
{
  testing::InitGoogleTest (&argc, argv);
  gst_init (&argc, &argv);
  // A critical is a bug, whoever's call brought it about.
  g_log_set_always_fatal (
      static_cast<GLogLevelFlags> (int{G_LOG_FATAL_MASK} | int{G_LOG_LEVEL_CRITICAL}));
  const int result = RUN_ALL_TESTS ();
  gst_deinit ();
  return result;
}
