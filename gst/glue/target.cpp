#include "glue/target.h"
#include "public/gstquad.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace quad {
namespace {

// Elements that hand on pictures as they come. Others may change them, even if they pass on queries
// that they do not know.
constexpr std::string_view kPassing[] = {
    "capsfilter", "clocksync",   "concat",       "cudadownload",   "cudaupload", "frameextract",
    "identity",   "imagefreeze", "multiqueue",   "progressreport", "queue",      "queue2",
    "tee",        "valve",       "videoconvert", "videorate"};

bool passes (GstElement *element)
{
  const GstElementFactory *factory = gst_element_get_factory (element);
  const std::string_view name = factory ? GST_OBJECT_NAME (factory) : "";
  return std::find (std::begin (kPassing), std::end (kPassing), name) != std::end (kPassing);
}

// The pads of the element through which frames of `pad` leave, or came.
std::vector<Owned<GstPad>> linked_inside (GstPad *pad)
{
  std::vector<Owned<GstPad>> all;
  const Owned<GstIterator> pads{gst_pad_iterate_internal_links (pad)};
  if (!pads) return all;
  GValue item = G_VALUE_INIT;
  for (;;) {
    switch (gst_iterator_next (pads.get (), &item)) {
      case GST_ITERATOR_OK:
        all.emplace_back (GST_PAD (g_value_dup_object (&item)));
        g_value_reset (&item);
        continue;
      case GST_ITERATOR_RESYNC:
        gst_iterator_resync (pads.get ());
        all.clear ();
        continue;
      default: break;
    }
    break;
  }
  if (G_IS_VALUE (&item)) g_value_unset (&item);
  return all;
}

// The real pad that `to` is linked with: bins have pads that only stand for others.
Owned<GstPad> real_peer (GstPad *to)
{
  Owned<GstPad> pad{gst_pad_get_peer (to)};
  while (pad && GST_IS_PROXY_PAD (pad.get ())) {
    const Owned<GstProxyPad> inside{gst_proxy_pad_get_internal (GST_PROXY_PAD (pad.get ()))};
    pad.reset (inside ? gst_pad_get_peer (GST_PAD (inside.get ())) : nullptr);
  }
  return pad;
}

int whole_side (int shown, double part)
{
  return static_cast<int> (std::clamp (std::ceil (shown / part - 1e-6), 1.0, double{G_MAXINT}));
}

Owned<GstQuery> query_for (const FullPicture &picture)
{
  const Ratio sample = reduced (picture.sample.num, picture.sample.den);
  return Owned<GstQuery>{gst_query_new_custom (
      GST_QUERY_CUSTOM,
      gst_structure_new (GST_QUAD_QUERY_TARGET, GST_QUAD_FIELD_WIDTH, G_TYPE_INT,
                         picture.size.width, GST_QUAD_FIELD_HEIGHT, G_TYPE_INT, picture.size.height,
                         GST_QUAD_FIELD_PIXEL_ASPECT_RATIO, GST_TYPE_FRACTION,
                         static_cast<int> (sample.num), static_cast<int> (sample.den),
                         GST_QUAD_FIELD_ORIENTATION, GST_TYPE_VIDEO_ORIENTATION_METHOD,
                         static_cast<int> (picture.orientation), nullptr))};
}

bool is_fraction (double v) { return v > 0 && v <= 1; }

// The answer of `element` in `s`, as the size of the whole picture. An element that does not know
// the query may have let the next one answer, for the picture that it makes itself.
std::optional<Size> answer_of (const GstStructure *s, const GstElement *element)
{
  int width = 0, height = 0;
  double part_width = 0, part_height = 0;
  const GValue *by = gst_structure_get_value (s, GST_QUAD_FIELD_ELEMENT);
  if (!by || !G_VALUE_HOLDS_OBJECT (by) || g_value_get_object (by) != element ||
      !gst_structure_get (s, GST_QUAD_FIELD_TARGET_WIDTH, G_TYPE_INT, &width,
                          GST_QUAD_FIELD_TARGET_HEIGHT, G_TYPE_INT, &height,
                          GST_QUAD_FIELD_CROP_WIDTH, G_TYPE_DOUBLE, &part_width,
                          GST_QUAD_FIELD_CROP_HEIGHT, G_TYPE_DOUBLE, &part_height, nullptr) ||
      width < 1 || height < 1 || !is_fraction (part_width) || !is_fraction (part_height))
    return std::nullopt;
  return Size{whole_side (width, part_width), whole_side (height, part_height)};
}

// True where nothing shows what `src` sends.
bool leads_nowhere (GstPad *src) { return !gst_pad_is_linked (src); }

}  // namespace

