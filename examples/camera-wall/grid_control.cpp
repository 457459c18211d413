#include "grid_control.h"

namespace wall {
namespace {

struct Setting {
  const char *name;
  const char *value;
};

// All are optional: a wall works without them. A lost camera's last picture is dark and has a red
// border.
constexpr Setting kOfGrid[] = {
    {"transition-duration", "300000000"},
    {"border-width", "4"},
    {"border-color", "0"},
    {"label", "{name}"},
    {"label-position", "top-left"},
    {"state-border", "colors,late=(uint)0xffffc020,lost=(uint)0xffff3030,ended=(uint)0xffff3030"},
};
constexpr Setting kOfPad[] = {
    {"lost-policy", "hold"},
    {"dim", "0.6"},
    {"placeholder-while-waiting", "true"},
    {"placeholder-text", "{state}"},
};

bool has (gpointer object, const char *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (object), property);
}

template <std::size_t N>
void set_all (GObject *object, const Setting (&settings)[N])
{
  for (const Setting &each : settings)
    if (has (object, each.name)) gst_util_set_object_arg (object, each.name, each.value);
}

}  // namespace

GridControl::GridControl (GstElement *grid) : grid_ (share (grid))
{
  set_all (G_OBJECT (grid), kOfGrid);
}

Owned<GstPad> GridControl::request_pad (const std::string &name)
{
  Owned<GstPad> pad (gst_element_request_pad_simple (grid_.get (), "sink_%u"));
  set_all (G_OBJECT (pad.get ()), kOfPad);
  if (has (pad.get (), "label-name"))
    g_object_set (pad.get (), "label-name", name.c_str (), nullptr);
  return pad;
}

void GridControl::arrange (const Layout &layout, const std::vector<GstPad *> &pads)
{
  if (!apply (layout, pads)) set_each (layout, pads);
}

bool GridControl::apply (const Layout &layout, const std::vector<GstPad *> &pads)
{
  if (!g_signal_lookup ("apply", G_OBJECT_TYPE (grid_.get ()))) return false;
  const auto set = [] (std::string &text, const char *name, int value) {
    text.append (",").append (name).append ("=").append (std::to_string (value));
  };
  std::string change = "wall";
  set (change, "rows", layout.rows);
  set (change, "columns", layout.columns);
  for (std::size_t i = 0; i < pads.size (); i++) {
    const Owned<char> name (gst_pad_get_name (pads[i]));
    change.append (i == 0 ? ",pads=<[" : ",[").append (name.get ());
    set (change, "cell", layout.places[i].cell);
    set (change, "row-span", layout.places[i].row_span);
    set (change, "column-span", layout.places[i].column_span);
    change += "]";
  }
  change += ">";
  const Owned<GstStructure> structure (gst_structure_from_string (change.c_str (), nullptr));
  char *why = nullptr;
  g_signal_emit_by_name (grid_.get (), "apply", structure.get (), &why);
  const Owned<char> owned (why);
  if (why) g_warning ("the layout stays as it was: %s", why);
  return !why;
}

void GridControl::set_each (const Layout &layout, const std::vector<GstPad *> &pads)
{
  g_object_set (grid_.get (), "rows", layout.rows, "columns", layout.columns, nullptr);
  for (std::size_t i = 0; i < pads.size (); i++) {
    const Place &place = layout.places[i];
    g_object_set (pads[i], "cell", place.cell, "row-span", place.row_span, "column-span",
                  place.column_span, nullptr);
  }
}

std::string GridControl::state_of (GstPad *pad)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (pad), "state");
  if (!spec || !G_IS_PARAM_SPEC_ENUM (spec)) return "unknown";
  int state = 0;
  g_object_get (pad, "state", &state, nullptr);
  const GEnumValue *value = g_enum_get_value (G_PARAM_SPEC_ENUM (spec)->enum_class, state);
  return value ? value->value_nick : "unknown";
}

Owned<GstStructure> GridControl::stats_of (GstPad *pad)
{
  GstStructure *stats = nullptr;
  if (has (pad, "stats")) g_object_get (pad, "stats", &stats, nullptr);
  return Owned<GstStructure> (stats);
}

}  // namespace wall
