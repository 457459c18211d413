#include "elements/grid/painter.h"

#include "elements/grid/log.h"
#include "elements/grid/quadmuxgrid.h"
#include "elements/grid/regions.h"
#include "elements/grid/warnings.h"
#include "glue/drawable_caps.h"
#include "glue/frame.h"
#include "glue/video.h"

namespace quad {
namespace {

std::optional<std::uint32_t> state_border_of (const GridSettings &settings, CellState state)
{
  return settings.state_border[static_cast<std::size_t> (state)];
}

// The pad and its picture in numbers.
Shot shot_of (const PadSnapshot &pad, const GridSettings &settings)
{
  Shot shot = {.seat = seat_of (pad),
               .box = pad.glided_to,
               .fit = pad.settings.fit,
               .xalign = pad.settings.xalign,
               .yalign = pad.settings.yalign,
               .alpha = pad.settings.alpha * pad.opacity,
               .border_color = state_border_of (settings, pad.state),
               .has_picture = pad.buffer != nullptr};
  if (!pad.buffer || !is_known (pad.info)) return shot;  // it may have come before its caps
  shot.picture.part = crop_of (pad.buffer.get (), frame_size (pad.buffer.get (), pad.info));
  shot.picture.sample = sample_shape_of (pad.info);
  shot.picture.chroma_unit = info_of (from_gst (GST_VIDEO_INFO_FORMAT (&pad.info))).chroma_unit ();
  shot.picture.orientation = pad.orientation;
  shot.picture.zoom = pad.settings.zoom;
  if (pad.reduced) cover (shot.picture, *pad.reduced);
  return shot;
}

std::pmr::vector<Place> places_of (const GridSnapshot &snapshot, const Canvas &canvas,
                                   ListMemory &memory)
{
  std::pmr::vector<Shot> shots (&memory);
  shots.reserve (snapshot.pads.size ());
  for (const PadSnapshot &pad : snapshot.pads) shots.push_back (shot_of (pad, snapshot.settings));
  return compose (cells_of (snapshot), canvas, shots, &memory);
}

// Said once a pad.
void say_moved (GstQuadMuxGrid *self, const PadSnapshot &pad)
{
  const Input::Move &moved = pad.pad->impl->inputs[GridPad::picture].moved ();
  if (!moved || pad.pad->impl->said_moved) return;
  pad.pad->impl->said_moved = true;
  GST_ELEMENT_INFO (
      self, STREAM, FORMAT,
      ("The frames of %s lie in %s memory and the output in %s memory: each is %s at the size "
       "that is shown.",
       GST_PAD_NAME (pad.pad.get ()), backend_of (moved.from).name, backend_of (moved.to).name,
       moved.to == Memory::host ? "downloaded" : "uploaded"),
      (nullptr));
}

// Whether the buffer has a crop that leaves nothing.
bool is_cropped_away (const PadSnapshot &pad, const Place &place)
{
  GstBuffer *buffer = pad.buffer.get ();
  return !place.box.picture.empty () && crop_of (buffer, frame_size (buffer, pad.info)).empty ();
}

// Not a fault that ends anything: the picture is there, and none of it is to be seen.
void say_cropped_away (GstQuadMuxGrid *self, const PadSnapshot &pad)
{
  const std::string sentence = std::string ("A buffer of ") + GST_PAD_NAME (pad.pad.get ()) +
                               " has a crop that leaves nothing of its picture.";
  if (pad.pad->impl->faults ().is_news (sentence))
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("%s", sentence.c_str ()), (nullptr));
}

// Nor this: the input is as it was.
void say_no_placeholder (GstQuadMuxGrid *self, const PadSnapshot &pad, const std::string &why)
{
  const std::string sentence =
      std::string ("The placeholder of ") + GST_PAD_NAME (pad.pad.get ()) + " is not shown: " + why;
  if (pad.pad->impl->faults ().is_news (sentence))
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("%s", sentence.c_str ()), (nullptr));
}

// What the user can do if the machine is the cause, and not a setting; else empty.
std::string advice_for (const Problem &problem)
{
  const std::string download = download_of (problem.memory);
  std::string downloaded =
      "With " + download + " in front of the pads frames are drawn in system memory.";
  switch (problem.status) {
    case Status::out_of_memory: return "Show fewer or smaller pictures, or free some memory.";
    case Status::device_failed:
      return "Start the pipeline again. Where that fails too, put " + download +
             " in front of the pads: then frames are drawn in system memory.";
    case Status::out_of_device_memory:
    case Status::no_kernels: return downloaded;
    default: return {};
  }
}

