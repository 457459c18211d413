#include "glue/matting.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/format_choice.h"
#include "glue/allocation.h"
#include "glue/backend.h"
#include "glue/colorimetry.h"
#include "glue/video.h"
#include "host/matte.h"
#include "host/thread_pool.h"

namespace quad {
namespace {

const FormatInfo &format_of (const GstVideoInfo &info)
{
  return info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info)));
}

GstVideoInfo info_of_frames (GstVideoFormat format, Size size,
                             const GstVideoColorimetry *colorimetry)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, format, static_cast<guint> (size.width),
                             static_cast<guint> (size.height));
  if (colorimetry) info.colorimetry = *colorimetry;
  return info;
}

// Whether alpha can be found from the input's own samples.
bool is_guide (const Frames &in)
{
  return in.memory == Memory::host && format_of (in.info).depth == 8;
}

// A format of 8 bits and full chroma that shows what `info` shows.
GstVideoFormat scratch_format (const GstVideoInfo &info)
{
  return family_of (format_of (info)) == Family::rgb ? GST_VIDEO_FORMAT_RGBA
                                                     : GST_VIDEO_FORMAT_AYUV;
}

GstVideoFormat small_format (const GstVideoInfo &info)
{
  return family_of (format_of (info)) == Family::rgb ? GST_VIDEO_FORMAT_RGBP
                                                     : GST_VIDEO_FORMAT_Y444;
}

Problem bad_buffer (const char *why, const Input *input)
{
  return {.kind = Problem::Kind::bad_buffer, .input = input, .why = why};
}

// The rows [first, end) of job `i` of `count`. Jobs begin at even rows.
std::pair<int, int> rows_of (int i, int count, int height)
{
  const auto row = [&] (int k) {
    return k == count ? height : static_cast<int> (std::int64_t{height} * k / count) & ~1;
  };
  return {row (i), row (i + 1)};
}

// Whether the planes of `from` are the first ones of `to`, with the same samples.
bool begins_with (const GstVideoInfo &to, const GstVideoInfo &from)
{
  const FormatInfo &a = format_of (from), &b = format_of (to);
  if (a.planes > b.planes || a.depth != b.depth || a.rgb != b.rgb ||
      (a.format != b.format && a.planes == b.planes))
    return false;
  for (int k = 0; k < std::min (a.components, 3); k++) {
    const auto same = [k] (const GstVideoInfo &x, const GstVideoInfo &y, auto of) {
      return of (x.finfo, k) == of (y.finfo, k);
    };
    if (!same (from, to, [] (auto *f, int c) { return GST_VIDEO_FORMAT_INFO_PLANE (f, c); }) ||
        !same (from, to, [] (auto *f, int c) { return GST_VIDEO_FORMAT_INFO_POFFSET (f, c); }) ||
        !same (from, to, [] (auto *f, int c) { return GST_VIDEO_FORMAT_INFO_PSTRIDE (f, c); }) ||
        !same (from, to, [] (auto *f, int c) { return GST_VIDEO_FORMAT_INFO_W_SUB (f, c); }) ||
        !same (from, to, [] (auto *f, int c) { return GST_VIDEO_FORMAT_INFO_H_SUB (f, c); }))
      return false;
  }
  return a.components >= 3 && same_where_known (from.colorimetry, to.colorimetry) &&
         chroma_site_beside (from, to) == chroma_site_of (to);
}

// Whether pictures of `from` in `memory`, a device's, can be drawn there as small ones of `to`.
bool draws_there (Memory memory, const GstVideoInfo &from, const GstVideoInfo &to)
{
  const BackendRow &row = backend_of (memory);
  return row.feature && row.converts_drawing && is_available (row) && converts (row, from, to) &&
         (!row.draws || row.draws (from_gst (GST_VIDEO_INFO_FORMAT (&to))));
}