ShownPart shown_part (Size size, const FineRect &part, Size picture)
{
  const double width = picture.width, height = picture.height;
  return {.size = size,
          .x = part.x / width,
          .y = part.y / height,
          .width = part.width / width,
          .height = part.height / height};
}

std::optional<Size> ask_target (GstPad *src, const FullPicture &picture)
{
  const Owned<GstPad> sink = real_peer (src);
  const Owned<GstElement> element{sink ? gst_pad_get_parent_element (sink.get ()) : nullptr};
  if (!element) return std::nullopt;
  if (!passes (element.get ())) {
    const Owned<GstQuery> query = query_for (picture);
    if (!gst_pad_query (sink.get (), query.get ())) return std::nullopt;
    return answer_of (gst_query_get_structure (query.get ()), element.get ());
  }
  std::optional<Size> largest;
  for (const Owned<GstPad> &outlet : linked_inside (sink.get ())) {
    if (leads_nowhere (outlet.get ())) continue;
    const auto size = ask_target (outlet.get (), picture);
    if (!size) return std::nullopt;
    largest = largest ? Size{std::max (largest->width, size->width),
                             std::max (largest->height, size->height)}
                      : *size;
  }
  return largest;
}

std::optional<FullPicture> asked_target (const GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_CUSTOM) return std::nullopt;
  const GstStructure *s = gst_query_get_structure (const_cast<GstQuery *> (query));
  FullPicture picture;
  if (!s || !gst_structure_has_name (s, GST_QUAD_QUERY_TARGET) ||
      !gst_structure_get (s, GST_QUAD_FIELD_WIDTH, G_TYPE_INT, &picture.size.width,
                          GST_QUAD_FIELD_HEIGHT, G_TYPE_INT, &picture.size.height, nullptr) ||
      picture.size.empty ())
    return std::nullopt;
  int num = 1, den = 1, orientation = 0;
  if (gst_structure_get_fraction (s, GST_QUAD_FIELD_PIXEL_ASPECT_RATIO, &num, &den) && num > 0 &&
      den > 0)
    picture.sample = {num, den};
  if (gst_structure_get_enum (s, GST_QUAD_FIELD_ORIENTATION, GST_TYPE_VIDEO_ORIENTATION_METHOD,
                              &orientation) &&
      orientation >= GST_VIDEO_ORIENTATION_IDENTITY && orientation <= GST_VIDEO_ORIENTATION_UR_LL)
    picture.orientation = static_cast<Orientation> (orientation);
  return picture;
}

void answer_target (GstQuery *query, GstElement *element, const ShownPart &shown)
{
  gst_structure_set (gst_query_writable_structure (query), GST_QUAD_FIELD_TARGET_WIDTH, G_TYPE_INT,
                     shown.size.width, GST_QUAD_FIELD_TARGET_HEIGHT, G_TYPE_INT, shown.size.height,
                     GST_QUAD_FIELD_CROP_X, G_TYPE_DOUBLE, shown.x, GST_QUAD_FIELD_CROP_Y,
                     G_TYPE_DOUBLE, shown.y, GST_QUAD_FIELD_CROP_WIDTH, G_TYPE_DOUBLE, shown.width,
                     GST_QUAD_FIELD_CROP_HEIGHT, G_TYPE_DOUBLE, shown.height,
                     GST_QUAD_FIELD_ELEMENT, GST_TYPE_ELEMENT, element, nullptr);
}

