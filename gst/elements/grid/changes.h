// Changes of many properties that take effect on one output frame: the action signal `apply`.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "glue/owned.h"

struct GstQuadMuxGrid;

namespace quad {

// A value for a property of the element or of one of its pads. It holds a reference to a pad, but
// not to the element, which owns it.
class Setting {
 public:
  // Converts `value` to the property's type, and checks it. On failure `why` says what is wrong,
  // and the setting must not be used.
  Setting (GObject *object, const char *property, const GValue *value, std::string &why);
  ~Setting ();
  Setting (Setting &&other) noexcept;
  Setting (const Setting &) = delete;
  Setting &operator= (Setting &&) = delete;

  GObject *object () const { return object_; }
  void set () const;

 private:
  GObject *object_;
  Owned<GstPad> pad_;
  GParamSpec *spec_ = nullptr;
  GValue value_ = G_VALUE_INIT;
};

using Change = std::vector<Setting>;

// The changes of an element. All functions may be called on any thread.
class ChangeBook {
 public:
  // Changes that are due at a running time or before.
  std::vector<Change> take_due (GstClockTime time);
  void add (GstClockTime time, Change change);
  void clear ();

  // True on the thread that applies a change now: then the layout's followers are told at its end.
  bool defers ()
  {
    const bool applies = applier_.load () == std::this_thread::get_id ();
    if (applies) deferred_ = true;
    return applies;
  }

 private:
  friend class Applying;

  std::atomic<std::thread::id> applier_;
  bool deferred_ = false;  // used by the thread that applies
  std::mutex lock_;
  std::multimap<GstClockTime, Change> later_;
};

// `structure` has fields named as the element's properties, and `pads`: an array or list of
// structures that are named as pads, with fields named as their properties. With a `running-time`
// the change takes effect on the first output frame that begins then or later. All of it takes
// effect, or nothing. A change that waits ends with a stop, or if a pad of it is gone. Returns why
// it was refused, a sentence; empty: it was not.
std::string apply (GstQuadMuxGrid *self, const GstStructure *structure);

// Applies what is due in the output frame that begins at the running time `time`. Called by the
// thread that makes the output, without a lock.
void apply_due (GstQuadMuxGrid *self, GstClockTime time);

}  // namespace quad
