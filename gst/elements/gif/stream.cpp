#include "elements/gif/stream.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "glue/nearest.h"

#define GST_CAT_DEFAULT gif_stream_enc_debug

namespace quad::gif {
namespace {

constexpr std::int64_t kTick = 10 * GST_MSECOND;
// Browsers show a frame with a shorter delay for 100 ms.
constexpr std::int64_t kShortest = 2;
// Longer delays count as mistakes: a week, in hundredths of a second.
constexpr std::int64_t kLongestPause = std::int64_t{7} * 24 * 3600 * 100;
constexpr std::int64_t kLatest = G_MAXINT64 / 4;

// Full-range values of the video levels 16 to 235.
constexpr std::array<std::uint8_t, 256> kVideoLevels = [] {
  std::array<std::uint8_t, 256> levels{};
  for (int v = 0; v < 256; v++)
    levels[static_cast<std::size_t> (v)] =
        static_cast<std::uint8_t> ((std::clamp (v - 16, 0, 219) * 255 + 109) / 219);
  return levels;
}();

PackedFormat format_of (const GstVideoInfo &info)
{
  PackedFormat f;
  f.bytes = GST_VIDEO_INFO_COMP_PSTRIDE (&info, 0);
  f.red = f.green = f.blue = GST_VIDEO_INFO_COMP_POFFSET (&info, 0);
  if (info.colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235) f.levels = kVideoLevels.data ();
  if (GST_VIDEO_INFO_IS_GRAY (&info)) return f;
  f.green = GST_VIDEO_INFO_COMP_POFFSET (&info, 1);
  f.blue = GST_VIDEO_INFO_COMP_POFFSET (&info, 2);
  if (GST_VIDEO_INFO_HAS_ALPHA (&info)) f.alpha = GST_VIDEO_INFO_COMP_POFFSET (&info, 3);
  return f;
}

}  // namespace

HeldFrame::HeldFrame (GstVideoCodecFrame *frame, const GstVideoInfo &info, const Settings &settings)
    : frame_{frame},
      mapped_{std::in_place, info, frame->input_buffer, GST_MAP_READ},
      problem_{view_as (info)},
      lossy_{settings.lossy},
      dither_strength_{settings.dither_strength}
{
}

HeldFrame::~HeldFrame ()
{
  if (GstVideoCodecFrame *frame = release ()) gst_video_codec_frame_unref (frame);
}

// Describes the mapped picture; returns what is wrong with it, or nullptr.
const char *HeldFrame::view_as (const GstVideoInfo &info)
{
  if (!*mapped_) return mapped_->problem ();
  const Rect all{0, 0, GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_HEIGHT (&info)};
  if (crop_of (frame_->input_buffer, all.size ()) != all)
    return "is to be cropped, which takes a videoconvert or quaddownscale before";
  view_ = {mapped_->data (0), mapped_->stride (0), all.size (), format_of (info)};
  return mapped_->problem_of (all);
}

GstVideoCodecFrame *HeldFrame::release ()
{
  mapped_.reset ();
  return std::exchange (frame_, nullptr);
}

Settings Stream::settings () const
{
  const std::lock_guard lock{mutex_};
  return settings_;
}

std::optional<Size> Stream::fixed_size () const
{
  const std::lock_guard lock{mutex_};
  return fixed_size_;
}

bool Stream::set_format (const GstVideoInfo &info)
{
  const Size size{GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_HEIGHT (&info)};
  if (const auto fixed = fixed_size (); fixed && *fixed != size) {
    if (!std::exchange (refused_, true))
      GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                         ("The frames change from %dx%d to %dx%d, which a GIF cannot. Put a scaler "
                          "(quaddownscale or videoscale) and a capsfilter before gifstreamenc.",
                          fixed->width, fixed->height, size.width, size.height),
                         (nullptr));
    return false;
  }
  info_ = info;
  GST_INFO_OBJECT (element_, "frames of %dx%d, %s, at %d/%d", size.width, size.height,
                   GST_VIDEO_INFO_NAME (&info), GST_VIDEO_INFO_FPS_N (&info),
                   GST_VIDEO_INFO_FPS_D (&info));
  return true;
}