// `what`: the sentence's beginning.
void post_failure (GstQuadMuxGrid *self, const std::string &what, const Problem &problem)
{
  const Status status = problem.status;
  const std::string advice = advice_for (problem);
  std::string text = what + ": " + describe (status, backend_of (problem.memory));
  if (advice.empty ()) {
    GST_ELEMENT_ERROR (self, LIBRARY, FAILED, ("%s", text.c_str ()), (nullptr));
    return;
  }
  text.append (" ").append (advice);
  const bool full = status == Status::out_of_memory || status == Status::out_of_device_memory;
  if (full)
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT, ("%s", text.c_str ()), (nullptr));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED, ("%s", text.c_str ()), (nullptr));
}

// What is wrong with a picture of the pad's that the output's format cannot have.
std::string unconvertible (const PadSnapshot &pad)
{
  const Memory memory = memory_of (pad.buffer.get ());
  const std::string after = memory == Memory::host
                                ? std::string{}
                                : ", after " + download_of (memory) + " for frames in " +
                                      backend_of (memory).name + " memory";
  return std::string ("The pictures of ") + GST_PAD_NAME (pad.pad.get ()) +
         " cannot be converted to the output's format: put videoconvert in front of the pad" +
         after + ".";
}

// The beginning of a sentence on what failed.
std::string subject_of (const GridSnapshot &snapshot, const Input *input)
{
  for (const PadSnapshot &pad : snapshot.pads)
    for (const Input &shown : pad.pad->impl->inputs)
      if (&shown == input)
        return std::string ("The pictures of ") + GST_PAD_NAME (pad.pad.get ()) +
               " cannot be shown";
  return "The grid cannot be drawn";
}

// The beginning of a sentence on the pad's buffer.
std::string buffer_of (const PadSnapshot &pad)
{
  return std::string ("A buffer of ") + GST_PAD_NAME (pad.pad.get ()) + " ";
}

}  // namespace

GstFlowReturn GridPainter::draw (GstQuadMuxGrid *self, const GridSnapshot &snapshot,
                                 const GstVideoInfo &info, GstBuffer *out)
{
  const GstSegment &segment = output_segment_of (self);
  ListMemory &lists = self->impl->frame_lists;
  Frame frame = {self, snapshot, info,
                 gst_segment_to_running_time (&segment, GST_FORMAT_TIME, GST_BUFFER_PTS (out)),
                 std::pmr::vector<ShownPicture> (&lists)};
  const std::pmr::vector<Place> places = places_of (snapshot, canvas_of (info), lists);
  frame.shown.reserve (places.size ());
  warn_of_weights (self, snapshot);
  stage_.set_threads (snapshot.settings.n_threads);
  if (const Problem p = stage_.begin (info, out, snapshot.settings.background_color))
    return fail (frame, p);
  GST_LOG_OBJECT (self, "draws the frame at %" GST_TIME_FORMAT ", %d inputs",
                  GST_TIME_ARGS (frame.time), static_cast<int> (places.size ()));
  for (std::size_t i = 0; i < places.size (); i++)
    if (!show (frame, snapshot.pads[i], places[i]) ||
        !show_texts (frame, snapshot.pads[i], places[i])) {
      stage_.cancel ();
      return GST_FLOW_ERROR;
    }
  const Problem problem = stage_.finish ();
  if (problem) return fail (frame, problem);
  add_regions (snapshot, frame.shown, frame.time, out);
  self->impl->shown.note (frame.shown);
  return GST_FLOW_OK;
}