// Fills what lies outside of `area` with background.
void clear_around (const matte::AlphaPlane &alpha, Size size, const Rect &area)
{
  for (int y = 0; y < size.height; y++) {
    const bool beside = y < area.y || y >= area.bottom ();
    for (int x = 0; x < (beside ? size.width : area.x); x++) *alpha.at (x, y) = 0;
    for (int x = beside ? size.width : area.right (); x < size.width; x++) *alpha.at (x, y) = 0;
  }
}

}  // namespace

void SmallFrame::set (GstVideoFormat format, Size size, const GstVideoColorimetry *colorimetry)
{
  const GstVideoInfo info = info_of_frames (format, size, colorimetry);
  if (buffer_ && gst_video_info_is_equal (&info, &info_)) return;
  info_ = info;
  const auto planes = GST_VIDEO_INFO_N_PLANES (&info);
  picture_.resize (size, static_cast<int> (planes));
  buffer_.reset (gst_buffer_new_wrapped_full (GstMemoryFlags{}, picture_.bytes ().data (),
                                              picture_.bytes ().size (), 0,
                                              picture_.bytes ().size (), nullptr, nullptr));
  gsize offset[GST_VIDEO_MAX_PLANES] = {};
  gint stride[GST_VIDEO_MAX_PLANES] = {};
  for (guint p = 0; p < planes; p++) {
    offset[p] = p * picture_.stride () * static_cast<gsize> (size.height);
    stride[p] = static_cast<gint> (picture_.stride ());
  }
  gst_buffer_add_video_meta_full (buffer_.get (), GST_VIDEO_FRAME_FLAG_NONE, format,
                                  static_cast<guint> (size.width), static_cast<guint> (size.height),
                                  planes, offset, stride);
}

Matting::Matting (Backends &backends)
    : backends_ (backends),
      colors_ (backends),
      guide_ (backends),
      seen_ (backends),
      fitted_ (backends),
      mask_ (backends),
      filter_ (host::matte_row_ops ()),
      foreground_ (host::matte_row_ops (), host::foreground_ops ()),
      smoother_ (host::matte_row_ops ())
{
}

void Matting::set_threads (int count)
{
  for (Drawing *d : {&colors_, &guide_, &seen_, &fitted_, &mask_}) d->stage.set_threads (count);
  if (threads_ && n_threads_ == count) return;
  n_threads_ = count;
  threads_ = std::make_unique<Threads> (count);
  prepared_ = {};
}

void Matting::prepare (const Frames &in, const Frames &out)
{
  in_ = in;
  out_ = out;
  scratch_.reset ();
  forget_masks ();
  copies_ =
      begins_with (out.info, in.info) && in.memory == Memory::host && out.memory == Memory::host;
  if (format_of (out.info).has_alpha ())
    guided_ = out.info;
  else if (is_guide (in))
    guided_ = in.info;
  else
    make_scratch ();
}

void Matting::make_scratch ()
{
  const GstVideoColorimetry colorimetry = completed_colorimetry (in_.info);
  guided_ =
      info_of_frames (scratch_format (in_.info), {in_.info.width, in_.info.height}, &colorimetry);
  scratch_.reset (gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&guided_), nullptr));
}

// What `part` of the output is in the samples of the input's buffer.
FineRect Matting::part_of (GstBuffer *picture, const Rect &part) const
{
  const Rect crop = crop_of (picture, frame_size (picture, in_.info));
  const auto place = [] (int at, int from, int size, int shown) {
    return from + on_fine_grid (double (at) * size / shown);
  };
  const int width = out_.info.width, height = out_.info.height;
  const double left = place (part.x, crop.x, crop.width, width);
  const double top = place (part.y, crop.y, crop.height, height);
  return {left, top, place (part.right (), crop.x, crop.width, width) - left,
          place (part.bottom (), crop.y, crop.height, height) - top};
}