void cover (Picture &picture, const ReducedPicture &reduced)
{
  if (picture.part != rect_of (reduced.decoded)) return;
  picture.covered_width = reduced.covered_width;
  picture.covered_height = reduced.covered_height;
}

Owned<GstEvent> full_picture_event (const ReducedPicture &r)
{
  return Owned<GstEvent>{gst_event_new_custom (
      GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new (GST_QUAD_EVENT_FULL_PICTURE, GST_QUAD_FIELD_WIDTH, G_TYPE_INT,
                         r.full.width, GST_QUAD_FIELD_HEIGHT, G_TYPE_INT, r.full.height,
                         GST_QUAD_FIELD_DECODED_WIDTH, G_TYPE_INT, r.decoded.width,
                         GST_QUAD_FIELD_DECODED_HEIGHT, G_TYPE_INT, r.decoded.height,
                         GST_QUAD_FIELD_COVERED_WIDTH, G_TYPE_DOUBLE, r.covered_width,
                         GST_QUAD_FIELD_COVERED_HEIGHT, G_TYPE_DOUBLE, r.covered_height, nullptr))};
}

std::optional<ReducedPicture> reduced_picture (const GstEvent *event)
{
  if (GST_EVENT_TYPE (event) != GST_EVENT_CUSTOM_DOWNSTREAM_STICKY) return std::nullopt;
  const GstStructure *s = gst_event_get_structure (const_cast<GstEvent *> (event));
  ReducedPicture r;
  if (!s || !gst_structure_has_name (s, GST_QUAD_EVENT_FULL_PICTURE) ||
      !gst_structure_get (s, GST_QUAD_FIELD_WIDTH, G_TYPE_INT, &r.full.width, GST_QUAD_FIELD_HEIGHT,
                          G_TYPE_INT, &r.full.height, GST_QUAD_FIELD_DECODED_WIDTH, G_TYPE_INT,
                          &r.decoded.width, GST_QUAD_FIELD_DECODED_HEIGHT, G_TYPE_INT,
                          &r.decoded.height, nullptr) ||
      r.full.empty () || r.decoded.empty ())
    return std::nullopt;
  const auto side = [s] (const char *field, int decoded) {
    double covered = 0;
    gst_structure_get_double (s, field, &covered);
    return covered > decoded - 1 && covered <= decoded ? covered : decoded;
  };
  r.covered_width = side (GST_QUAD_FIELD_COVERED_WIDTH, r.decoded.width);
  r.covered_height = side (GST_QUAD_FIELD_COVERED_HEIGHT, r.decoded.height);
  return r;
}

std::optional<ReducedPicture> reduced_upstream (GstPad *sink, Size decoded)
{
  const auto kept = [] (GstPad *pad, GstEventType type, guint i) {
    return Owned<GstEvent>{gst_pad_get_sticky_event (pad, type, i)};
  };
  const Owned<GstEvent> start = kept (sink, GST_EVENT_STREAM_START, 0);
  // What the pad before `sink` has sent has come already.
  Owned<GstPad> src = real_peer (sink);
  while (start && src) {
    const Owned<GstElement> element{gst_pad_get_parent_element (src.get ())};
    if (!element || !passes (element.get ())) return std::nullopt;
    const std::vector<Owned<GstPad>> inlets = linked_inside (src.get ());
    if (inlets.size () != 1) return std::nullopt;
    src = real_peer (inlets[0].get ());
    if (!src || kept (src.get (), GST_EVENT_STREAM_START, 0) != start) return std::nullopt;
    for (guint i = 0;; i++) {
      const Owned<GstEvent> event = kept (src.get (), GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, i);
      if (!event) break;
      // Pads keep it when another stream begins.
      const bool older = gst_util_seqnum_compare (gst_event_get_seqnum (event.get ()),
                                                  gst_event_get_seqnum (start.get ())) < 0;
      const auto r = reduced_picture (event.get ());
      if (r && !older && r->decoded == decoded) return r;
    }
  }
  return std::nullopt;
}

}  // namespace quad
