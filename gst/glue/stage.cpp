#include "glue/stage.h"

#include <atomic>

#include "glue/backend.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"
#include "host/thread_pool.h"

namespace quad {
namespace {

// Makes the tile show all of `view`, which has the target's size.
void show_whole (Tile &tile, const FrameView &view, const ChromaSite &site)
{
  tile.source = view;
  tile.crop = rect_of (view.size);
  tile.part.reset ();
  tile.hidden = {};
  tile.site = site;
  tile.orientation = Orientation::identity;
  tile.still = 0;  // what it shows now may be written again
}

GstDebugCategory *debug_category ()
{
  static GstDebugCategory *const category =
      _gst_debug_category_new ("quadstage", 0, "How pictures reach the output of quad elements");
  return category;
}

// Format, colours and memory of a picture, for the log.
[[maybe_unused]] std::string kind_of (const GstVideoInfo &info, Memory memory)
{
  return std::string{GST_VIDEO_INFO_NAME (&info)} + " (" + name_of (info.colorimetry) + ") in " +
         backend_of (memory).name + " memory";
}

// What the stage does with a picture, for the log.
[[maybe_unused]] const char *name_of (const Input::Move &move)
{
  if (!move) return move.converted ? "converts" : "draws";
  if (move.to == Memory::host) return move.converted ? "downloads and converts" : "downloads";
  return move.converted ? "uploads and converts" : "uploads";
}

Problem failed (Status status, Memory memory, const Input *input = nullptr)
{
  return {.kind = Problem::Kind::failed, .status = status, .input = input, .memory = memory};
}

Problem no_renderer (Memory memory)
{
  return {.kind = Problem::Kind::no_renderer, .memory = memory};
}

}  // namespace

void Input::free_kept ()
{
  converted_.reset ();
  carried_ = {};
  here_ = {};
  there_ = {};
  threads_.reset ();
}

void Input::take_still (GstBuffer *buffer)
{
  if (buffer == still_.get ()) return;
  static std::atomic<std::uint64_t> last_number{0};
  still_number_ = buffer ? ++last_number : 0;
  still_.reset (buffer ? gst_buffer_ref (buffer) : nullptr);
}

void Input::forget ()
{
  take_still (nullptr);
  free_kept ();
  moved_ = {};
  logged_.reset ();
}

bool Problem::is_of_one_picture () const
{
  return input &&
         (kind == Kind::foreign || kind == Kind::bad_buffer || kind == Kind::unconvertible);
}

Stage::Stage (Backends &backends) : backends_ (backends), works_ (quad::backends ().size ()) {}

Stage::Work &Stage::work_of (Memory memory) { return works_[place_of (memory)]; }

Adapter *Stage::adapter (Input::Kept &kept, Memory memory)
{
  if (!kept.adapter || kept.memory != memory)
    kept = {memory, backends_.of (memory).make_adapter ()};
  return kept.adapter.get ();
}

// Ends the device's work: waits for it, or orders later work after it.
Status Stage::end (Memory memory, GstBuffer *output)
{
  Work &work = work_of (memory);
  const Status status = backends_.of (memory).end (work.inputs, output);
  if (status != Status::ok) return status;
  work.queued = false;
  work.inputs.clear ();
  return status;
}

void Stage::set_threads (int count)
{
  if (threads_ && n_threads_ == count) return;
  n_threads_ = count;
  threads_ = std::make_shared<Threads> (count);
  if (renderer_ && renderer_->memory () == Memory::host) renderer_.reset ();
}

// Opens the memory's device. Only an available one posts why it cannot be opened.
Problem Stage::open (Memory memory)
{
  if (!is_available (backend_of (memory))) return no_renderer (memory);
  return {backends_.of (memory).open () ? Problem::Kind::none : Problem::Kind::said};
}

Problem Stage::ready (Memory memory)
{
  if (!threads_) set_threads (n_threads_);
  if (renderer_ && renderer_->memory () == memory) return {};
  renderer_.reset ();
  if (Problem p = open (memory)) return p;
  renderer_ = backends_.of (memory).make_renderer (*threads_);
  return renderer_ ? Problem{} : no_renderer (memory);
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
          .part = look.placement.part,
          .site = chroma_site_beside (info, info_),
          .orientation = look.orientation,
          .filter = look.filter,
          .alpha = look.alpha,
          .blend = look.blend};
}