// Draws `part` of the picture over all of `out`.
Problem Matting::draw_part (Drawing &with, GstBuffer *picture, const GstVideoInfo &info,
                            const FineRect &part, const GstVideoInfo &to, GstBuffer *out)
{
  const Look look = {.placement = {.crop = part, .target = {0, 0, to.width, to.height}},
                     .blend = Blend::source};
  Problem problem = with.stage.begin (to, out);
  if (!problem) problem = with.stage.show (with.input, picture, info, look);
  if (!problem) problem = with.stage.finish ();
  with.stage.cancel ();
  return problem;
}

// Draws a small picture with the same bytes wherever the input lies.
Problem Matting::draw_small (Drawing &with, GstBuffer *picture, const GstVideoInfo &info,
                             const FineRect &part, SmallFrame &to)
{
  const Memory memory = memory_of (picture);
  if (!draws_there (memory, info, to.info ()))
    return draw_part (with, picture, info, part, to.info (), to.buffer ());
  if (!with.there || !gst_video_info_is_equal (&with.info, &to.info ())) {
    if (!backends_.of (memory).open ()) return {Problem::Kind::said};
    with.there = new_frame (backends_, memory, to.info ());
    with.info = to.info ();
    if (!with.there)
      return {
          .kind = Problem::Kind::failed, .status = Status::out_of_device_memory, .memory = memory};
  }
  if (Problem p = draw_part (with, picture, info, part, to.info (), with.there.get ())) return p;
  const MappedFrame drawn (to.info (), with.there.get (), GST_MAP_READ);
  if (!drawn)
    return {.kind = Problem::Kind::not_moved, .status = Status::device_failed, .memory = memory};
  const Size size = drawn.view ().size;
  for (int p = 0; p < info_of (drawn.view ().format).planes; p++)
    for (int y = 0; y < size.height; y++)
      std::memcpy (to.picture ().row (p, y), drawn.view ().plane[std::size_t (p)].row (y),
                   std::size_t (size.width));
  return {};
}

Problem Matting::sees (GstBuffer *picture, const Rect &part, Size size,
                       const matte::SmallPicture *&rgb)
{
  seen_frame_.set (GST_VIDEO_FORMAT_RGBP, size);
  rgb = &seen_frame_.picture ();
  return draw_small (seen_, picture, in_.info, part_of (picture, part), seen_frame_);
}

Problem Matting::fits (const Mask &mask, Size size, const matte::SmallPicture *&levels)
{
  fitted_frame_.set (GST_VIDEO_FORMAT_GRAY8, size);
  levels = &fitted_frame_.picture ();
  const Rect whole = crop_of (mask.buffer, frame_size (mask.buffer, mask.info));
  return draw_small (fitted_, mask.buffer, mask.info, whole, fitted_frame_);
}

// Where the output has the input's planes, and one more for alpha.
Problem Matting::copy_colors (GstBuffer *picture, GstBuffer *out)
{
  const MappedFrame from (in_.info, picture, GST_MAP_READ);
  if (!from) return bad_buffer (from.problem (), &colors_.input);
  const MappedFrame to (guided_, out, GST_MAP_WRITE);
  if (!to) return bad_buffer (to.problem (), nullptr);
  const FormatInfo &format = format_of (in_.info);
  for (int p = 0; p < format.planes; p++) {
    const PlaneView &source = from.view ().plane[std::size_t (p)];
    const PlaneView &target = to.view ().plane[std::size_t (p)];
    const std::size_t bytes =
        std::size_t (target.size.width) * std::size_t (format.plane[std::size_t (p)].bytes);
    for (int y = 0; y < target.size.height; y++)
      std::memcpy (target.row (y), source.row (y), bytes);
  }
  return {};
}

// The output's colours, or those of the scratch picture.
Problem Matting::draw_colors (GstBuffer *picture, GstBuffer *out)
{
  if (copies_ && !gst_buffer_get_video_crop_meta (picture) && memory_of (picture) == Memory::host)
    return copy_colors (picture, out);
  const Rect whole = {0, 0, out_.info.width, out_.info.height};
  return draw_part (colors_, picture, in_.info, part_of (picture, whole), guided_, out);
}

