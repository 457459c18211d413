/* gstquad-1.0: what the elements of gst-quad say to applications, and how they are asked.
 *
 * Only names: of metas, messages, queries, events, statistics, and of their fields. They stay as
 * they are within the 1.0 of the name. New fields may be added. There is nothing to link beside
 * GStreamer; the elements themselves use this header.
 *
 * Times are guint64 in nanoseconds; GST_CLOCK_TIME_NONE where there is none. A field's type is
 * what gst_structure_get () wants. What a structure holds belongs to the structure: objects that
 * gst_structure_get () gives have a reference of their own, which the caller lets go.
 *
 * Messages are element messages (GST_MESSAGE_ELEMENT). They may come from any thread.
 */
#ifndef GSTQUAD_H
#define GSTQUAD_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* ---- quadmux-grid: cells ---- */

/**
 * GstQuadCellState:
 * @GST_QUAD_CELL_STATE_WAITING: no frame has come yet
 * @GST_QUAD_CELL_STATE_LIVE: frames come
 * @GST_QUAD_CELL_STATE_LATE: the next frame is overdue
 * @GST_QUAD_CELL_STATE_LOST: frames have been missing for long
 * @GST_QUAD_CELL_STATE_ENDED: the input has ended
 *
 * How an input is doing. The GType has the name %GST_QUAD_CELL_STATE_TYPE_NAME and is there once
 * the first quadmux-grid was made: gst_structure_get_enum () with g_type_from_name () reads it.
 */
typedef enum {
  GST_QUAD_CELL_STATE_WAITING = 0,
  GST_QUAD_CELL_STATE_LIVE = 1,
  GST_QUAD_CELL_STATE_LATE = 2,
  GST_QUAD_CELL_STATE_LOST = 3,
  GST_QUAD_CELL_STATE_ENDED = 4
} GstQuadCellState;

/**
 * GST_QUAD_CELL_STATE_TYPE_NAME:
 *
 * The name of the GType of #GstQuadCellState.
 */
#define GST_QUAD_CELL_STATE_TYPE_NAME "GstQuadCellState"

/**
 * GST_QUAD_META_CELL:
 *
 * The type of the region of interest (#GstVideoRegionOfInterestMeta) of each cell that an input
 * has, on output frames of a quadmux-grid with `cell-metas`. Its place is in pixels of the output.
 * gst_video_region_of_interest_meta_get_param () gives the parameter of the same name:
 *
 * |[
 * pad      gchararray         the sink pad's name
 * state    GstQuadCellState   how the input is doing
 * pts      guint64            of the input's frame that is shown
 * age      guint64            how long this frame has been shown
 * ]|
 */
#define GST_QUAD_META_CELL "cell"

/**
 * GST_QUAD_MESSAGE_CELL_STATE:
 *
 * An input's state has changed. The message follows the first output frame in the new state.
 *
 * |[
 * pad            GstPad             the sink pad
 * old, new       GstQuadCellState
 * running-time   guint64            of that output frame
 * age            guint64            how long the last frame had been shown by then
 * ]|
 */
#define GST_QUAD_MESSAGE_CELL_STATE "cell-state"

/**
 * GST_QUAD_MESSAGE_CELL_SIZE:
 *
 * The size of an input's place on the output has changed; with `post-cell-size`.
 *
 * |[
 * pad                       GstPad    the sink pad
 * width, height             gint      the place of its picture in pixels; 0x0 without a cell
 * crop-width, crop-height   gdouble   the fraction of the picture's sides that is shown
 * ]|
 */
#define GST_QUAD_MESSAGE_CELL_SIZE "cell-size"

/**
 * GST_QUAD_MESSAGE_CELL_SELECTED:
 *
 * A cell was clicked or touched; with `post-selections`.
 *
 * |[
 * pad    GstPad    the sink pad
 * x, y   gdouble   where, in pixels of the output
 * ]|
 */
#define GST_QUAD_MESSAGE_CELL_SELECTED "cell-selected"

/**
 * GST_QUAD_STATS_CELL:
 *
 * The structure in the property `stats` of a sink pad of quadmux-grid. All fields are guint64:
 * frames-in, frames-shown, frames-dropped, frames-repeated, frames-late and frames-converted count;
 * age and latency are times.
 */