// Shows the pad's picture, if there is one, with its border. False where the output ends.
bool GridPainter::show (Frame &frame, const PadSnapshot &pad, const Place &place)
{
  GridPad &impl = *pad.pad->impl;
  ShownPicture &shown = frame.shown.emplace_back (ShownPicture{.pad = impl.serial});
  const Size canvas = {frame.info.width, frame.info.height};
  if (place.alpha > 0) shown.box = intersect (place.box.cell, rect_of (canvas));
  if (!pad.buffer) {
    draw_border (place);
    return true;
  }
  if (!pad.leaves) warn_of_place (frame.self, frame.snapshot, pad, !place.box.picture.empty ());
  if (!place.can_be_seen ()) {
    GST_LOG_OBJECT (pad.pad.get (), "cannot be seen: alpha %d, cell %d", place.alpha, pad.cell);
    impl.faults ().unseen_frame ();
    return true;
  }
  if (!is_known (pad.info))
    return leave_out (frame, pad, buffer_of (pad) + "has come before its caps.");

  const bool seen = !place.placement.target.empty ();
  const FineRect &part = place.placement.crop;
  const Rect &target = place.placement.target;
  if (seen)
    GST_LOG_OBJECT (pad.pad.get (), "shows %gx%g at %g,%g of its picture at %d,%d of the output",
                    part.width, part.height, part.x, part.y, target.x, target.y);
  const Problem problem = stage_.show (impl.inputs[pad.shown], pad.buffer.get (), pad.info,
                                       {.placement = place.placement,
                                        .orientation = pad.orientation,
                                        .filter = frame.snapshot.settings.method,
                                        .alpha = place.alpha,
                                        .peak = pad.peak,
                                        .still = pad.shown == GridPad::placeholder_picture});
  if (problem.kind == Problem::Kind::foreign || problem.kind == Problem::Kind::bad_buffer)
    return leave_out (frame, pad, buffer_of (pad) + problem.why + ".");
  if (seen && pad.shown == GridPad::picture) {
    shown.placement = place.placement;
    shown.orientation = pad.orientation;
  }
  if (problem.kind == Problem::Kind::unconvertible)
    return leave_out (frame, pad, unconvertible (pad));
  if (problem) return fail (frame, problem) == GST_FLOW_OK;

  if (seen && pad.dim > 0)
    stage_.fill (target, 0, alpha_of (pad.dim * pad.settings.alpha * pad.opacity));
  draw_border (place);
  if (is_cropped_away (pad, place)) say_cropped_away (frame.self, pad);
  if (!seen || pad.shown != GridPad::picture) return true;
  say_moved (frame.self, pad);
  impl.faults ().good_frame (frame.time);
  return true;
}

// Shows the pad's label over its picture, border or background. False where the output ends.
bool GridPainter::show_texts (const Frame &frame, const PadSnapshot &pad, const Place &place)
{
  const Problem problem = labels_.show (
      {frame.self, frame.snapshot.labels, canvas_of (frame.info), frame.time}, pad, place);
  return !problem || fail (frame, problem) == GST_FLOW_OK;
}

void GridPainter::draw_border (const Place &place)
{
  for (const Rect &strip : place.border)
    stage_.fill (strip, place.border_color, place.border_alpha);
}

// A frame that cannot be shown: its cell shows the background. False where that ends the
// output.
bool GridPainter::leave_out (const Frame &frame, const PadSnapshot &pad,
                             const std::string &sentence) const
{
  if (pad.shown != GridPad::picture) {
    say_no_placeholder (frame.self, pad, sentence);
    return true;
  }
  pad.pad->impl->watch.not_shown (pad.settings.states);
  const char *format = is_known (pad.info) ? GST_VIDEO_INFO_NAME (&pad.info) : "no format";
  const std::string detail = std::to_string (gst_buffer_get_size (pad.buffer.get ())) + " bytes, " +
                             std::to_string (pad.info.width) + "x" +
                             std::to_string (pad.info.height) + " " + format;
  return !take_bad_frame (frame.self, GST_AGGREGATOR_PAD (pad.pad.get ()), sentence, detail,
                          frame.time);
}

// Posts why the output ends.
GstFlowReturn GridPainter::fail (const Frame &frame, const Problem &problem)
{
  GstQuadMuxGrid *self = frame.self;
  switch (problem.kind) {
    case Problem::Kind::none:
    case Problem::Kind::said: break;
    case Problem::Kind::no_renderer:
      GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND,
                         ("This machine cannot draw frames in %s memory. Put %s in front of the "
                          "pads, and let the output be in system memory.",
                          backend_of (problem.memory).name, download_of (problem.memory).c_str ()),
                         (nullptr));
      break;
    case Problem::Kind::foreign:
    case Problem::Kind::bad_buffer:
      GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("The output's memory cannot be written."),
                         ("The buffer %s.", problem.why.c_str ()));
      break;
    case Problem::Kind::not_moved:
      post_failure (self, "The pictures cannot be downloaded", problem);
      break;
    case Problem::Kind::unconvertible:
    case Problem::Kind::failed:
      post_failure (self, subject_of (frame.snapshot, problem.input), problem);
  }
  return GST_FLOW_ERROR;
}

}  // namespace quad