// The grid is never finer than the picture.
Size Matting::grid_of (const Mask &mask) const
{
  const auto side = [] (int a, int b) { return std::min ({a, b, matte::kMostSmallSide}); };
  return {side (mask.info.width, mask.area.width), side (mask.info.height, mask.area.height)};
}

// Brings the mask to its grid.
Problem Matting::take_mask (const Mask &mask, const MatteLook &look)
{
  const Shown now = {grid_of (mask), mask.area, look.inverted};
  if (!mask.fresh && shown_ == now) return {};
  mask_frame_.set (GST_VIDEO_FORMAT_GRAY8, now.grid);
  const Rect whole = crop_of (mask.buffer, frame_size (mask.buffer, mask.info));
  if (Problem p = draw_small (mask_, mask.buffer, mask.info, whole, mask_frame_)) return p;
  if (look.inverted)
    for (std::uint8_t &level : mask_frame_.picture ().bytes ())
      level = static_cast<std::uint8_t> (255 - level);
  shown_ = now;
  return {};
}

// Calls work (first, end, worker) for parts of the rows, on all threads.
template <typename Work>
void Matting::split (int height, const Work &work)
{
  host::ThreadPool &pool = *threads_->pool ();
  const int jobs = pool.size ();
  pool.run (jobs, [&] (int i, int worker) {
    const auto [first, end] = rows_of (i, jobs, height);
    work (first, end, worker);
  });
}

// How much of each position is new, if alpha is kept.
matte::Rows<const float> Matting::weights_for (const MatteLook &look)
{
  if (look.smoothing <= 0) return smoothed_ = {}, matte::Rows<const float>{};
  if (smoothed_ != shown_) smoother_.reset (shown_.grid, format_of (guided_).rgb);
  smoothed_ = shown_;
  return smoother_.weigh (guide_frame_.picture (), look.smoothing);
}

// Fits lines to the mask and the guide.
void Matting::solve (const Mask &mask, const MatteLook &look)
{
  const Size grid = mask_frame_.picture ().size ();
  const Prepared wanted = {grid, mask.area.size (), look.refinement, threads_->pool ()->size ()};
  if (prepared_ != wanted)
    filter_.prepare (grid, wanted.picture, wanted.refinement, wanted.workers);
  prepared_ = wanted;
  split (grid.height, [&] (int first, int end, int worker) {
    if (look.refined)
      filter_.solve (guide_frame_.picture (), mask_frame_.picture (), first, end, worker);
    else
      filter_.take (mask_frame_.picture (), first, end);
  });
}

// Estimates the colours of foreground and background on the grid.
void Matting::estimate_colors (Size area)
{
  const Size grid = mask_frame_.picture ().size ();
  const matte::SmallPicture &guide = guide_frame_.picture ();
  foreground_.prepare (grid, area, threads_->pool ()->size ());
  split (grid.height,
         [&] (int from, int to, int) { foreground_.take_alpha (guide, filter_, from, to); });
  split (grid.height,
         [&] (int from, int to, int worker) { foreground_.look_far (guide, from, to, worker); });
  split (grid.height,
         [&] (int from, int to, int worker) { foreground_.look_near (from, to, worker); });
}

