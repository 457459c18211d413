#include "elements/grid/painter.h"

#include <cmath>

#include "elements/grid/warnings.h"
#include "glue/backend.h"
#include "glue/frame.h"
#include "glue/video.h"

namespace quad {
namespace {

bool is_gap (GstBuffer *buffer)
{
  return gst_buffer_get_size (buffer) == 0 && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
}

// What the pad shows now: its current frame, or, after its end, the last one where
// it is to be repeated. None where there is nothing to see.
struct Current {
  Owned<GstBuffer> buffer;
  GstVideoInfo info = {};
};

Current current_of (const PadSnapshot &snapshot)
{
  GstVideoAggregatorPad *pad = &snapshot.pad->parent;
  GridPad &impl = *snapshot.pad->impl;
  const bool eos = gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad));
  Owned<GstBuffer> dropped;
  // A flush takes the base class's buffer away with the lock held.
  const std::lock_guard guard (impl.lock);
  GstBuffer *buffer = gst_video_aggregator_pad_get_current_buffer (pad);
  if (buffer && is_gap (buffer)) buffer = nullptr;
  // Nothing takes the place of the last frame while the next ones have no time.
  if (impl.fault.is_untimed () && !eos) buffer = nullptr;
  if (!buffer && eos && snapshot.settings.repeat_after_eos && impl.held)
    return {Owned<GstBuffer>{gst_buffer_ref (impl.held.get ())}, impl.held_info};
  if (!buffer || !snapshot.settings.repeat_after_eos) dropped = std::move (impl.held);
  if (!buffer) return {};
  if (snapshot.settings.repeat_after_eos) {
    if (impl.held.get () != buffer) {
      dropped = std::move (impl.held);
      impl.held.reset (gst_buffer_ref (buffer));
    }
    impl.held_info = pad->info;
  }
  return {Owned<GstBuffer>{gst_buffer_ref (buffer)}, pad->info};
}

Canvas canvas_of (const GstVideoInfo &info)
{
  return {{info.width, info.height},
          {std::max (1, info.par_n), std::max (1, info.par_d)},
          info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info))).chroma_unit ()};
}

int alpha_of (double alpha) { return static_cast<int> (std::lround (alpha * 255)); }

// All at once: a click may come at any time.
void remember (const PadSnapshot &pad, const ShownPicture &shown)
{
  const std::lock_guard guard (pad.pad->impl->lock);
  pad.pad->impl->shown = shown;
}

// The tile shows all of `view`, which is as large as its target.
void show (Tile &tile, const FrameView &view, const ChromaSite &site)
{
  tile.source = view;
  tile.crop = rect_of (view.size);
  tile.hidden = {};
  tile.site = site;
  tile.orientation = Orientation::identity;
}

// Said once a pad.
void say_moved (GstQuadMuxGrid *self, const PadSnapshot &pad, bool to_device)
{
  if (pad.pad->impl->said_moved) return;
  pad.pad->impl->said_moved = true;
  GST_ELEMENT_INFO (
      self, STREAM, FORMAT,
      ("The frames of %s lie in %s memory and the output in %s memory: each is %s at the size "
       "that is shown.",
       GST_PAD_NAME (pad.pad.get ()), to_device ? "system" : "CUDA", to_device ? "CUDA" : "system",
       to_device ? "uploaded" : "downloaded"),
      (nullptr));
}

// Not a fault that ends anything: the picture is there, and none of it is to be seen.
void say_cropped_away (GstQuadMuxGrid *self, const PadSnapshot &pad)
{
  const std::string sentence = std::string ("A buffer of ") + GST_PAD_NAME (pad.pad.get ()) +
                               " has a crop that leaves nothing of its picture.";
  bool news = false;
  {
    const std::lock_guard guard (pad.pad->impl->lock);
    news = pad.pad->impl->fault.is_news (sentence);
  }
  if (news) GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("%s", sentence.c_str ()), (nullptr));
}

// What the user can do where the machine, and no setting, is in the way; null for the rest.
const char *advice_for (Status status)
{
  switch (status) {
    case Status::out_of_memory: return "Show fewer or smaller pictures, or free some memory.";
    case Status::out_of_device_memory:
      return "nvidia-smi lists what uses the GPU's memory. With cudadownload in front of the pads "
             "frames are drawn in system memory.";
    case Status::device_failed:
      return "Start the pipeline again. Where that fails too, put cudadownload in front of the "
             "pads: then frames are drawn in system memory.";
    case Status::no_kernels:
      return "With cudadownload in front of the pads frames are drawn in system memory.";
    default: return nullptr;
  }
}

