#include "elements/grid/labels.h"

#include <algorithm>
#include <mutex>

#include "elements/grid/cells.h"
#include "elements/grid/log.h"
#include "elements/grid/quadmuxgrid.h"
#include "text/library.h"

namespace quad {
namespace {

constexpr int kPadding = 4;           // pixels around a label's letters
constexpr int kPlaceholderShare = 8;  // letters of a placeholder are this part of the cell's height
constexpr int kLeastLetters = 8;      // pixels
constexpr int kGreatestLetters = 256;

LabelFacts facts_of (const PadSnapshot &pad, const LabelStyle &style, GstClockTime time)
{
  GridPad &impl = *pad.pad->impl;
  const bool is_new = pad.is_new && pad.buffer && pad.shown == GridPad::picture;
  const gint64 arrival =
      (is_new ? impl.stats.arrival_of (pad.buffer.get ()) : impl.stats.arrival ()).clock_time;
  return {.name = style.name ? style.name : GST_PAD_NAME (pad.pad.get ()),
          .state = nick_of (pad.state),
          .pts = pad.shown_at,
          .arrival = arrival > 0 ? arrival : -1,
          .age = impl.watch.age (time),
          .rate_num = impl.rate.num,
          .rate_den = impl.rate.den,
          .width = pad.frame.size.width,
          .height = pad.frame.size.height};
}

}  // namespace

void prepare_texts ()
{
  static std::once_flag once;
  std::call_once (once, [] {
    text::Picture picture;
    // Where it fails, the first label says why.
    const std::string problem =
        text::Library::shared ().render ({.text = "0", .greatest = {64, 64}}, picture);
    if (!problem.empty ()) GST_INFO ("%s", problem.c_str ());
  });
}

// One of a pad's texts, and how it is shown.
struct LabelPainter::Text {
  const char *pattern;
  const LabelStyle &style;
  PatternPicture &kept;
  Input &input;
  LabelPosition position;
  int margin;
  int letters = 0;  // their size in pixels; 0: the font's
};

void LabelPainter::tell (GstQuadMuxGrid *self, const std::string &sentence)
{
  constexpr std::size_t kMost = 32;
  if (sentence.empty () || told_.size () >= kMost || !told_.insert (sentence).second) return;
  GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", readable (sentence).c_str ()), (nullptr));
}

// Draws the text; renders it first if it has changed.
Problem LabelPainter::draw (const Output &output, const PadSnapshot &pad, const Place &place,
                            const Text &text)
{
  const Size &unit = output.canvas.chroma_unit;
  const Rect room = label_room (place.box.picture, text.margin, unit);
  if (room.empty ()) return {};
  PatternPicture &kept = text.kept;
  if (kept.source != text.pattern) {
    kept.source = text.pattern;
    kept.pattern = LabelPattern (kept.source);
    if (const std::string &unknown = kept.pattern.unknown (); !unknown.empty ())
      tell (output.self, "A label has a field that is not known: " + unknown + ". There are " +
                             LabelPattern::known_fields () + "; write {{ for a brace.");
  }
  text::Request &wanted = kept.picture.wanted;
  kept.pattern.write (facts_of (pad, text.style, output.time), wanted.text);
  wanted.font = text.style.font;
  wanted.color = text.style.color;
  wanted.background = text.style.background;
  // On the way to another place a text keeps its size.
  if (pad.glides.empty () || !kept.picture.buffer ()) {
    wanted.greatest = {std::min (room.width, kMaxSide), std::min (room.height, kMaxSide)};
    wanted.letters = text.letters;
  }
  wanted.padding = kPadding;
  wanted.wraps = text.letters > 0;
  wanted.align = text.letters > 0 ? text::Align::center : text::Align::start;
  if (kept.picture.update (unit)) {
    GST_DEBUG_OBJECT (pad.pad.get (), "shows the text \"%s\"", wanted.text.c_str ());
    tell (output.self, kept.picture.problem ());
    tell (output.self, kept.picture.font_problem ());
  }
  if (!kept.picture.buffer ()) return {};
  const Size size = kept.picture.size ();
  if (size.width > room.width || size.height > room.height) return {};
  const Rect box = label_rect (room, size, text.position, unit);
  const Picture whole = {.part = rect_of (size)};
  Problem problem =
      stage_.show (text.input, kept.picture.buffer (), kept.picture.info (),
                   {.placement = quad::place (whole, Fit::fill, box, output.canvas, 0, 0),
                    .alpha = place.alpha,
                    .still = true});
  if (!problem.is_of_one_picture ()) return problem;
  tell (output.self, "Labels cannot be converted to the output's format.");
  return {};
}

Problem LabelPainter::show (const Output &output, const PadSnapshot &pad, const Place &place)
{
  if (!place.can_be_seen ()) return {};
  GridPad &impl = *pad.pad->impl;
  LabelStyle style = style_of (output.settings, pad.label);
  const bool own = pad.label.texts && pad.label.texts->label;
  if (pad.settings.is_background && !own) style.label = "";  // the element's is for cells
  if (pad.shows_text && *style.placeholder) {
    const int height = place.box.picture.height;
    const int letters = std::clamp (height / kPlaceholderShare, kLeastLetters, kGreatestLetters);
    const Text text = {style.placeholder,
                       style,
                       impl.texts.placeholder,
                       impl.inputs[GridPad::placeholder_text],
                       LabelPosition::center,
                       letters / 2,
                       letters};
    if (Problem p = draw (output, pad, place, text)) return p;
  }
  if (!*style.label) return {};
  return draw (output, pad, place,
               {style.label, style, impl.texts.label, impl.inputs[GridPad::label_picture],
                style.position, style.margin});
}

}  // namespace quad
