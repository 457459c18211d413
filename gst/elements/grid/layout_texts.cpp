#include "elements/grid/layout_texts.h"

#include "elements/grid/negotiation.h"

namespace quad {
namespace {

bool is_blank (const std::string &text) { return text.find_first_not_of (" \t\r\n") == text.npos; }

std::string read_areas (const std::string &text, GridSettings &s)
{
  if (is_blank (text)) {
    s.areas = nullptr;
    return {};
  }
  ParsedAreas parsed = parse_areas (text, kMaxLines);
  if (parsed.problem.empty ())
    s.areas = std::make_shared<const AreaTemplate> (std::move (parsed.areas));
  return parsed.problem;
}

template <LineWeights GridSettings::*field>
std::string read_weights (const std::string &text, GridSettings &s)
{
  const ParsedWeights parsed = parse_weights (text, kMaxLines);
  if (parsed.problem.empty ()) s.*field = parsed.weights;
  return parsed.problem;
}

template <auto field>
void take (const GridSettings &from, GridSettings &to)
{
  to.*field = from.*field;
}

const LayoutTextRow &row_of (LayoutText which)
{
  return kLayoutTexts[static_cast<std::size_t> (which)];
}

}  // namespace

const std::array<LayoutTextRow, 3> kLayoutTexts = {{
    {"areas", "Areas",
     "Template of the layout, rows with / between, as \"a a b / a a c / d e f\": each name covers "
     "a "
     "rectangle, dots are an empty cell; it decides rows and columns (NULL = rows and columns do)",
     read_areas, take<&GridSettings::areas>},
    {"row-weights", "Row weights",
     "Heights of the rows in proportion, as \"2 1 1\" (NULL = all equal; rows after the list have "
     "1)",
     read_weights<&GridSettings::row_weights>, take<&GridSettings::row_weights>},
    {"column-weights", "Column weights",
     "Widths of the columns in proportion, as \"2 1 1\" (NULL = all equal; columns after the list "
     "have 1)",
     read_weights<&GridSettings::column_weights>, take<&GridSettings::column_weights>},
}};

std::string refusal_of (const LayoutTextRow &row, const std::string &problem)
{
  if (problem.empty ()) return {};
  return std::string (row.property).append (": ").append (problem).append (".");
}

void set_layout_text (GstQuadMuxGrid *self, LayoutText which, const char *text)
{
  const LayoutTextRow &row = row_of (which);
  const std::string given = text ? text : "";
  std::string problem;
  GridSettings scratch;  // a long text takes its time, and is read without the lock
  problem = row.read (given, scratch);
  if (problem.empty ()) {
    const std::lock_guard guard (self->impl->lock);
    row.take (scratch, self->impl->settings);
    self->impl->layout_texts[static_cast<std::size_t> (which)] = is_blank (given) ? "" : given;
  }
  self->impl->refused.told (row.property, refusal_of (row, problem));
  if (problem.empty ()) layout_changed (self);
}

std::string layout_text (GstQuadMuxGrid *self, LayoutText which)
{
  const std::lock_guard guard (self->impl->lock);
  return self->impl->layout_texts[static_cast<std::size_t> (which)];
}

}  // namespace quad
