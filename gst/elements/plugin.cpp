// Registers what this machine can run.
#include <gst/gst.h>

#include "elements/quaddownscale.h"
#include "elements/quadmuxgrid.h"

namespace {

gboolean plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (quaddownscale, plugin) &&
         GST_ELEMENT_REGISTER (quadmux_grid, plugin);
}

}  // namespace

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, quad,
                   "Several videos into one: anti-aliased downscaling and a one-pass grid",
                   plugin_init, PACKAGE_VERSION, "LGPL", PACKAGE, "Unknown package origin")