// `what`: the sentence's beginning.
void post_failure (GstQuadMuxGrid *self, const std::string &what, Status status)
{
  const char *advice = advice_for (status);
  if (!advice) {
    GST_ELEMENT_ERROR (self, LIBRARY, FAILED, ("%s: %s.", what.c_str (), describe (status)),
                       (nullptr));
    return;
  }
  const bool full = status == Status::out_of_memory || status == Status::out_of_device_memory;
  const std::string text = what + ": " + describe (status) + ". " + advice;
  if (full)
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT, ("%s", text.c_str ()), (nullptr));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED, ("%s", text.c_str ()), (nullptr));
}

// What is wrong with a picture of the pad's that the output's format cannot have.
std::string unconvertible (const PadSnapshot &pad)
{
  return std::string ("The pictures of ") + GST_PAD_NAME (pad.pad.get ()) +
         " cannot be converted to the output's format: put videoconvert in front of the pad, "
         "after cudadownload for frames in CUDA memory.";
}

void post_failure_of (GstQuadMuxGrid *self, const PadSnapshot &pad, Status status)
{
  post_failure (
      self, std::string ("The pictures of ") + GST_PAD_NAME (pad.pad.get ()) + " cannot be shown",
      status);
}

}  // namespace

void GridPainter::reset ()
{
  frames_.clear ();
  buffers_.clear ();
  on_device_.clear ();
  downloads_.clear ();
  scene_ = {};
  renderer_.reset ();
  threads_.reset ();
  n_threads_ = -1;
}

// Makes the renderer for the canvas's memory. What works on the host is made again where
// n-threads changed.
bool GridPainter::ready (GstQuadMuxGrid *self, const GridSnapshot &snapshot, Memory memory)
{
  if (n_threads_ != snapshot.settings.n_threads) {
    n_threads_ = snapshot.settings.n_threads;
    threads_ = std::make_shared<Threads> (n_threads_);
    for (const PadSnapshot &p : snapshot.pads) p.pad->impl->converted.reset ();
    if (renderer_ && renderer_->memory () == Memory::host) renderer_.reset ();
  }
  if (!renderer_ || renderer_->memory () != memory)
    renderer_ = make_renderer (memory, *threads_, &self->impl->device);
  return renderer_ != nullptr;
}

GstFlowReturn GridPainter::draw (GstQuadMuxGrid *self, const GridSnapshot &snapshot,
                                 const GstVideoInfo &info, GstBuffer *out)
{
  const GstFlowReturn flow = draw_on (self, snapshot, info, out);
  // What was queued before the failure still reads the inputs, or memory of the pads'.
  if (flow != GST_FLOW_OK && queued_) (void)self->impl->device.end (on_device_, nullptr);
  queued_ = false;
  frames_.clear ();
  buffers_.clear ();
  on_device_.clear ();
  downloads_.clear ();
  return flow;
}

// The device is waited for at most once: before the host takes what was downloaded, or, for
// a canvas on the device, when the frame is handed on.
GstFlowReturn GridPainter::draw_on (GstQuadMuxGrid *self, const GridSnapshot &snapshot,
                                    const GstVideoInfo &info, GstBuffer *out)
{
  const Memory memory = memory_of (out);
  if (!ready (self, snapshot, memory)) return GST_FLOW_ERROR;
  Device &device = self->impl->device;
  now_ = gst_segment_to_running_time (&GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment,
                                      GST_FORMAT_TIME, GST_BUFFER_PTS (out));
  scene_.format = from_gst (GST_VIDEO_INFO_FORMAT (&info));
  scene_.canvas = {info.width, info.height};
  scene_.site = chroma_site_of (info);
  scene_.background = color_of (snapshot.settings.background_color, info);
  scene_.tiles.clear ();
  for (const PadSnapshot &pad : snapshot.pads) {
    ShownPicture shown;
    const bool good = add_picture (self, snapshot, pad, info, shown);
    remember (pad, shown);
    if (!good) return GST_FLOW_ERROR;
  }
  if (!take_downloads (self, info, snapshot.settings.background_color)) return GST_FLOW_ERROR;

  const char *problem = memory == Memory::cuda ? device.problem_of (out) : nullptr;
  MappedFrame canvas (info, out, GST_MAP_WRITE, memory);
  if (problem || !canvas) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("The output's memory cannot be written."),
                       ("The buffer %s.", problem ? problem : canvas.problem ()));
    return GST_FLOW_ERROR;
  }
  const Status status = render (device, memory == Memory::cuda ? out : nullptr, canvas.view ());
  if (status == Status::ok) return GST_FLOW_OK;
  post_failure (self, "The grid cannot be drawn", status);
  return GST_FLOW_ERROR;
}