Problem Stage::prepare (Input &input, const Frames &in, const Frames &out, const Look &look)
{
  cancel ();
  input.memory_ = in.memory;
  memory_ = out.memory;
  if (Problem p = ready (*memory_)) return p;
  describe_canvas (out.info);
  const FrameView view = {
      from_gst (GST_VIDEO_INFO_FORMAT (&in.info)), {in.info.width, in.info.height}, *memory_};
  Tile tile = tile_of (view, in.info, look);
  if (!same_pixels (in.info, info_) && converts_drawing (in.info, in.memory))
    input.conversion_.set (tile, in.info, info_, look.peak);
  scene_.tiles.push_back (tile);
  const Status status = renderer_->prepare (scene_);
  return status == Status::ok ? Problem{} : failed (status, *memory_);
}

Problem Stage::begin (const GstVideoInfo &info, GstBuffer *out, guint background)
{
  cancel ();
  const Memory memory = memory_.value_or (memory_of (out));
  if (Problem p = ready (memory)) return p;
  background_ = background;
  describe_canvas (info);
  if (Backend *device = backends_.device_of (memory))
    if (const char *why = device->problem_of (out))
      return {.kind = Problem::Kind::foreign, .why = why};
  canvas_.emplace (info, out, GST_MAP_WRITE, memory);
  out_ = out;
  if (!*canvas_) return over ({.kind = Problem::Kind::bad_buffer, .why = canvas_->problem ()});
  return {};
}

// Maps the buffer where it lies.
Problem Stage::map (Input &input, GstBuffer *buffer, const GstVideoInfo &info, MappedFrame *&mapped)
{
  const Memory memory = input.memory_.value_or (memory_of (buffer));
  Backend *device = backends_.device_of (memory);
  if (device) {
    if (Problem p = open (memory)) return p;
    if (const char *why = device->problem_of (buffer))
      return {.kind = Problem::Kind::foreign, .input = &input, .why = why};
  }
  buffers_.emplace_back (gst_buffer_ref (buffer));
  MappedFrame &frame = frames_.emplace_back (info, buffer, GST_MAP_READ, memory);
  mapped = &frame;
  if (!frame) return {.kind = Problem::Kind::bad_buffer, .input = &input, .why = frame.problem ()};
  if (!device) return {};
  // After the mapping, because mapping may queue an upload.
  work_of (memory).queued = true;
  work_of (memory).inputs.push_back (buffer);
  const Status status = device->begin ({&buffer, 1}, nullptr);
  return status == Status::ok ? Problem{} : failed (status, memory, &input);
}

Problem Stage::show (Input &input, GstBuffer *buffer, const GstVideoInfo &info, const Look &look)
{
  input.moved_ = {};
  input.peak_ = look.peak;
  input.take_still (look.still ? buffer : nullptr);
  MappedFrame *frame = nullptr;
  if (const Problem p = map (input, buffer, info, frame)) return over (p);
  if (look.placement.crop.empty () || look.placement.target.empty ()) return {};
  Tile tile = tile_of (frame->view (), info, look);
  tile.still = input.still_number_;
  const Status status = bring (input, info, tile);
  if (status == Status::unsupported_format) return {Problem::Kind::unconvertible, status, &input};
  const Memory here = frame->view ().memory;
  if (status != Status::ok)
    return over (failed (status, here == Memory::host ? renderer_->memory () : here, &input));
  scene_.tiles.push_back (tile);
  return {};
}

// INFO when what is done with the input's pictures changes, LOG for each frame.
void Stage::log (Input &input, const Input::Move &move, const GstVideoInfo &from,
                 const Tile &tile) const
{
  const GstDebugLevel level = input.logged_ == move ? GST_LEVEL_LOG : GST_LEVEL_INFO;
  input.logged_ = move;
  GST_CAT_LEVEL_LOG (debug_category (), level, backends_.element (),
                     "%s %gx%g of %s as %dx%d of %s", name_of (move), tile.crop.width,
                     tile.crop.height, kind_of (from, move.from).c_str (), tile.target.width,
                     tile.target.height, kind_of (info_, move.to).c_str ());
}