#define GST_QUAD_STATS_CELL "application/x-quad-cell-stats"

/**
 * GST_QUAD_STATS_GRID:
 *
 * The structure in the property `stats` of quadmux-grid. All fields are guint64: frames and
 * deadline-misses count; render-time-median and render-time-max are times.
 */
#define GST_QUAD_STATS_GRID "application/x-quad-grid-stats"

/* ---- At which size a picture is shown ---- */

/**
 * GST_QUAD_QUERY_TARGET:
 *
 * A custom query (%GST_QUERY_CUSTOM), sent downstream: at which size is a picture shown?
 * quaddownscale and quadmux-grid answer. Send it to the element that is next, and take the answer
 * only if `element` is that one: docs/queries.md.
 *
 * |[
 * asked:
 * width, height                            gint           the full size, in pixels
 * pixel-aspect-ratio                       GstFraction    may be missing: 1/1
 * orientation              GstVideoOrientationMethod      may be missing: identity
 * answered:
 * target-width, target-height              gint           the drawn size of the shown part
 * crop-x, crop-y, crop-width, crop-height  gdouble        this part, in fractions of the sides
 * element                                  GstElement     who answers
 * ]|
 */
#define GST_QUAD_QUERY_TARGET "quad-target"

/**
 * GST_QUAD_EVENT_FULL_PICTURE:
 *
 * A sticky event (%GST_EVENT_CUSTOM_DOWNSTREAM_STICKY) before the caps of pictures that were
 * decoded smaller because of an answer to #GST_QUAD_QUERY_TARGET.
 *
 * |[
 * width, height                   gint      the full size of the picture
 * decoded-width, decoded-height   gint      the size in the caps that follow
 * covered-width, covered-height   gdouble   how much of that the picture takes; all if missing
 * ]|
 */
#define GST_QUAD_EVENT_FULL_PICTURE "quad-full-picture"

/* ---- frameextract ---- */

/**
 * GST_QUAD_META_EXTRACTED_FRAME:
 *
 * The custom meta (gst_buffer_get_custom_meta ()) of each frame that was selected. It has no tags,
 * so most elements copy it. All fields are guint64; times count from where the film begins.
 *
 * |[
 * index            which of the targets, from 0
 * requested-time   the time that was asked for
 * actual-time      when the frame begins
 * origin           the stream time at which the film begins
 * ]|
 */
#define GST_QUAD_META_EXTRACTED_FRAME "quad-extracted-frame"

/**
 * GST_QUAD_MESSAGE_FRAME_EXTRACTED:
 *
 * Downstream took a frame; with `post-messages`. The fields index, requested-time and actual-time
 * are as in #GST_QUAD_META_EXTRACTED_FRAME.
 */
#define GST_QUAD_MESSAGE_FRAME_EXTRACTED "frame-extracted"

/**
 * GST_QUAD_MESSAGE_FRAME_MISSED:
 *
 * A target has no frame. Several ticks of a rate that are missed for one reason share a message.
 *
 * |[
 * index, requested-time             guint64      of the first
 * reason                            gchararray   one of GST_QUAD_REASON_
 * count                             guint64      only if there are several: how many
 * last-index, last-requested-time   guint64      only if there are several: of the last
 * ]|
 */
#define GST_QUAD_MESSAGE_FRAME_MISSED "frame-missed"

/**
 * GST_QUAD_REASON_BEYOND_END:
 *
 * The film ends before that time.
 */
#define GST_QUAD_REASON_BEYOND_END "beyond-end"
/**
 * GST_QUAD_REASON_NO_FRAME:
 *
 * No frame is near enough.
 */
#define GST_QUAD_REASON_NO_FRAME "no-frame-in-tolerance"
/**
 * GST_QUAD_REASON_DECODE_ERROR:
 *
 * The frame is marked as corrupted, or the film ends before its duration.
 */
#define GST_QUAD_REASON_DECODE_ERROR "decode-error"

/**
 * GST_QUAD_MESSAGE_PROGRESS:
 *
 * How many targets are done; with `post-messages`. At most ten a second, and one at the end.
 *
 * |[
 * done    guint64
 * total   guint64   only if it is known
 * ]|
 */
#define GST_QUAD_MESSAGE_PROGRESS "progress"

