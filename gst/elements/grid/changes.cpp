#include "elements/grid/changes.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "elements/grid/label_properties.h"
#include "elements/grid/log.h"
#include "elements/grid/negotiation.h"
#include "elements/grid/state_properties.h"

namespace quad {
namespace {

// What may change while a frame is made, without side effects beside the picture.
bool may_change (const GParamSpec *spec)
{
  const bool changes = spec->flags & (GST_PARAM_CONTROLLABLE | GST_PARAM_MUTABLE_PLAYING);
  return changes && (spec->flags & G_PARAM_WRITABLE) && !(spec->flags & G_PARAM_CONSTRUCT_ONLY);
}

bool is_negative (const GValue *value)
{
  return (G_VALUE_HOLDS_INT (value) && g_value_get_int (value) < 0) ||
         (G_VALUE_HOLDS_INT64 (value) && g_value_get_int64 (value) < 0) ||
         (G_VALUE_HOLDS_DOUBLE (value) && !(g_value_get_double (value) >= 0));
}

bool is_finite (const GValue *value)
{
  return !G_VALUE_HOLDS_DOUBLE (value) || std::isfinite (g_value_get_double (value));
}

bool is_unsigned (const GValue *value)
{
  return G_VALUE_HOLDS_UINT (value) || G_VALUE_HOLDS_UINT64 (value);
}

// A structure's text gives 0xff000000 as a negative number.
bool is_color (const GParamSpec *spec)
{
  const std::string_view name = spec->name;
  return name.ends_with ("-color") || name == "label-background";
}

bool is_number (const GValue *value)
{
  return g_value_type_transformable (G_VALUE_TYPE (value), G_TYPE_DOUBLE) &&
         !G_VALUE_HOLDS_STRING (value);
}

// False if something is lost.
bool convert_number (const GValue *from, GValue *to)
{
  if (!is_finite (from) || (is_unsigned (to) && is_negative (from)) ||
      !g_value_transform (from, to) || (is_unsigned (from) && is_negative (to)))
    return false;
  GValue back = G_VALUE_INIT;
  g_value_init (&back, G_VALUE_TYPE (from));
  const bool same =
      g_value_transform (to, &back) && gst_value_compare (from, &back) == GST_VALUE_EQUAL;
  g_value_unset (&back);
  return same;
}

// False if the value has no such meaning for the property.
bool convert (const GValue *from, const GParamSpec *spec, GValue *to)
{
  if (G_VALUE_TYPE (from) == G_VALUE_TYPE (to)) {
    g_value_copy (from, to);
    return is_finite (from);
  }
  if (G_VALUE_HOLDS_STRING (from)) {
    const char *text = g_value_get_string (from);
    return text && gst_value_deserialize (to, text);
  }
  // A number is no text.
  if (G_VALUE_HOLDS_STRING (to)) return false;
  if (is_color (spec) && G_VALUE_HOLDS_INT (from) && g_value_get_int (from) < -1) {
    GValue color = G_VALUE_INIT;
    g_value_init (&color, G_TYPE_UINT);
    g_value_set_uint (&color, static_cast<guint> (g_value_get_int (from)));
    return g_value_transform (&color, to);
  }
  return convert_number (from, to);
}

// Why the property would refuse the value; empty: it would not.
std::string refusal_of (const GParamSpec *spec, const GValue *value)
{
  const std::string_view name = spec->name;
  std::string why;
  GridSettings scratch;
  for (const LayoutTextRow &row : kLayoutTexts) {
    if (name != row.property) continue;
    const char *text = g_value_get_string (value);
    return refusal_of (row, row.read (text ? text : "", scratch));
  }
  prepare_for (spec, value);
  if (name == "state-border") set_state_border (scratch, value, why);
  auto *sample =
      name == "placeholder" ? static_cast<GstSample *> (g_value_get_boxed (value)) : nullptr;
  if (sample) placeholder_of (sample, why);
  return why;
}

std::string name_of (GObject *object, const char *property)
{
  return std::string (GST_OBJECT_NAME (object)).append ("::").append (property);
}

// A change in the making.
class Reader {
 public:
  explicit Reader (GstQuadMuxGrid *self) : self_ (self) {}