// Whether the renderer converts pictures that lie in the memory `here` while it draws them.
bool Stage::converts_drawing (const GstVideoInfo &from, Memory here) const
{
  return here == renderer_->memory () && converts (backend_of (here), from, info_);
}

// Replaces the tile's source if its format or memory is not what the renderer draws. Device work is
// queued; take_downloads () completes it.
Status Stage::bring (Input &input, const GstVideoInfo &from, Tile &tile)
{
  const Memory here = tile.source.memory, there = renderer_->memory ();
  const bool same = same_pixels (from, info_);
  const Input::Move move = {here, there, !same};
  log (input, move, from, tile);
  if (same && here == there) {
    input.free_kept ();
    return Status::ok;
  }
  if (move) input.moved_ = move;
  if (converts_drawing (from, here)) {
    input.free_kept ();
    input.conversion_.set (tile, from, info_, input.peak_);
    return Status::ok;
  }
  if (here == Memory::host) return carry (input, from, tile);
  // Also what lies there, where only the host can convert it: frames in a device's memory may have
  // caps of system memory (GStreamer 1.22's cudadownload hands them on).
  work_of (here).queued = true;
  Adapter *adapter = this->adapter (input.here_, here);
  return adapter ? download (input, *adapter, from, tile) : Status::unsupported_format;
}

// Replaces the tile's source by one on the host, which is filled when the device's work is done.
// What take_downloads () needs to bring it to the canvas fails here.
Status Stage::download (Input &input, Adapter &adapter, const GstVideoInfo &from, Tile &tile)
{
  const Memory there = renderer_->memory ();
  Download d = {scene_.tiles.size (), &input, tile.source.memory, {}, nullptr};
  if (const Status s = adapter.download (tile, from, d.frame, d.info); s != Status::ok) return s;
  show_whole (tile, d.frame->view (), tile.site);
  if (!same_pixels (d.info, info_) && !converts_drawing (d.info, Memory::host))
    if (const Status s = prepare_conversion (input, d.info, carried (tile), tile); s != Status::ok)
      return s;
  if (there != Memory::host && !this->adapter (input.there_, there))
    return Status::unsupported_format;
  downloads_.push_back (d);
  return Status::ok;
}

// Replaces the tile's host source by a copy in the canvas's memory.
Status Stage::upload (Input &input, Tile &tile)
{
  const Memory there = renderer_->memory ();
  work_of (there).queued = true;
  Adapter *adapter = this->adapter (input.there_, there);
  if (!adapter) return Status::unsupported_format;
  FrameView view;
  const Status s = adapter->upload (tile.source, view);
  if (s == Status::ok) show_whole (tile, view, tile.site);
  return s;
}

// What the host makes of a picture that is uploaded: the canvas's format, or RGBA in its light
// where the picture's alpha is to blend on a canvas without.
GstVideoInfo Stage::carried (const Tile &tile) const
{
  if (tile.blend != Blend::over || !info_of (tile.source.format).has_alpha () ||
      info_of (scene_.format).has_alpha ())
    return info_;
  GstVideoInfo rgba;
  gst_video_info_set_format (&rgba, GST_VIDEO_FORMAT_RGBA,
                             static_cast<guint> (GST_VIDEO_INFO_WIDTH (&info_)),
                             static_cast<guint> (GST_VIDEO_INFO_HEIGHT (&info_)));
  const GstVideoColorimetry light = with_implied_light (info_.colorimetry);
  rgba.colorimetry.transfer = light.transfer;
  rgba.colorimetry.primaries = light.primaries;
  return rgba;
}

Status Stage::prepare_conversion (Input &input, const GstVideoInfo &from, const GstVideoInfo &to,
                                  const Tile &tile)
{
  if (!input.converted_ || input.threads_ != threads_) {
    input.threads_ = threads_;
    input.converted_ = std::make_unique<ConvertedTile> (threads_);
  }
  return input.converted_->prepare (tile, from, to, input.peak_);
}

