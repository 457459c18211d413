#include "elements/grid/changes.h"

#include <algorithm>
#include <set>
#include <utility>

#include "elements/grid/log.h"
#include "elements/grid/negotiation.h"

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
         (G_VALUE_HOLDS_INT64 (value) && g_value_get_int64 (value) < 0);
}

bool is_unsigned (const GParamSpec *spec)
{
  return G_IS_PARAM_SPEC_UINT (spec) || G_IS_PARAM_SPEC_UINT64 (spec);
}

// False if the value has no such meaning for the property.
bool convert (const GValue *from, const GParamSpec *spec, GValue *to)
{
  if (is_unsigned (spec) && is_negative (from)) return false;
  if (G_VALUE_HOLDS_STRING (from) && !G_VALUE_HOLDS_STRING (to)) {
    const char *text = g_value_get_string (from);
    return text && gst_value_deserialize (to, text);
  }
  // A number is no text.
  if (G_VALUE_HOLDS_STRING (to) && !G_VALUE_HOLDS_STRING (from)) return false;
  return g_value_transform (from, to);
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
    if (is_negative (value) || !g_value_transform (value, &time))
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
  g_value_init (&before_, spec_->value_type);
  if (!convert (value, spec_, &value_)) {
    const Owned<char> text{gst_value_serialize (value)};
    why = name_of (object, property).append (" cannot be ");
    why.append (text ? text.get () : G_VALUE_TYPE_NAME (value)).append (".");
  } else if (g_param_value_validate (spec_, &value_)) {
    why = name_of (object, property).append (": the value is out of range.");
  }
}

Setting::~Setting ()
{
  if (G_IS_VALUE (&value_)) g_value_unset (&value_);
  if (G_IS_VALUE (&before_)) g_value_unset (&before_);
}

Setting::Setting (Setting &&other) noexcept
    : object_ (other.object_),
      pad_ (std::move (other.pad_)),
      spec_ (other.spec_),
      value_ (std::exchange (other.value_, GValue G_VALUE_INIT)),
      before_ (std::exchange (other.before_, GValue G_VALUE_INIT))
{
}

void Setting::set ()
{
  if (spec_->flags & G_PARAM_READABLE) g_object_get_property (object (), spec_->name, &before_);
  g_object_set_property (object (), spec_->name, &value_);
}

void Setting::undo () { g_object_set_property (object (), spec_->name, &before_); }

std::vector<Change> ChangeBook::take_due (GstClockTime time)
{
  const std::lock_guard guard (lock_);
  std::vector<Change> due;
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

// While it lives, no frame's snapshot is taken, and this thread's changes of properties wait with
// what follows from them. No handler is called in between: notifications come at the end.
class Applying {
 public:
  Applying (GstQuadMuxGrid *self, const Change &change) : self_ (self)
  {
    for (const Setting &s : change) objects_.insert (s.object ());
    for (GObject *o : objects_) g_object_freeze_notify (o);
    self->impl->cells_lock.lock ();
    self->impl->changes.applier_ = std::this_thread::get_id ();
    self->impl->refused.keep ();
  }
  ~Applying ()
  {
    self_->impl->changes.applier_ = std::thread::id{};
    self_->impl->cells_lock.unlock ();
    for (GObject *o : objects_) g_object_thaw_notify (o);
    layout_changed (self_);
  }
  Applying (const Applying &) = delete;
  Applying &operator= (const Applying &) = delete;

  // Why a value was refused by its property; empty: none was.
  std::string refusal () { return self_->impl->refused.take_kept (); }

 private:
  GstQuadMuxGrid *self_;
  std::set<GObject *> objects_;
};

namespace {

// `stays`: else all is as before, and only the refusal is of interest.
std::string set_all (GstQuadMuxGrid *self, Change &change, bool stays)
{
  Applying applying (self, change);
  for (Setting &s : change) s.set ();
  const std::string refusal = applying.refusal ();
  if (stays && refusal.empty ()) return {};
  for (auto s = change.rbegin (); s != change.rend (); ++s) s->undo ();
  return refusal;
}

}  // namespace

std::string apply (GstQuadMuxGrid *self, const GstStructure *structure)
{
  if (!structure) return "There is no structure.";
  Reader reader (self);
  reader.read (structure);
  if (!reader.why ().empty ()) return reader.why ();
  const bool now = !GST_CLOCK_TIME_IS_VALID (reader.time ());
  std::string refusal = set_all (self, reader.change (), now);
  GST_INFO_OBJECT (self, "asked to apply %" GST_PTR_FORMAT ": %s", gconstpointer (structure),
                   refusal.c_str ());
  if (refusal.empty () && !now)
    self->impl->changes.add (reader.time (), std::move (reader.change ()));
  return refusal;
}

void apply_due (GstQuadMuxGrid *self, GstClockTime time)
{
  for (Change &change : self->impl->changes.take_due (time)) {
    const bool there = std::all_of (change.begin (), change.end (), [self] (const Setting &s) {
      return s.object () == G_OBJECT (self) ||
             gst_object_has_as_parent (GST_OBJECT (s.object ()), GST_OBJECT (self));
    });
    std::string refusal = there ? set_all (self, change, true) : "a pad is gone.";
    if (!refusal.empty ())
      GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                           ("A change for the running time %" GST_TIME_FORMAT " was left out: %s",
                            GST_TIME_ARGS (time), refusal.c_str ()),
                           (nullptr));
  }
}

}  // namespace quad