  void read (const GstStructure *structure)
  {
    for (int i = 0; i < gst_structure_n_fields (structure) && why_.empty (); i++) {
      const char *field = gst_structure_nth_field_name (structure, static_cast<guint> (i));
      const GValue *value = gst_structure_get_value (structure, field);
      const std::string_view name = field;
      if (name == "pads")
        read_pads (value);
      else if (name == "running-time")
        read_time (value);
      else
        add (G_OBJECT (self_), field, value);
    }
  }

  Change &change () { return change_; }
  GstClockTime time () const { return time_; }  // none: at once
  const std::string &why () const { return why_; }

 private:
  void read_time (const GValue *value)
  {
    GValue time = G_VALUE_INIT;
    g_value_init (&time, G_TYPE_UINT64);
    if (!is_number (value) || !convert_number (value, &time) ||
        !GST_CLOCK_TIME_IS_VALID (g_value_get_uint64 (&time)))
      why_ = "running-time is no time in nanoseconds.";
    else
      time_ = g_value_get_uint64 (&time);
    g_value_unset (&time);
  }

  void read_pads (const GValue *value)
  {
    const bool array = GST_VALUE_HOLDS_ARRAY (value);
    if (!array && !GST_VALUE_HOLDS_LIST (value)) {
      why_ = "pads is no array of structures.";
      return;
    }
    const guint n = array ? gst_value_array_get_size (value) : gst_value_list_get_size (value);
    for (guint i = 0; i < n && why_.empty (); i++)
      read_pad (array ? gst_value_array_get_value (value, i) : gst_value_list_get_value (value, i));
  }

  void read_pad (const GValue *value)
  {
    if (!GST_VALUE_HOLDS_STRUCTURE (value)) {
      why_ = "pads is no array of structures.";
      return;
    }
    const GstStructure *structure = gst_value_get_structure (value);
    const char *name = gst_structure_get_name (structure);
    const Owned<GstPad> pad{gst_element_get_static_pad (GST_ELEMENT (self_), name)};
    if (!pad || !GST_PAD_IS_SINK (pad.get ())) {
      why_ = std::string ("There is no sink pad \"").append (name).append ("\".");
      return;
    }
    for (int i = 0; i < gst_structure_n_fields (structure) && why_.empty (); i++) {
      const char *field = gst_structure_nth_field_name (structure, static_cast<guint> (i));
      add (G_OBJECT (pad.get ()), field, gst_structure_get_value (structure, field));
    }
  }

  void add (GObject *object, const char *property, const GValue *value)
  {
    Setting setting (object, property, value, why_);
    if (why_.empty ()) change_.push_back (std::move (setting));
  }