// Replaces the tile's host source by the picture as it is shown, which is described by `to`.
Status Stage::convert (Input &input, const GstVideoInfo &from, const GstVideoInfo &to, Tile &tile)
{
  FrameView view;
  Status status = prepare_conversion (input, from, to, tile);
  if (status == Status::ok) status = input.converted_->draw (tile, view);
  if (status != Status::ok) return status;
  show_whole (tile, view, same_pixels (from, to) ? tile.site : chroma_site_of (to));
  return Status::ok;
}

// Whether the picture of the tile lies in the canvas's memory already, as `to`.
bool Stage::was_carried (const Input &input, const Tile &tile, const GstVideoInfo &to) const
{
  const Input::Carried &c = input.carried_;
  return input.still_ && c.buffer == input.still_ && input.there_.memory == renderer_->memory () &&
         c.tile.same_shape (tile) && gst_video_info_is_equal (&c.to, &to);
}

// Replaces the tile's host source by one in the canvas's memory.
Status Stage::carry (Input &input, const GstVideoInfo &from, Tile &tile)
{
  const GstVideoInfo to = carried (tile);
  Status s = Status::ok;
  if (was_carried (input, tile, to)) {
    show_whole (tile, input.carried_.view,
                same_pixels (from, to) ? tile.site : chroma_site_of (to));
  } else {
    const Tile before = tile;
    s = convert (input, from, to, tile);
    if (s == Status::ok) s = upload (input, tile);
    input.carried_ = {};
    if (s == Status::ok && input.still_)
      input.carried_ = {Owned<GstBuffer>{gst_buffer_ref (input.still_.get ())}, before, to,
                        tile.source};
  }
  if (s == Status::ok && !same_pixels (to, info_)) input.conversion_.set (tile, to, info_);
  return s;
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

// Waits once per device for all downloads, then converts them on the host.
Problem Stage::take_downloads ()
{
  for (const Download &d : downloads_)
    if (work_of (d.from).queued)
      if (const Status s = end (d.from, nullptr); s != Status::ok)
        return {.kind = Problem::Kind::not_moved, .status = s, .memory = d.from};
  for (const Download &d : downloads_) {
    Tile &tile = scene_.tiles[d.tile];
    if (renderer_->memory () == Memory::host) {
      d.input->conversion_.set (tile, d.info, info_, d.input->peak_);
      continue;
    }
    const Status s =
        same_pixels (d.info, info_) ? upload (*d.input, tile) : carry (*d.input, d.info, tile);
    if (s != Status::ok) return failed (s, renderer_->memory (), d.input);
  }
  return {};
}

// Orders what is drawn after all that still uses the output, on the output's device.
Status Stage::begin_output ()
{
  const Memory there = renderer_->memory ();
  Backend *device = backends_.device_of (there);
  if (!device) return Status::ok;
  work_of (there).queued = true;
  return device->begin ({}, out_);
}

Status Stage::end_all ()
{
  const Memory there = renderer_->memory ();
  for (const BackendRow &row : quad::backends ())
    if (work_of (row.memory).queued)
      if (const Status s = end (row.memory, row.memory == there ? out_ : nullptr); s != Status::ok)
        return s;
  return Status::ok;
}

Problem Stage::finish ()
{
  Problem problem = take_downloads ();
  if (!problem) {
    Status s = renderer_->prepare (scene_);
    if (s == Status::ok) s = begin_output ();
    if (s == Status::ok) s = renderer_->draw (scene_, canvas_->view ());
    if (s == Status::ok) s = end_all ();
    if (s != Status::ok) problem = failed (s, renderer_->memory ());
  }
  cancel ();
  return problem;
}

// Ends the frame unless it can go on without the picture.
Problem Stage::over (Problem problem)
{
  if (!problem.is_of_one_picture ()) cancel ();
  return problem;
}

void Stage::cancel ()
{
  for (const BackendRow &row : quad::backends ()) {
    if (work_of (row.memory).queued) (void)end (row.memory, nullptr);
    work_of (row.memory).queued = false;
    work_of (row.memory).inputs.clear ();
  }
  canvas_.reset ();
  out_ = nullptr;
  frames_.clear ();
  buffers_.clear ();
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
