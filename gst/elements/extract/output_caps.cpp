#include "elements/extract/output_caps.h"

namespace quad::extract {
namespace {

void set_any_rate (GstStructure *structure)
{
  gst_structure_set (structure, "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, nullptr);
}

// The framerate of the output, for an input with `n`/`d`. 0/1: the distance between frames varies.
void set_output_rate (GstStructure *structure, const RateChange &change, gint n, gint d)
{
  gint out_n = 0, out_d = 1;
  if (change.selection == Selection::rate) {
    out_n = change.rate_n;
    out_d = change.rate_d;
  } else if (change.selection == Selection::every_nth &&
             !gst_util_fraction_multiply (n, d, 1, static_cast<gint> (change.every_nth), &out_n,
                                          &out_d)) {
    out_n = 0;
    out_d = 1;
  }
  gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, out_n, out_d, nullptr);
}

}  // namespace

Owned<GstCaps> other_caps (const RateChange &change, GstPadDirection from, const GstCaps *caps)
{
  Owned<GstCaps> result{gst_caps_copy (caps)};
  if (change.selection == Selection::everything) return result;
  const bool every_nth = change.selection == Selection::every_nth;
  for (guint i = 0; i < gst_caps_get_size (result.get ()); i++) {
    GstStructure *structure = gst_caps_get_structure (result.get (), i);
    gint n = 0, d = 1;
    const bool fixed = gst_structure_get_fraction (structure, "framerate", &n, &d);
    gst_structure_remove_field (structure, "max-framerate");
    // No framerate means that any is possible, on the other side too.
    const bool open = from == GST_PAD_SRC || every_nth;
    if (open && !gst_structure_has_field (structure, "framerate")) continue;
    if (from == GST_PAD_SRC || (every_nth && !fixed))
      set_any_rate (structure);
    else
      set_output_rate (structure, change, n, d);
  }
  return result;
}

}  // namespace quad::extract