bool Stream::begin (std::int64_t time)
{
  const Size size{GST_VIDEO_INFO_WIDTH (&info_), GST_VIDEO_INFO_HEIGHT (&info_)};
  const Settings s = settings ();
  try {
    encoder_ = std::make_unique<Encoder> (size, s, fastest_find_nearest ());
  } catch (const std::bad_alloc &) {
    GST_ELEMENT_ERROR (element_, RESOURCE, NO_SPACE_LEFT,
                       ("There is not enough memory for a GIF of %dx%d: make the frames smaller.",
                        size.width, size.height),
                       (nullptr));
    return false;
  }
  GST_INFO_OBJECT (element_, "a file of %dx%d: %d colours, palette %d, dither %d, %s, loop %d",
                   size.width, size.height, s.colors, static_cast<int> (s.palette),
                   static_cast<int> (s.dither), s.transparency ? "differences" : "rectangles",
                   s.loop);
  clock_.emplace (time);
  finished_ = false;
  const std::lock_guard lock{mutex_};
  fixed_size_ = size;
  return true;
}

// Running time, which never goes back.
std::int64_t Stream::time_of (GstVideoCodecFrame *frame)
{
  std::int64_t time = end_time_;
  if (GST_CLOCK_TIME_IS_VALID (frame->pts)) {
    const guint64 running =
        gst_segment_to_running_time (&element_->input_segment, GST_FORMAT_TIME, frame->pts);
    if (GST_CLOCK_TIME_IS_VALID (running))
      time = static_cast<std::int64_t> (std::min<guint64> (running, kLatest));
  }
  if (clock_ && time < last_time_) {
    if (!std::exchange (warned_, true))
      GST_ELEMENT_WARNING (element_, STREAM, FORMAT,
                           ("Timestamps go back: such frames take the place of the one before."),
                           ("from %" GST_TIME_FORMAT " to %" GST_TIME_FORMAT,
                            GST_TIME_ARGS (last_time_), GST_TIME_ARGS (time)));
    time = last_time_;
  }
  return time;
}

// Of running time.
std::int64_t Stream::duration_of (GstVideoCodecFrame *frame) const
{
  GstClockTime duration = GST_SECOND / 10;
  if (GST_CLOCK_TIME_IS_VALID (frame->duration) && frame->duration > 0)
    duration = frame->duration;
  else if (GST_VIDEO_INFO_FPS_N (&info_) > 0)
    duration = gst_util_uint64_scale_int (GST_SECOND, GST_VIDEO_INFO_FPS_D (&info_),
                                          GST_VIDEO_INFO_FPS_N (&info_));
  const double rate = std::abs (element_->input_segment.rate);
  const double running = static_cast<double> (duration) / std::max (rate, 1e-3) + 0.5;
  return running < static_cast<double> (kLatest) ? static_cast<std::int64_t> (running) : kLatest;
}

GstFlowReturn Stream::drop (std::unique_ptr<HeldFrame> frame)
{
  merged_++;
  GST_LOG_OBJECT (element_,
                  "a frame is not written: it looks like the one before, or is too short");
  return gst_video_encoder_finish_frame (element_, frame->release ());
}

GstFlowReturn Stream::take (GstVideoCodecFrame *frame)
{
  const std::int64_t time = time_of (frame);
  const std::int64_t end = time + duration_of (frame);
  auto now = std::make_unique<HeldFrame> (frame, info_, settings ());
  if (const char *problem = now->problem ()) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT, ("A frame %s.", problem), (nullptr));
    return GST_FLOW_ERROR;
  }
  last_time_ = time;
  end_time_ = end;
  if (!held_) {
    if (!begin (time)) return GST_FLOW_ERROR;
    held_ = std::move (now);
    return GST_FLOW_OK;
  }
  // A frame that looks the same extends the one before.
  if (encoder_->same (held_->view (), now->view ())) return drop (std::move (now));
  const std::int64_t delay = clock_->until (time);
  GstFlowReturn flow;
  if (delay < kShortest) {
    flow = drop (std::move (held_));
  } else {
    PackedView nothing;
    flow = write (delay, view_after (*now, delay, nothing), false);
  }
  held_ = std::move (now);
  return flow;
}