  GstQuadMuxGrid *self_;
  Change change_;
  GstClockTime time_ = GST_CLOCK_TIME_NONE;
  std::string why_;
};

}  // namespace

Setting::Setting (GObject *object, const char *property, const GValue *value, std::string &why)
    : object_ (object),
      pad_{GST_IS_PAD (object) ? GST_PAD (gst_object_ref (object)) : nullptr},
      spec_ (g_object_class_find_property (G_OBJECT_GET_CLASS (object), property))
{
  if (!spec_) {
    why = std::string (GST_OBJECT_NAME (object)).append (" has no property \"");
    why.append (property).append ("\".");
    return;
  }
  if (!may_change (spec_)) {
    why = name_of (object, property).append (" cannot be changed together with others.");
    return;
  }
  g_value_init (&value_, spec_->value_type);
  if (!convert (value, spec_, &value_)) {
    const Owned<char> text{gst_value_serialize (value)};
    why = name_of (object, property).append (" cannot be ");
    why.append (text ? text.get () : G_VALUE_TYPE_NAME (value)).append (".");
  } else if (g_param_value_validate (spec_, &value_)) {
    why = name_of (object, property).append (": the value is out of range.");
  } else {
    why = refusal_of (spec_, &value_);
  }
}

Setting::~Setting ()
{
  if (G_IS_VALUE (&value_)) g_value_unset (&value_);
}

Setting::Setting (Setting &&other) noexcept
    : object_ (other.object_),
      pad_ (std::move (other.pad_)),
      spec_ (other.spec_),
      value_ (std::exchange (other.value_, GValue G_VALUE_INIT))
{
}

void Setting::set () const { g_object_set_property (object (), spec_->name, &value_); }

std::vector<Change> ChangeBook::take_due (GstClockTime time)
{
  std::vector<Change> due;
  if (!GST_CLOCK_TIME_IS_VALID (time)) return due;
  const std::lock_guard guard (lock_);
  const auto end = later_.upper_bound (time);
  for (auto at = later_.begin (); at != end; ++at) due.push_back (std::move (at->second));
  later_.erase (later_.begin (), end);
  return due;
}

void ChangeBook::add (GstClockTime time, Change change)
{
  const std::lock_guard guard (lock_);
  later_.emplace (time, std::move (change));
}

void ChangeBook::clear ()
{
  const std::lock_guard guard (lock_);
  later_.clear ();
}

// While it lives, no frame's snapshot is taken. No handler is called in between: notifications come
// at the end, and neighbours are told then.
class Applying {
 public:
  Applying (GstQuadMuxGrid *self, const Change &change) : self_ (self)
  {
    for (const Setting &s : change) objects_.insert (s.object ());
    for (GObject *o : objects_) g_object_freeze_notify (o);
    self->impl->cells_lock.lock ();
    self->impl->changes.applier_ = std::this_thread::get_id ();
    self->impl->changes.deferred_ = false;
  }
  ~Applying ()
  {
    const bool deferred = self_->impl->changes.deferred_;
    self_->impl->changes.applier_ = std::thread::id{};
    self_->impl->cells_lock.unlock ();
    for (GObject *o : objects_) g_object_thaw_notify (o);
    if (deferred) cells_changed (self_);
  }
  Applying (const Applying &) = delete;
  Applying &operator= (const Applying &) = delete;

 private:
  GstQuadMuxGrid *self_;
  std::set<GObject *> objects_;
};

namespace {

void set_all (GstQuadMuxGrid *self, const Change &change)
{
  const Applying applying (self, change);
  for (const Setting &s : change) s.set ();
}

}  // namespace

std::string apply (GstQuadMuxGrid *self, const GstStructure *structure)
{
  if (!structure) return "There is no structure.";
  Reader reader (self);
  reader.read (structure);
  GST_INFO_OBJECT (self, "asked to apply %" GST_PTR_FORMAT ": %s", gconstpointer (structure),
                   reader.why ().c_str ());
  if (!reader.why ().empty ()) return readable (reader.why ());
  if (GST_CLOCK_TIME_IS_VALID (reader.time ()))
    self->impl->changes.add (reader.time (), std::move (reader.change ()));
  else
    set_all (self, reader.change ());
  return {};
}

void apply_due (GstQuadMuxGrid *self, GstClockTime time)
{
  for (const Change &change : self->impl->changes.take_due (time)) {
    const bool there = std::all_of (change.begin (), change.end (), [self] (const Setting &s) {
      return s.object () == G_OBJECT (self) ||
             gst_object_has_as_parent (GST_OBJECT (s.object ()), GST_OBJECT (self));
    });
    if (there)
      set_all (self, change);
    else
      GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                           ("A change that was due at the running time %" GST_TIME_FORMAT
                            " was left out: a pad is gone.",
                            GST_TIME_ARGS (time)),
                           (nullptr));
  }
}

}  // namespace quad
