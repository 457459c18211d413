// The module: the only code that is linked with Pango, Cairo and Fontconfig.
#include "text/module.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <type_traits>

#include "text/fonts.h"
#include "text/pixels.h"

namespace quad::text {
namespace {

constexpr int kDotsAnInch = 96;

// Pango's objects may be used by one thread at a time. They stay until the process ends, as Pango
// cannot be unloaded.
struct Typesetter {
  std::mutex lock;
  Held<PangoFontMap> fonts;
  Held<PangoContext> context;
  FontChoice choice;

  Typesetter () : fonts (pango_cairo_font_map_new ())
  {
    pango_cairo_font_map_set_resolution (PANGO_CAIRO_FONT_MAP (fonts.get ()), kDotsAnInch);
    context.reset (pango_font_map_create_context (fonts.get ()));
    // Pixels of colours of their own for the thirds of a screen's pixel are of no use in a video.
    const Held<cairo_font_options_t> options (cairo_font_options_create ());
    cairo_font_options_set_antialias (options.get (), CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options (context.get (), options.get ());
  }
};

Typesetter &typesetter ()
{
  static auto *const only = new Typesetter;
  return *only;
}

PangoAlignment alignment_of (Align align)
{
  switch (align) {
    case Align::center: return PANGO_ALIGN_CENTER;
    case Align::end: return PANGO_ALIGN_RIGHT;
    default: return PANGO_ALIGN_LEFT;
  }
}

// In pixels of the layout, whose beginning is at 0,0.
Rect pixels_of (const PangoRectangle &units)
{
  const int x = PANGO_PIXELS_FLOOR (units.x), y = PANGO_PIXELS_FLOOR (units.y);
  return {x, y, PANGO_PIXELS_CEIL (units.x + units.width) - x,
          PANGO_PIXELS_CEIL (units.y + units.height) - y};
}

Rect united (const Rect &a, const Rect &b)
{
  if (a.empty () || b.empty ()) return a.empty () ? b : a;
  const int x = std::min (a.x, b.x), y = std::min (a.y, b.y);
  return {x, y, std::max (a.right (), b.right ()) - x, std::max (a.bottom (), b.bottom ()) - y};
}

// The lines that fit into `height` pixels, at least one, with what letters draw beyond their line.
Rect box_of (PangoLayout *layout, int height)
{
  int lines = 0;  // where they end; empty ones count
  Rect ink;
  const Held<PangoLayoutIter> line (pango_layout_get_iter (layout));
  do {
    PangoRectangle drawn, logical;
    pango_layout_iter_get_line_extents (line.get (), &drawn, &logical);
    const Rect box = pixels_of (logical);
    if (lines > 0 && box.bottom () > height) break;
    lines = box.bottom ();
    ink = united (united (ink, box), pixels_of (drawn));
  } while (pango_layout_iter_next_line (line.get ()));
  if (ink.empty ()) return {};
  const int top = std::min (ink.y, 0), bottom = std::max (ink.bottom (), lines);
  if (bottom - top <= height) return {ink.x, top, ink.width, bottom - top};
  return {ink.x, 0, ink.width, lines};
}

Held<PangoLayout> layout_of (const Typesetter &typesetter, const Request &request,
                             const PangoFontDescription *font, const Size &room)
{
  Held<PangoLayout> layout (pango_layout_new (typesetter.context.get ()));
  pango_layout_set_text (layout.get (), request.text.data (),
                         static_cast<int> (request.text.size ()));
  pango_layout_set_font_description (layout.get (), font);
  pango_layout_set_width (layout.get (), room.width * PANGO_SCALE);
  pango_layout_set_height (layout.get (), request.wraps ? room.height * PANGO_SCALE : -1);
  pango_layout_set_wrap (layout.get (), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize (layout.get (), PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment (layout.get (), alignment_of (request.align));
  return layout;
}

// Draws opaque glyphs; `corner` of the layout lies at 0,0 of the result. Null: no memory.
Held<cairo_surface_t> glyphs_of (PangoLayout *layout, std::uint32_t color, const Rect &box)
{
  Held<cairo_surface_t> surface (
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, box.width, box.height));
  const Held<cairo_t> cairo (cairo_create (surface.get ()));
  auto part = [color] (int shift) { return (color >> shift & 0xff) / 255.0; };
  cairo_set_source_rgb (cairo.get (), part (16), part (8), part (0));
  cairo_move_to (cairo.get (), -box.x, -box.y);
  pango_cairo_show_layout (cairo.get (), layout);
  cairo_surface_flush (surface.get ());
  if (cairo_status (cairo.get ()) != CAIRO_STATUS_SUCCESS) return {};
  return surface;
}

void fill (Picture &picture, cairo_surface_t *surface, const Size &inner, const Request &request)
{
  const auto width = static_cast<std::size_t> (picture.size.width);
  picture.rgba.resize (4 * width * static_cast<std::size_t> (picture.size.height));
  // Of one row of the picture.
  std::vector<std::uint32_t> glyphs (width);
  const unsigned char *data = cairo_image_surface_get_data (surface);
  for (int y = 0; y < picture.size.height; y++) {
    std::fill (glyphs.begin (), glyphs.end (), 0);
    const int row = y - request.padding;
    if (row >= 0 && row < inner.height) {
      const auto *words = reinterpret_cast<const std::uint32_t *> (
          data + std::ptrdiff_t{row} * cairo_image_surface_get_stride (surface));
      std::copy_n (words, inner.width, glyphs.begin () + request.padding);
    }
    write_row (glyphs, request.color >> 24, request.background,
               picture.rgba.data () + std::ptrdiff_t{y} * picture.stride ());
  }
}

// Whether the room did not change the layout, all lines of which are in `box`. Pango leaves lines
// out that are too low.
bool is_whole (PangoLayout *layout, const Rect &box)
{
  const PangoLayoutLine *last =
      pango_layout_get_line_readonly (layout, pango_layout_get_line_count (layout) - 1);
  const bool has_all = last && last->start_index + last->length >=
                                   static_cast<int> (std::strlen (pango_layout_get_text (layout)));
  PangoRectangle all;
  pango_layout_get_extents (layout, nullptr, &all);
  return has_all && !pango_layout_is_ellipsized (layout) && !pango_layout_is_wrapped (layout) &&
         pixels_of (all).bottom () <= box.bottom ();
}

// The picture of a text for which there are fonts.
std::string render (Typesetter &typesetter, const Request &request, const Size &room,
                    Picture &picture)
{
  const Held<PangoFontDescription> font = description_of (request.font, request.letters);
  const FontChoice::Missing &missing =
      typesetter.choice.find (typesetter.context.get (), font.get ());
  picture.missing_font = missing.wanted;
  picture.used_font = missing.used;

  const Held<PangoLayout> layout = layout_of (typesetter, request, font.get (), room);
  Rect box = box_of (layout.get (), room.height);
  picture.is_whole =
      box.width <= room.width && box.height <= room.height && is_whole (layout.get (), box);
  box.width = std::min (box.width, room.width);
  box.height = std::min (box.height, room.height);
  if (box.empty ()) return {};
  const Held<cairo_surface_t> surface = glyphs_of (layout.get (), request.color, box);
  if (!surface) return "Text cannot be rendered: there is not enough memory.";
  picture.size = {box.width + 2 * request.padding, box.height + 2 * request.padding};
  fill (picture, surface.get (), box.size (), request);
  return {};
}

}  // namespace
}  // namespace quad::text

extern "C" [[gnu::visibility ("default")]] void quad_text_render_2 (
    const quad::text::Request &request, quad::text::Picture &picture, std::string &problem)
{
  static_assert (std::is_same_v<decltype (quad_text_render_2), quad::text::Render>);
  const int padding = request.padding;
  const quad::Size room = {request.greatest.width - 2 * padding,
                           request.greatest.height - 2 * padding};
  if (room.empty () || padding < 0) return;
  quad::text::Typesetter &typesetter = quad::text::typesetter ();
  const std::lock_guard guard (typesetter.lock);
  problem = quad::text::has_fonts ()
                ? quad::text::render (typesetter, request, room, picture)
                : "Text cannot be rendered: there is no font on this machine. Install one, such as "
                  "fonts-dejavu-core or fonts-noto-core.";
}