// `target`: the canvas's buffer where it lies on the device.
Status GridPainter::render (Device &device, GstBuffer *target, const FrameView &canvas)
{
  if (const Status s = renderer_->prepare (scene_); s != Status::ok) return s;
  if (target) {
    queued_ = true;
    if (const Status s = device.begin ({}, target); s != Status::ok) return s;
  }
  if (const Status s = renderer_->draw (scene_, canvas); s != Status::ok) return s;
  return target || !on_device_.empty () ? device.end (on_device_, target) : Status::ok;
}

// A frame that cannot be shown: its cell shows the background. False where that ends the
// output.
bool GridPainter::leave_out (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &info,
                             GstBuffer *buffer, const std::string &sentence)
{
  const char *format = info.finfo ? GST_VIDEO_INFO_NAME (&info) : "no format";
  const std::string detail = std::to_string (gst_buffer_get_size (buffer)) + " bytes, " +
                             std::to_string (info.width) + "x" + std::to_string (info.height) +
                             " " + format;
  return !take_bad_frame (self, GST_AGGREGATOR_PAD (pad.pad.get ()), sentence, detail, now_);
}

// The pad's frame as it lies in memory; null where it cannot be read. False, with an error
// posted, where the output cannot go on.
bool GridPainter::map (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &info,
                       GstBuffer *buffer, MappedFrame *&mapped)
{
  mapped = nullptr;
  const Memory memory = memory_of (buffer);
  const std::string start = std::string ("A buffer of ") + GST_PAD_NAME (pad.pad.get ()) + " ";
  if (!info.finfo || info.width == 0)
    return leave_out (self, pad, info, buffer, start + "has come before its caps.");
  Device &device = self->impl->device;
  if (memory == Memory::cuda) {
    if (!device.open ()) return false;
    if (const char *problem = device.problem_of (buffer))
      return leave_out (self, pad, info, buffer, start + problem + ".");
  }
  MappedFrame &frame = frames_.emplace_back (info, buffer, GST_MAP_READ, memory);
  if (!frame) return leave_out (self, pad, info, buffer, start + frame.problem () + ".");
  if (memory == Memory::cuda) {
    // After the mapping, which may itself queue what fills the memory.
    queued_ = true;
    on_device_.push_back (buffer);
    if (const Status s = device.begin ({&buffer, 1}, nullptr); s != Status::ok) {
      post_failure_of (self, pad, s);
      return false;
    }
  }
  mapped = &frame;
  return true;
}

bool GridPainter::add_picture (GstQuadMuxGrid *self, const GridSnapshot &snapshot,
                               const PadSnapshot &pad, const GstVideoInfo &info,
                               ShownPicture &shown)
{
  const Canvas canvas = canvas_of (info);
  const CellBox box = box_of (snapshot, pad, canvas);
  const int alpha = alpha_of (pad.settings.alpha);
  if (alpha > 0) shown.box = intersect (box.cell, rect_of (canvas.size));
  Current current = current_of (pad);
  if (!current.buffer) return true;
  warn_of_place (self, snapshot, pad, !box.cell.empty ());
  if (box.cell.empty () || alpha == 0) {
    const std::lock_guard guard (pad.pad->impl->lock);
    pad.pad->impl->fault.unseen_frame ();
    return true;
  }
  const std::size_t before = scene_.tiles.size ();
  GstBuffer *buffer = buffers_.emplace_back (std::move (current.buffer)).get ();
  MappedFrame *mapped = nullptr;
  if (!map (self, pad, current.info, buffer, mapped)) return false;
  if (!mapped) return true;
  MappedFrame &frame = *mapped;
  add_border (pad, box.cell, box.picture, snapshot.settings.border_color, info);
  if (box.picture.empty ()) return true;

  Picture picture;
  picture.part = crop_of (buffer, frame.view ().size);
  picture.sample = {std::max (1, current.info.par_n), std::max (1, current.info.par_d)};
  picture.chroma_unit = info_of (frame.view ().format).chroma_unit ();
  picture.orientation = pad.orientation;
  if (picture.part.empty ()) say_cropped_away (self, pad);
  const Placement placement = place (picture, pad.settings.fit, box.picture, canvas,
                                     pad.settings.xalign, pad.settings.yalign);
  if (placement.crop.empty () || placement.target.empty ()) return true;
  shown.placement = placement;
  shown.orientation = pad.orientation;

  Tile tile;
  tile.target = placement.target;
  tile.source = frame.view ();
  tile.crop = placement.crop;
  tile.hidden = placement.hidden;
  // An unknown site is taken for the canvas's: nothing is moved on a guess.
  const bool known = GST_VIDEO_INFO_CHROMA_SITE (&current.info) != GST_VIDEO_CHROMA_SITE_UNKNOWN;
  tile.site = known ? chroma_site_of (current.info) : scene_.site;
  tile.orientation = pad.orientation;
  tile.filter = snapshot.settings.method;
  tile.alpha = alpha;
  warn_of_alpha (self, pad, current.info, info, scene_, tile.target);
  const Status status =
      bring (self, pad, current.info, info, snapshot.settings.background_color, frame, tile);
  if (status == Status::unsupported_format) {
    scene_.tiles.resize (before);
    return leave_out (self, pad, current.info, buffer, unconvertible (pad));
  }
  if (status != Status::ok) {
    post_failure_of (self, pad, status);
    return false;
  }
  {
    const std::lock_guard guard (pad.pad->impl->lock);
    pad.pad->impl->fault.good_frame (now_);
  }
  scene_.tiles.push_back (tile);
  return true;
}