// The picture to clear for: `next`, or any picture if `next` may be too short to be written.
const PackedView *Stream::view_after (const HeldFrame &next, std::int64_t delay,
                                      PackedView &nothing)
{
  if (next.view ().format.alpha < 0 || clock_->until (end_time_) - delay >= kShortest)
    return &next.view ();
  nothing_.resize (static_cast<std::size_t> (next.view ().size.width) * 4);
  nothing = {nothing_.data (), 0, next.view ().size, next.view ().format};
  return &nothing;
}

void Stream::gap_until (std::int64_t end)
{
  if (held_) end_time_ = std::max (end_time_, std::min (end, kLatest));
}

GstFlowReturn Stream::write (std::int64_t delay, const PackedView *next, bool last)
{
  if (delay > kLongestPause) {
    GST_ELEMENT_WARNING (element_, STREAM, FORMAT,
                         ("A frame that is shown for %" G_GINT64_FORMAT " days is cut to 7.",
                          delay / (kLongestPause / 7)),
                         (nullptr));
    clock_->pass (delay - kLongestPause);
    delay = kLongestPause;
  }
  encoder_->set_lossy (held_->lossy ());
  encoder_->set_dither_strength (held_->dither_strength ());
  bytes_.clear ();
  const Encoder::Added added = encoder_->add (held_->view (), delay, next, bytes_);
  clock_->pass (added.time);
  if (last) encoder_->end (bytes_);
  frames_++;
  size_ += bytes_.size ();
  GST_LOG_OBJECT (element_,
                  "frame %" G_GUINT64_FORMAT ": %" G_GINT64_FORMAT
                  " hundredths, %dx%d at %d,%d, "
                  "%d colours of %s palette%s, %" G_GSIZE_FORMAT " bytes",
                  frames_, added.time, added.area.width, added.area.height, added.area.x,
                  added.area.y, added.colors, added.is_of_file ? "the file's" : "another",
                  added.is_new_palette ? ", made anew" : "", bytes_.size ());

  GstVideoCodecFrame *frame = held_->release ();
  held_.reset ();
  frame->output_buffer = gst_buffer_new_memdup (bytes_.data (), bytes_.size ());
  frame->duration = static_cast<GstClockTime> (delay * kTick);
  // Only the first frame can be decoded alone.
  if (std::exchange (written_, true))
    GST_VIDEO_CODEC_FRAME_UNSET_SYNC_POINT (frame);
  else
    GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT (frame);
  return gst_video_encoder_finish_frame (element_, frame);
}

GstFlowReturn Stream::finish ()
{
  if (held_) {
    const GstFlowReturn flow =
        write (std::max (clock_->until (end_time_), kShortest), nullptr, true);
    GST_INFO_OBJECT (element_,
                     "wrote %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT
                     " bytes; %" G_GUINT64_FORMAT " frames are part of others",
                     frames_, size_, merged_);
    reset ();
    finished_ = true;
    return flow;
  }
  if (finished_) return GST_FLOW_OK;
  GST_ELEMENT_ERROR (element_, STREAM, ENCODE,
                     ("No frame came before the end, so there is no GIF."), (nullptr));
  return GST_FLOW_ERROR;
}

void Stream::reset ()
{
  held_.reset ();
  clock_.reset ();
  encoder_.reset ();
  frames_ = merged_ = size_ = 0;
  written_ = finished_ = refused_ = warned_ = false;
  last_time_ = end_time_ = 0;
  const std::lock_guard lock{mutex_};
  fixed_size_.reset ();
}

}  // namespace quad::gif
