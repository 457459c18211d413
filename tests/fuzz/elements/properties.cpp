// Random values of properties.
#include <cmath>
#include <string_view>
#include <vector>

#include "random.h"

namespace quad::fuzz {
namespace {

// Within the limits, near the lower one, or at one of the ends.
gint64 some_number (Random &random, gint64 low, gint64 high)
{
  if (random.one_in (4)) return random.one_in (2) ? low : high;
  const gint64 span = high - low + 1;
  return low + random.bits () % std::min<gint64> (span, random.one_in (3) ? span : 12);
}

guint64 some_large_number (Random &random)
{
  constexpr guint64 kSigned = G_MAXINT64;
  if (random.one_in (3))
    return random.pick ({guint64{0}, guint64{1}, guint64{G_MAXUINT64}, kSigned, kSigned + 1});
  return random.time_below (2'000);
}

const char *some_text (Random &random)
{
  return random.pick ({"", "1", "0.1,0.2", "0.5, 0.5, 0", "9999999999", "-1", "1:2:3", "x",
                       "\xff\xfe", "0.0000000001", ",", "1,", "146:00:00,1"});
}

void set_some_fraction (Random &random, GValue *value)
{
  struct Fraction {
    int n, d;
  };
  const auto f = random.pick<Fraction> (
      {{0, 1}, {1, 1}, {30, 1}, {24000, 1001}, {G_MAXINT, 1}, {1, G_MAXINT}, {4, 60}, {1000, 1}});
  gst_value_set_fraction (value, f.n, f.d);
}

void add_some_numbers (Random &random, GValue *value, bool small)
{
  for (int n = random.below (6); n > 0; n--) {
    GValue number = G_VALUE_INIT;
    g_value_init (&number, G_TYPE_UINT64);
    g_value_set_uint64 (&number, random.one_in (6) ? some_large_number (random)
                                 : small           ? static_cast<guint64> (random.below (20))
                                                   : random.time_below (1'000));
    gst_value_array_append_and_take_value (value, &number);
  }
}

// Values that would only make a case long, or block everything else, are kept small.
gint64 tamed (Random &random, std::string_view name, gint64 number)
{
  if (name == "n-threads") return random.below (5);
  if (name == "max-frames") return random.below (6);
  if (name == "latency" || name == "min-upstream-latency") return random.below (3'000'000);
  const bool space = name == "gap" || name == "margin" || name == "border-width";
  return space && !random.one_in (10) ? random.below (12) : number;
}

// False for a type that no property here has.
bool set_some_value (Random &random, GParamSpec *spec, GValue *value)
{
  const std::string_view name = spec->name;
  if (G_IS_PARAM_SPEC_INT (spec)) {
    const auto *limits = G_PARAM_SPEC_INT (spec);
    const gint64 number = some_number (random, limits->minimum, limits->maximum);
    g_value_set_int (value, static_cast<gint> (tamed (random, name, number)));
  } else if (G_IS_PARAM_SPEC_UINT (spec)) {
    const auto *limits = G_PARAM_SPEC_UINT (spec);
    const gint64 number = some_number (random, limits->minimum, limits->maximum);
    g_value_set_uint (value, static_cast<guint> (tamed (random, name, number)));
  } else if (G_IS_PARAM_SPEC_UINT64 (spec)) {
    const auto number = static_cast<gint64> (some_large_number (random));
    g_value_set_uint64 (value, static_cast<guint64> (tamed (random, name, number)));
  } else if (G_IS_PARAM_SPEC_INT64 (spec)) {
    g_value_set_int64 (value, static_cast<gint64> (random.time_below (2'000)));
  } else if (G_IS_PARAM_SPEC_BOOLEAN (spec)) {
    g_value_set_boolean (value, random.one_in (2));
  } else if (G_IS_PARAM_SPEC_DOUBLE (spec)) {
    g_value_set_double (value, random.one_in (6) ? random.pick<double> ({0., 1., NAN, 1e-308})
                                                 : random.below (1001) / 1000.);
  } else if (G_IS_PARAM_SPEC_ENUM (spec)) {
    const GEnumClass *type = G_PARAM_SPEC_ENUM (spec)->enum_class;
    g_value_set_enum (value, type->values[random.below (static_cast<int> (type->n_values))].value);
  } else if (G_IS_PARAM_SPEC_STRING (spec)) {
    g_value_set_string (value, some_text (random));
  } else if (GST_IS_PARAM_SPEC_FRACTION (spec)) {
    set_some_fraction (random, value);
  } else if (GST_IS_PARAM_SPEC_ARRAY_LIST (spec)) {
    add_some_numbers (random, value, name == "indices");
  } else {
    return false;
  }
  return true;
}

}  // namespace

void set_some_property (Random &random, GObject *object)
{
  guint n = 0;
  GParamSpec **all = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  GParamSpec *spec = all[random.below (static_cast<int> (n))];
  g_free (all);
  const std::string_view name = spec->name;
  for (const std::string_view no : {"name", "parent", "caps", "template", "start-time-selection"})
    if (name == no) return;
  if (!(spec->flags & G_PARAM_WRITABLE) || spec->flags & G_PARAM_CONSTRUCT_ONLY) return;
  GValue value = G_VALUE_INIT;
  g_value_init (&value, spec->value_type);
  if (set_some_value (random, spec, &value)) {
    g_object_set_property (object, spec->name, &value);
    if (spec->flags & G_PARAM_READABLE) {
      g_value_reset (&value);
      g_object_get_property (object, spec->name, &value);
    }
  }
  g_value_unset (&value);
}

}  // namespace quad::fuzz
