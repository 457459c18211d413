#include "glue/stage.h"

#include "glue/backend.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"

namespace quad {
namespace {

// The tile shows all of `view`, which is as large as its target.
void show_whole (Tile &tile, const FrameView &view, const ChromaSite &site)
{
  tile.source = view;
  tile.crop = rect_of (view.size);
  tile.hidden = {};
  tile.site = site;
  tile.orientation = Orientation::identity;
}

Problem failed (Status status, const Input *input = nullptr)
{
  return {Problem::Kind::failed, status, input};
}

}  // namespace

void Input::forget ()
{
  converted_.reset ();
  on_device_.reset ();
  threads_.reset ();
  moved_ = Moved::nowhere;
}

bool Problem::is_of_one_picture () const
{
  return input &&
         (kind == Kind::foreign || kind == Kind::bad_buffer || kind == Kind::unconvertible);
}

void Stage::set_threads (int count)
{
  if (threads_ && n_threads_ == count) return;
  n_threads_ = count;
  threads_ = std::make_shared<Threads> (count);
  if (renderer_ && renderer_->memory () == Memory::host) renderer_.reset ();
}

Problem Stage::ready (Memory memory)
{
  if (!threads_) set_threads (n_threads_);
  if (!renderer_ || renderer_->memory () != memory)
    renderer_ = make_renderer (memory, *threads_, &device_);
  if (renderer_) return {};
  const bool said = memory == Memory::cuda && device_available ();
  return {said ? Problem::Kind::said : Problem::Kind::no_renderer};
}

void Stage::describe_canvas (const GstVideoInfo &info)
{
  info_ = info;
  scene_.format = from_gst (GST_VIDEO_INFO_FORMAT (&info));
  scene_.canvas = {info.width, info.height};
  scene_.site = chroma_site_of (info);
  scene_.background = color_of (background_, info);
  scene_.tiles.clear ();
}

Tile Stage::tile_of (const FrameView &view, const GstVideoInfo &info, const Look &look) const
{
  return {.target = look.placement.target,
          .solid = {},
          .source = view,
          .crop = look.placement.crop,
          .hidden = look.placement.hidden,
          .site = chroma_site_beside (info, info_),
          .orientation = look.orientation,
          .filter = look.filter,
          .alpha = look.alpha,
          .blend = look.blend};
}

Problem Stage::prepare (Input &input, const GstCaps *in, const GstCaps *out, const Look &look)
{
  cancel ();
  input.memory_ = memory_of (in);
  memory_ = memory_of (out);
  GstVideoInfo from, to;
  if (!gst_video_info_from_caps (&from, in) || !gst_video_info_from_caps (&to, out))
    return failed (Status::unsupported_format);
  if (const Problem p = ready (*memory_)) return p;
  describe_canvas (to);
  const FrameView view = {
      from_gst (GST_VIDEO_INFO_FORMAT (&from)), {from.width, from.height}, *memory_};
  scene_.tiles.push_back (tile_of (view, from, look));
  const Status status = renderer_->prepare (scene_);
  return status == Status::ok ? Problem{} : failed (status);
}

Problem Stage::begin (const GstVideoInfo &info, GstBuffer *out, guint background)
{
  cancel ();
  const Memory memory = memory_.value_or (memory_of (out));
  if (const Problem p = ready (memory)) return p;
  background_ = background;
  describe_canvas (info);
  if (memory == Memory::cuda)
    if (const char *why = device_.problem_of (out))
      return {.kind = Problem::Kind::foreign, .why = why};
  canvas_.emplace (info, out, GST_MAP_WRITE, memory);
  out_ = out;
  if (!*canvas_) return over ({.kind = Problem::Kind::bad_buffer, .why = canvas_->problem ()});
  return {};
}

// The buffer's frame as it lies in memory.
Problem Stage::map (Input &input, GstBuffer *buffer, const GstVideoInfo &info, MappedFrame *&mapped)
{
  const Memory memory = input.memory_.value_or (memory_of (buffer));
  if (memory == Memory::cuda) {
    if (!device_.open ()) return {.kind = Problem::Kind::said};
    if (const char *why = device_.problem_of (buffer))
      return {.kind = Problem::Kind::foreign, .input = &input, .why = why};
  }
  buffers_.emplace_back (gst_buffer_ref (buffer));
  MappedFrame &frame = frames_.emplace_back (info, buffer, GST_MAP_READ, memory);
  mapped = &frame;
  if (!frame) return {.kind = Problem::Kind::bad_buffer, .input = &input, .why = frame.problem ()};
  if (memory == Memory::host) return {};
  // After the mapping, which may itself queue what fills the memory.
  queued_ = true;
  on_device_.push_back (buffer);
  const Status status = device_.begin ({&buffer, 1}, nullptr);
  return status == Status::ok ? Problem{} : failed (status, &input);
}

Problem Stage::show (Input &input, GstBuffer *buffer, const GstVideoInfo &info, const Look &look)
{
  input.moved_ = Input::Moved::nowhere;
  MappedFrame *frame = nullptr;
  if (const Problem p = map (input, buffer, info, frame)) return over (p);
  if (look.placement.crop.empty () || look.placement.target.empty ()) return {};
  Tile tile = tile_of (frame->view (), info, look);
  const Status status = bring (input, info, *frame, tile);
  if (status == Status::unsupported_format) return {Problem::Kind::unconvertible, status, &input};
  if (status != Status::ok) return over (failed (status, &input));
  scene_.tiles.push_back (tile);
  return {};
}

// Replaces the tile's source where its format or memory is not the canvas's. What the device does
// is queued; take_downloads () comes after it.
Status Stage::bring (Input &input, const GstVideoInfo &from, MappedFrame &frame, Tile &tile)
{
  const bool same = same_pixels (from, info_), here = tile.source.memory == Memory::cuda;
  const bool there = renderer_->memory () == Memory::cuda;
  if (same && here == there) {
    input.forget ();
    return Status::ok;
  }
  if (!here && !there) return convert (input, from, frame, tile);

  queued_ = true;
  if (!input.on_device_) input.on_device_ = std::make_unique<DeviceTile> (device_);
  FrameView view;
  if (here && there) {
    if (!device_converts (from, info_)) return Status::unsupported_format;
    if (const Status s = input.on_device_->convert (tile, from, info_, background_, view);
        s != Status::ok)
      return s;
    show_whole (tile, view, chroma_site_of (info_));
    return Status::ok;
  }
  input.moved_ = there ? Input::Moved::to_device : Input::Moved::to_host;
  if (here) {
    Download &d = downloads_.emplace_back (Download{scene_.tiles.size (), &input, {}, nullptr});
    return input.on_device_->download (tile, from, d.frame, d.info);
  }
  if (const Status s = convert (input, from, frame, tile); s != Status::ok) return s;
  if (const Status s = input.on_device_->upload (tile.source, view); s != Status::ok) return s;
  show_whole (tile, view, tile.site);
  return Status::ok;
}

// Replaces the tile's source, on the host, by the picture as it is shown, in the canvas's format.
Status Stage::convert (Input &input, const GstVideoInfo &from, MappedFrame &frame, Tile &tile)
{
  if (!input.converted_ || input.threads_ != threads_) {
    input.threads_ = threads_;
    input.converted_ = std::make_unique<ConvertedTile> (threads_);
  }
  FrameView view;
  Status status = input.converted_->prepare (tile, from, info_, background_);
  if (status == Status::ok) status = input.converted_->draw (tile, frame.frame (), view);
  if (status != Status::ok) return status;
  show_whole (tile, view, same_pixels (from, info_) ? tile.site : chroma_site_of (info_));
  return Status::ok;
}

void Stage::fill (const Rect &rect, guint rgb, int alpha)
{
  if (rect.empty () || alpha == 0) return;
  Tile tile;
  tile.target = rect;
  tile.solid = color_of (rgb | 0xff000000u, info_);
  tile.alpha = alpha;
  scene_.tiles.push_back (tile);
}

// Waits for what is on its way to the host, once for all of it, and goes on there.
Problem Stage::take_downloads ()
{
  if (downloads_.empty ()) return {};
  if (const Status s = device_.end (on_device_, nullptr); s != Status::ok)
    return {Problem::Kind::not_moved, s};
  on_device_.clear ();
  queued_ = false;
  for (const Download &d : downloads_) {
    Tile &tile = scene_.tiles[d.tile];
    show_whole (tile, d.frame->view (), tile.site);
    if (same_pixels (d.info, info_)) continue;
    if (const Status s = convert (*d.input, d.info, *d.frame, tile); s != Status::ok)
      return failed (s, d.input);
  }
  return {};
}

Status Stage::render ()
{
  if (const Status s = renderer_->prepare (scene_); s != Status::ok) return s;
  GstBuffer *target = renderer_->memory () == Memory::cuda ? out_ : nullptr;
  if (target) {
    queued_ = true;
    if (const Status s = device_.begin ({}, target); s != Status::ok) return s;
  }
  if (const Status s = renderer_->draw (scene_, canvas_->view ()); s != Status::ok) return s;
  if (!target && on_device_.empty ()) return Status::ok;
  const Status status = device_.end (on_device_, target);
  queued_ = status != Status::ok;
  return status;
}

Problem Stage::finish ()
{
  Problem problem = take_downloads ();
  if (!problem)
    if (const Status s = render (); s != Status::ok) problem = failed (s);
  cancel ();
  return problem;
}

// Ends the frame, unless it can go on without the picture.
Problem Stage::over (Problem problem)
{
  if (!problem.is_of_one_picture ()) cancel ();
  return problem;
}

void Stage::cancel ()
{
  if (queued_) (void)device_.end (on_device_, nullptr);
  queued_ = false;
  canvas_.reset ();
  out_ = nullptr;
  frames_.clear ();
  buffers_.clear ();
  on_device_.clear ();
  downloads_.clear ();
}

void Stage::reset ()
{
  cancel ();
  scene_ = {};
  renderer_.reset ();
  threads_.reset ();
  memory_.reset ();
}

}  // namespace quad
