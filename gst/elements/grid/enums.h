// quadmux-grid's enumerations as GTypes, for properties.
#pragma once

#include "glue/enums.h"
#include "public/gstquad.h"

G_BEGIN_DECLS

GType gst_quad_fit_get_type (void);                 // quad::Fit
GType gst_quad_eos_policy_get_type (void);          // quad::EosPolicy
GType gst_quad_cell_state_get_type (void);          // quad::CellState
GType gst_quad_lost_policy_get_type (void);         // quad::LostPolicy
GType gst_quad_label_position_get_type (void);      // quad::LabelPosition
GType gst_quad_pad_label_position_get_type (void);  // the same, or the element's
GType gst_quad_transition_mode_get_type (void);     // quad::TransitionMode

G_END_DECLS

#define GST_TYPE_QUAD_FIT (gst_quad_fit_get_type ())
#define GST_TYPE_QUAD_EOS_POLICY (gst_quad_eos_policy_get_type ())
#define GST_TYPE_QUAD_CELL_STATE (gst_quad_cell_state_get_type ())
#define GST_TYPE_QUAD_LOST_POLICY (gst_quad_lost_policy_get_type ())
#define GST_TYPE_QUAD_LABEL_POSITION (gst_quad_label_position_get_type ())
#define GST_TYPE_QUAD_PAD_LABEL_POSITION (gst_quad_pad_label_position_get_type ())
#define GST_TYPE_QUAD_TRANSITION_MODE (gst_quad_transition_mode_get_type ())

namespace quad {

// When a composition ends.
enum class EosPolicy { longest, shortest };

// How an input is doing, see StateWatch.
enum class CellState {
  waiting = GST_QUAD_CELL_STATE_WAITING,
  live = GST_QUAD_CELL_STATE_LIVE,
  late = GST_QUAD_CELL_STATE_LATE,
  lost = GST_QUAD_CELL_STATE_LOST,
  ended = GST_QUAD_CELL_STATE_ENDED,
};
inline constexpr int kCellStates = 5;

// What a cell shows while its input is lost.
enum class LostPolicy { hold, background, placeholder };

// How pictures go from one place to another.
enum class TransitionMode { none, ease, linear };

}  // namespace quad
