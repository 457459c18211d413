// Registers what this machine can run.
#include <gst/gst.h>

#include "elements/downscale/quaddownscale.h"
#include "elements/extract/frameextract.h"
#include "elements/gif/gifstreamenc.h"
#include "elements/grid/quadmuxgrid.h"
#include "elements/jpeg/quadjpegdec.h"
#include "elements/matte/quadmatte.h"
#include "elements/matte/quadmatterefine.h"
#include "glue/backend.h"

namespace {

gboolean plugin_init (GstPlugin *plugin)
{
  for (const quad::BackendRow &row : quad::backends ()) {
    std::string why;
    if (!row.available || row.available (why)) continue;
    const std::string text = std::string{"Without "} + row.name + " memory: " + why + ".";
#if GST_CHECK_VERSION(1, 24, 0)
    gst_plugin_add_status_info (plugin, text.c_str ());
#endif
    GST_INFO ("%s", text.c_str ());
  }
  return GST_ELEMENT_REGISTER (frameextract, plugin) &&
         GST_ELEMENT_REGISTER (gifstreamenc, plugin) &&
         GST_ELEMENT_REGISTER (quaddownscale, plugin) &&
         GST_ELEMENT_REGISTER (quadjpegdec, plugin) && GST_ELEMENT_REGISTER (quadmatte, plugin) &&
         GST_ELEMENT_REGISTER (quadmatterefine, plugin) &&
         GST_ELEMENT_REGISTER (quadmux_grid, plugin);
}

}  // namespace

GST_PLUGIN_DEFINE (
    GST_VERSION_MAJOR, GST_VERSION_MINOR, quad,
    "Video downscaling (quaddownscale), grids (quadmux-grid), frame extraction "
    "(frameextract), GIF encoding (gifstreamenc), JPEG decoding (quadjpegdec) and background "
    "removal (quadmatte, quadmatterefine)",
    plugin_init, PACKAGE_VERSION, "LGPL", PACKAGE, QUAD_DOCS_URI)
