// Registers what this machine can run.
#include <gst/gst.h>

namespace {

gboolean plugin_init (GstPlugin *plugin)
{
  (void)plugin;
  return TRUE;
}

}  // namespace

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, quad,
                   "Several videos into one: anti-aliased downscaling and a one-pass grid",
                   plugin_init, PACKAGE_VERSION, "LGPL", PACKAGE, "Unknown package origin")
