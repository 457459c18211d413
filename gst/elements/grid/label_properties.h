// The properties of labels, of the element and of pads.
#pragma once

#include <gst/gst.h>

#include "elements/grid/label_settings.h"

namespace quad {

inline constexpr guint kLabelProperties = 6;     // of the element
inline constexpr guint kPadLabelProperties = 8;  // of a pad

// They get the ids from `first` on.
void install_label_properties (GObjectClass *klass, guint first);
void install_pad_label_properties (GObjectClass *klass, guint first);

// `which` is the id less `first`. They are called with the lock of the settings.
void set_label_property (LabelSettings &settings, guint which, const GValue *value);
void get_label_property (const LabelSettings &settings, guint which, GValue *value);
void set_pad_label_property (PadLabelSettings &settings, guint which, const GValue *value);
void get_pad_label_property (const PadLabelSettings &settings, guint which, GValue *value);

// Call it before a property is set, without a lock: the first text may take long.
void prepare_for (const GParamSpec *property, const GValue *value);

}  // namespace quad