/* ---- quadmatte, quadmatterefine ---- */

/**
 * GST_QUAD_MESSAGE_MODEL_LOADED:
 *
 * What runs, once a start and model.
 *
 * |[
 * model-file                   gchararray
 * execution-provider           gchararray   "cpu", "cuda" or "tensorrt"
 * runtime                      gchararray   the name and version of the library
 * load-time, first-run-time    guint64
 * ]|
 */
#define GST_QUAD_MESSAGE_MODEL_LOADED "model-loaded"

/* ---- Fields ---- */

/* One name for each field. Its type, and what it means, is above where the structure is. */
#define GST_QUAD_FIELD_PAD "pad"
#define GST_QUAD_FIELD_STATE "state"
#define GST_QUAD_FIELD_PTS "pts"
#define GST_QUAD_FIELD_AGE "age"
#define GST_QUAD_FIELD_OLD "old"
#define GST_QUAD_FIELD_NEW "new"
#define GST_QUAD_FIELD_RUNNING_TIME "running-time"
#define GST_QUAD_FIELD_WIDTH "width"
#define GST_QUAD_FIELD_HEIGHT "height"
#define GST_QUAD_FIELD_X "x"
#define GST_QUAD_FIELD_Y "y"
#define GST_QUAD_FIELD_CROP_X "crop-x"
#define GST_QUAD_FIELD_CROP_Y "crop-y"
#define GST_QUAD_FIELD_CROP_WIDTH "crop-width"
#define GST_QUAD_FIELD_CROP_HEIGHT "crop-height"
#define GST_QUAD_FIELD_PIXEL_ASPECT_RATIO "pixel-aspect-ratio"
#define GST_QUAD_FIELD_ORIENTATION "orientation"
#define GST_QUAD_FIELD_TARGET_WIDTH "target-width"
#define GST_QUAD_FIELD_TARGET_HEIGHT "target-height"
#define GST_QUAD_FIELD_ELEMENT "element"
#define GST_QUAD_FIELD_DECODED_WIDTH "decoded-width"
#define GST_QUAD_FIELD_DECODED_HEIGHT "decoded-height"
#define GST_QUAD_FIELD_COVERED_WIDTH "covered-width"
#define GST_QUAD_FIELD_COVERED_HEIGHT "covered-height"
#define GST_QUAD_FIELD_INDEX "index"
#define GST_QUAD_FIELD_REQUESTED_TIME "requested-time"
#define GST_QUAD_FIELD_ACTUAL_TIME "actual-time"
#define GST_QUAD_FIELD_ORIGIN "origin"
#define GST_QUAD_FIELD_REASON "reason"
#define GST_QUAD_FIELD_COUNT "count"
#define GST_QUAD_FIELD_LAST_INDEX "last-index"
#define GST_QUAD_FIELD_LAST_REQUESTED_TIME "last-requested-time"
#define GST_QUAD_FIELD_DONE "done"
#define GST_QUAD_FIELD_TOTAL "total"
#define GST_QUAD_FIELD_MODEL_FILE "model-file"
#define GST_QUAD_FIELD_EXECUTION_PROVIDER "execution-provider"
#define GST_QUAD_FIELD_RUNTIME "runtime"
#define GST_QUAD_FIELD_LOAD_TIME "load-time"
#define GST_QUAD_FIELD_FIRST_RUN_TIME "first-run-time"
#define GST_QUAD_FIELD_FRAMES_IN "frames-in"
#define GST_QUAD_FIELD_FRAMES_SHOWN "frames-shown"
#define GST_QUAD_FIELD_FRAMES_DROPPED "frames-dropped"
#define GST_QUAD_FIELD_FRAMES_REPEATED "frames-repeated"
#define GST_QUAD_FIELD_FRAMES_LATE "frames-late"
#define GST_QUAD_FIELD_FRAMES_CONVERTED "frames-converted"
#define GST_QUAD_FIELD_LATENCY "latency"
#define GST_QUAD_FIELD_FRAMES "frames"
#define GST_QUAD_FIELD_RENDER_TIME_MEDIAN "render-time-median"
#define GST_QUAD_FIELD_RENDER_TIME_MAX "render-time-max"
#define GST_QUAD_FIELD_DEADLINE_MISSES "deadline-misses"

G_END_DECLS

#endif