// Replaces the tile's source where its format or memory is not the canvas's. What the
// device does is queued; take_downloads () comes after it.
Status GridPainter::bring (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &from,
                           const GstVideoInfo &to, guint background, MappedFrame &frame, Tile &tile)
{
  GridPad &impl = *pad.pad->impl;
  const bool same = same_pixels (from, to), here = tile.source.memory == Memory::cuda;
  const bool there = renderer_->memory () == Memory::cuda;
  if (same) impl.converted.reset ();
  if (same && here == there) {
    impl.on_device.reset ();
    return Status::ok;
  }
  if (!here && !there) return convert (pad, from, to, background, frame.frame (), tile);

  queued_ = true;
  if (!impl.on_device) impl.on_device = std::make_unique<DeviceTile> (self->impl->device);
  FrameView view;
  if (here && there) {
    if (!device_converts (from, to)) return Status::unsupported_format;
    if (const Status s = impl.on_device->convert (tile, from, to, background, view);
        s != Status::ok)
      return s;
    show (tile, view, chroma_site_of (to));
    return Status::ok;
  }
  say_moved (self, pad, there);
  if (here) {
    Download &d = downloads_.emplace_back (Download{scene_.tiles.size (), &pad, {}, nullptr});
    return impl.on_device->download (tile, from, d.frame, d.info);
  }
  if (const Status s = convert (pad, from, to, background, frame.frame (), tile); s != Status::ok)
    return s;
  if (const Status s = impl.on_device->upload (tile.source, view); s != Status::ok) return s;
  show (tile, view, tile.site);
  return Status::ok;
}

// Waits for what is on its way to the host, once for all of it, and goes on there.
bool GridPainter::take_downloads (GstQuadMuxGrid *self, const GstVideoInfo &to, guint background)
{
  if (downloads_.empty ()) return true;
  Status status = self->impl->device.end (on_device_, nullptr);
  if (status != Status::ok) {
    post_failure (self, "The pictures cannot be downloaded", status);
    return false;
  }
  on_device_.clear ();
  queued_ = false;
  for (const Download &d : downloads_) {
    Tile &tile = scene_.tiles[d.tile];
    show (tile, d.frame->view (), tile.site);
    if (!same_pixels (d.info, to))
      status = convert (*d.pad, d.info, to, background, d.frame->frame (), tile);
    if (status != Status::ok) {
      post_failure_of (self, *d.pad, status);
      return false;
    }
  }
  return true;
}

// Replaces the tile's source, on the host, by the picture as it is shown, in the
// canvas's format.
Status GridPainter::convert (const PadSnapshot &pad, const GstVideoInfo &from,
                             const GstVideoInfo &to, guint background, GstVideoFrame &frame,
                             Tile &tile)
{
  std::unique_ptr<ConvertedTile> &converted = pad.pad->impl->converted;
  if (!converted) converted = std::make_unique<ConvertedTile> (threads_);
  FrameView view;
  Status status = converted->prepare (tile, from, to, background);
  if (status == Status::ok) status = converted->draw (tile, frame, view);
  if (status != Status::ok) return status;
  show (tile, view, same_pixels (from, to) ? tile.site : chroma_site_of (to));
  return Status::ok;
}

// Four strips between the cell's edge and the picture's box.
void GridPainter::add_border (const PadSnapshot &pad, const Rect &cell, const Rect &inner,
                              guint argb, const GstVideoInfo &info)
{
  if (cell == inner) return;
  Tile strip;
  strip.solid = color_of (argb | 0xff000000u, info);
  strip.alpha = alpha_of (pad.settings.alpha * (argb >> 24) / 255.0);
  if (strip.alpha == 0) return;
  auto add = [&] (const Rect &r) {
    strip.target = r;
    if (!r.empty ()) scene_.tiles.push_back (strip);
  };
  if (inner.empty ()) {
    add (cell);
    return;
  }
  add ({cell.x, cell.y, cell.width, inner.y - cell.y});
  add ({cell.x, inner.bottom (), cell.width, cell.bottom () - inner.bottom ()});
  add ({cell.x, inner.y, inner.x - cell.x, inner.height});
  add ({inner.right (), inner.y, cell.right () - inner.right (), inner.height});
}

}  // namespace quad