// Where the output lies in a device's memory and has the colours.
Problem Matting::write_alpha_there (const Mask &mask, const MatteLook &look, GstBuffer *out)
{
  Backend &device = backends_.of (out_.memory);
  if (!there_) there_ = device.make_matte_renderer ();
  if (!there_) return {.kind = Problem::Kind::no_renderer, .memory = out_.memory};
  const MappedFrame picture (guided_, out, GST_MAP_READWRITE, out_.memory);
  if (!picture) return bad_buffer (picture.problem (), nullptr);
  if (look.cleaned) {
    // Few positions, but many steps: the host does them.
    solve (mask, look);
    estimate_colors (mask.area.size ());
  }
  const matte::Order order = {.guide = look.refined ? &guide_frame_.picture () : nullptr,
                              .mask = &mask_frame_.picture (),
                              .refinement = look.refinement,
                              .weights = weights_for (look).data,
                              .foreground = look.cleaned ? &foreground_ : nullptr,
                              .area = mask.area,
                              .own = format_of (in_.info).has_alpha ()};
  Status status = device.begin ({}, out);
  if (status == Status::ok) status = there_->draw (order, picture.view ());
  const Status ended = device.end ({}, out);
  if (status == Status::ok) status = ended;
  if (status == Status::ok) return {};
  return {.kind = Problem::Kind::failed, .status = status, .memory = out_.memory};
}

Problem Matting::write_alpha (GstBuffer *colors, const Mask &mask, const MatteLook &look,
                              GstBuffer *out)
{
  const bool same = colors == out;
  const MappedFrame picture (guided_, colors, same ? GST_MAP_READWRITE : GST_MAP_READ);
  if (!picture) return bad_buffer (picture.problem (), same ? nullptr : &colors_.input);
  std::optional<MappedFrame> gray;
  if (!same) {
    gray.emplace (out_.info, out, GST_MAP_WRITE);
    if (!*gray) return bad_buffer (gray->problem (), nullptr);
  }
  const matte::AlphaPlane alpha =
      same ? matte::component_of (picture.view (), 3) : matte::component_of (gray->view (), 0);
  matte::AlphaPlane own;
  if (format_of (in_.info).has_alpha ()) own = matte::component_of (picture.view (), 3);

  solve (mask, look);
  matte::History history = {nullptr, weights_for (look)};
  if (history.weights.data) {
    kept_.resize (std::size_t (mask.area.width) * std::size_t (mask.area.height));
    history.kept = kept_.data ();
  }
  split (mask.area.height, [&] (int first, int end, int worker) {
    filter_.apply (picture.view (), mask.area, own, history, alpha, first, end, worker);
  });
  if (same && look.cleaned) {
    estimate_colors (mask.area.size ());
    split (mask.area.height, [&] (int first, int end, int worker) {
      foreground_.apply (picture.view (), mask.area, alpha, first, end, worker);
    });
  }
  clear_around (alpha, {out_.info.width, out_.info.height}, mask.area);
  return {};
}

Problem Matting::draw (GstBuffer *picture, const Mask &mask, const MatteLook &look, GstBuffer *out)
{
  if (!threads_) set_threads (n_threads_);
  GstBuffer *colors = picture;
  // The samples of a cropped picture are copied together, too.
  const bool has_alpha = format_of (out_.info).has_alpha ();
  if (!has_alpha && !scratch_ && gst_buffer_get_video_crop_meta (picture)) make_scratch ();
  if (has_alpha || scratch_) {
    colors = scratch_ ? scratch_.get () : out;
    if (Problem p = draw_colors (picture, colors)) return p;
  }
  if (look.refined || look.smoothing > 0 || look.cleaned) {
    const GstVideoColorimetry colorimetry = completed_colorimetry (guided_);
    guide_frame_.set (small_format (guided_), grid_of (mask), &colorimetry);
    if (Problem p =
            draw_small (guide_, picture, in_.info, part_of (picture, mask.area), guide_frame_))
      return p;
  }
  if (Problem p = take_mask (mask, look)) return p;
  return out_.memory == Memory::host ? write_alpha (colors, mask, look, out)
                                     : write_alpha_there (mask, look, out);
}

void Matting::reset ()
{
  for (Drawing *d : {&colors_, &guide_, &seen_, &fitted_, &mask_}) {
    d->input.forget ();
    d->stage.reset ();
    d->there.reset ();
  }
  there_.reset ();
  threads_.reset ();
  scratch_.reset ();
  prepared_ = {};
  kept_ = {};
  forget_masks ();
}

}  // namespace quad
