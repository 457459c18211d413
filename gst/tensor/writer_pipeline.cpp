#include "tensor/writer_pipeline.h"

#include <gst/app/gstappsrc.h>

#include <algorithm>
#include <numeric>

#include "glue/colorimetry.h"
#include "glue/h264.h"
#include "glue/packages.h"
#include "tensor/frame.h"

namespace quad::tensor {
namespace {

// A program that is killed leaves an MP4 with all but the last second or two. One that ends well
// leaves an ordinary one.
constexpr std::string_view kFragments =
    "fragment-duration=1000 fragment-mode=first-moov-then-finalise";

constexpr FileKind kKinds[] = {
    {"mp4", "mp4mux", kFragments},
    {"m4v", "mp4mux", kFragments},
    {"mov", "qtmux", kFragments},
    {"mkv", "matroskamux", ""},
    {"gif", "", ""},
};

// H.264 encoders take no smaller pictures.
constexpr int kLeast = 16;

// The time of a frame at the lowest rate that is told to encoders.
constexpr GstClockTime kSlowest = 1000 * GST_SECOND;

std::string encoder_on (int device)
{
  return device > 0 ? "nvh264device" + std::to_string (device) + "enc" : "nvh264enc";
}

std::string sentence_on_missing (const std::string &element)
{
  if (!element.starts_with ("nvh264"))
    return "There is no " + element + " here: " + advice_on_missing (element) + ".";
  return "There is no " + element +
         " here: the card has no encoder, or its driver or gstreamer1.0-plugins-bad is missing. "
         "Encode on the host: device=\"cpu\", with frames that lie there, such as frame.cpu().";
}

bool exists (const std::string &element)
{
  return Owned<GstElementFactory>{gst_element_factory_find (element.c_str ())} != nullptr;
}

// Ticks a second, 90000 or more, in which frames of the rate are whole numbers, and milliseconds
// too where that does not take too many.
int ticks_for (int fps_n)
{
  constexpr int kUsual = 90000, kMost = 1000000;
  if (fps_n == 0 || fps_n > kMost || kUsual % fps_n == 0) return kUsual;
  const std::int64_t both = std::lcm (std::int64_t{fps_n}, std::int64_t{1000});
  const int least = both <= kMost ? int (both) : fps_n;
  return (kUsual + least - 1) / least * least;
}

// A format of the same pixels, so that the converter always has to write frames of its own.
GstVideoFormat gif_format (const GstVideoInfo &info)
{
  const GstVideoFormat format = GST_VIDEO_INFO_FORMAT (&info);
  if (GST_VIDEO_INFO_HAS_ALPHA (&info))
    return format == GST_VIDEO_FORMAT_BGRA ? GST_VIDEO_FORMAT_RGBA : GST_VIDEO_FORMAT_BGRA;
  return format == GST_VIDEO_FORMAT_BGRx ? GST_VIDEO_FORMAT_RGBx : GST_VIDEO_FORMAT_BGRx;
}

// GStreamer's default for the size, but no wide colours: the callers' are sRGB.
std::string h264_colours (int width, int height)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, guint (width), guint (height));
  if (info.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT2020)
    gst_video_colorimetry_from_string (&info.colorimetry, GST_VIDEO_COLORIMETRY_BT709);
  return name_of (info.colorimetry);
}

// What a buffer tells when it is freed.
using Returned = std::shared_ptr<WriterEvents>;
void give_back (gpointer returned)
{
  const std::unique_ptr<Returned> events{static_cast<Returned *> (returned)};
  (*events)->returned ();
}

void tell_when_freed (GstMiniObject *object, const Returned &events)
{
  static const GQuark quark = g_quark_from_static_string ("quad-writer-returned");
  gst_mini_object_set_qdata (object, quark, new Returned (events), give_back);
}

}  // namespace

const FileKind *kind_of (const std::string &path, std::string &problem)
{
  const auto dot = path.rfind ('.');
  const auto slash = path.rfind ('/');
  std::string ending;
  if (dot != std::string::npos && (slash == std::string::npos || dot > slash + 1))
    ending = path.substr (dot + 1);
  std::transform (ending.begin (), ending.end (), ending.begin (), g_ascii_tolower);
  std::string known;
  for (const FileKind &kind : kKinds) {
    if (kind.ending == ending) return &kind;
    known.append (known.empty () ? "." : ", .").append (kind.ending);
  }
  problem = path +
            " has an ending that says no kind of video that can be written. These can: " + known +
            ".";
  return nullptr;
}

GstClockTime longest_film (const FileKind &kind, int fps_n)
{
  // The muxers count its ticks in 32 bits.
  if (!kind.has_ticks ()) return GST_CLOCK_TIME_NONE;
  return G_MAXUINT32 / guint (ticks_for (fps_n)) * GST_SECOND;
}

std::string lacking_for (const FileKind &kind, int device)
{
  std::vector<std::string> needed{"appsrc", "quaddownscale"};
  if (kind.is_gif ()) {
    needed.push_back ("gifstreamenc");
  } else {
    needed.push_back (device >= 0 ? encoder_on (device) : "x264enc");
    if (device >= 0) needed.push_back ("h264parse");
    needed.emplace_back (kind.muxer);
  }
  for (const std::string &element : needed)
    if (!exists (element)) return sentence_on_missing (element);
  return {};
}

std::string WriterPipeline::line () const
{
  const bool on_card = request_.frame->device >= 0;
  std::string text = "appsrc name=source format=time ! quaddownscale divisor=1 ! video/x-raw";
  if (on_card) text += "(memory:CUDAMemory)";
  text += ",format=";
  if (request_.kind->is_gif ()) {
    text.append (gst_video_format_to_string (gif_format (info_))).append (" ! gifstreamenc");
  } else {
    text.append (request_.device >= 0 ? "NV12" : "I420");
    text.append (",colorimetry=").append (h264_colours (info_.width, info_.height)).append (" ! ");
    if (request_.device >= 0)
      text += nvh264enc (kQuantizer, encoder_on (request_.device)) + " ! h264parse";
    else
      text += x264enc (kQuantizer) + " " + kInOrder;
    text.append (" ! ").append (request_.kind->muxer).append (" name=mux ");
    text.append (request_.kind->settings);
    if (request_.kind->has_ticks ()) {
      const std::string ticks = std::to_string (ticks_for (request_.fps_n));
      text += " trak-timescale=" + ticks + " movie-timescale=" + ticks;
    }
  }
  return text + " ! filesink name=file buffer-mode=unbuffered";
}

Failure WriterPipeline::start (const Request &request)
{
  request_ = request;
  const Incoming &frame = *request.frame;
  const bool gif = request.kind->is_gif ();
  if (!gif && (frame.width < kLeast || frame.height < kLeast))
    return {QUAD_TENSOR_ERROR_ARGUMENT,
            "H.264 takes frames of " + std::to_string (kLeast) + "x" + std::to_string (kLeast) +
                " and more, and this one has " + std::to_string (frame.width) + "x" +
                std::to_string (frame.height) + "."};
  // In H.264 two columns, and two rows, share a sample of chroma.
  const auto even = [gif] (int side) { return guint (gif ? side : side + side % 2); };
  gst_video_info_set_format (&info_, frame.format, even (frame.width), even (frame.height));
  info_.fps_n = request.fps_n;
  info_.fps_d = request.fps_d;
  // Encoders write a rate into the stream, also where it varies. That of the first frame is better
  // than the clock's, which GStreamer's encoders write else. Of very long times GStreamer makes
  // negative ones.
  if (request.fps_n == 0 && !gif)
    gst_video_guess_framerate (std::min (request.shown_for, kSlowest), &info_.fps_n, &info_.fps_d);

  GError *why = nullptr;
  GstElement *made =
      gst_parse_launch_full (line ().c_str (), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &why);
  if (!made) {
    Failure failure{QUAD_TENSOR_ERROR_PIPELINE, why->message};
    g_error_free (why);
    return failure;
  }
  pipeline_.reset (GST_ELEMENT (gst_object_ref_sink (made)));
  source_.reset (gst_bin_get_by_name (GST_BIN (made), "source"));
  const Owned<GstElement> file{gst_bin_get_by_name (GST_BIN (made), "file")};
  g_object_set (file.get (), "location", request.path.c_str (), nullptr);
  const Owned<GstBus> bus{gst_element_get_bus (made)};
  gst_bus_set_sync_handler (bus.get (), take_message, new Returned (events_),
                            [] (gpointer events) { delete static_cast<Returned *> (events); });
  if (request.device >= 0) {
    if (Failure problem = prepare_device (); !problem.empty ()) return problem;
  }
  if (!gif) mend_durations ();
  const Owned<GstCaps> caps{gst_video_info_to_caps (&info_)};
  if (frame.device >= 0)
    gst_caps_set_features_simple (caps.get (),
                                  gst_caps_features_new ("memory:CUDAMemory", nullptr));
  gst_app_src_set_caps (GST_APP_SRC (source_.get ()), caps.get ());
  if (gst_element_set_state (made, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return {};
  const Failure posted = events_->failure ();
  return posted.empty () ? Failure{QUAD_TENSOR_ERROR_PIPELINE, "The pipeline does not start."}
                         : posted;
}

// Runs on the pipeline's threads. A message that is dropped is the handler's.
GstBusSyncReply WriterPipeline::take_message (GstBus *, GstMessage *message, gpointer events)
{
  const Owned<GstMessage> own{message};
  (*static_cast<Returned *> (events))->take (message);
  return GST_BUS_DROP;
}

Failure WriterPipeline::prepare_device ()
{
  std::string problem;
  GstContext *context = primary_context (request_.device, problem);
  if (!context) return {QUAD_TENSOR_ERROR_CUDA, problem};
  gst_element_set_context (pipeline_.get (), context);
  if (request_.frame->device >= 0) problem = allocate_picture (context, info_, picture_);
  gst_context_unref (context);
  return {QUAD_TENSOR_ERROR_CUDA, problem};
}

// When the encoder gives a frame, the next one's time is mostly known, and so how long the frame is
// shown. h264parse loses what it was told.
void WriterPipeline::mend_durations ()
{
  const Owned<GstElement> mux{gst_bin_get_by_name (GST_BIN (pipeline_.get ()), "mux")};
  const auto watch = [] (GstElement *, GstPad *pad, gpointer self) -> gboolean {
    const auto see = [] (GstPad *of_mux, GstPadProbeInfo *about, gpointer pipeline) {
      GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (about));
      GST_PAD_PROBE_INFO_DATA (about) = buffer;
      static_cast<WriterPipeline *> (pipeline)->mend (of_mux, buffer);
      return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, see, self, nullptr);
    return TRUE;
  };
  gst_element_foreach_sink_pad (mux.get (), watch, this);
}

void WriterPipeline::note_duration (GstClockTime pts, GstClockTime duration)
{
  const std::lock_guard lock (durations_mutex_);
  if (!durations_.empty ()) {
    const auto last = std::prev (durations_.end ());
    last->second = pts - last->first;
  }
  durations_[pts] = duration;
}

// Runs on the pipeline's threads.
void WriterPipeline::mend (GstPad *pad, GstBuffer *buffer)
{
  const Owned<GstEvent> event{gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0)};
  const GstSegment *segment = nullptr;
  if (event) gst_event_parse_segment (event.get (), &segment);
  if (!segment) return;
  const GstClockTime time =
      gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  const std::lock_guard lock (durations_mutex_);
  const auto at = durations_.find (time);
  if (at == durations_.end ()) return;
  GST_BUFFER_DURATION (buffer) = at->second;
  durations_.erase (at);
}

Failure WriterPipeline::buffer_of (const Incoming &frame, Owned<GstBuffer> &buffer)
{
  const int width = info_.width, height = info_.height;
  const bool padded = width != frame.width || height != frame.height;
  if (frame.device >= 0) {
    const std::ptrdiff_t length = std::ptrdiff_t (width) * (frame.planar ? 1 : frame.channels);
    if (!frame.rows_are_whole () || frame.row < length - (padded ? frame.channels : 0))
      return {QUAD_TENSOR_ERROR_ARGUMENT,
              "On a device, the pixels of a row have to lie side by side: frame.contiguous()."};
    {
      const MappedBuffer to (info_, picture_.get (), GST_MAP_WRITE, Memory::cuda);
      if (!to) return {QUAD_TENSOR_ERROR_CUDA, std::string{"The buffer "} + to.problem ()};
      const std::string why =
          fill_on_device (picture_.get (), rows_for_device (frame, to, width, height));
      if (!why.empty ()) return {QUAD_TENSOR_ERROR_CUDA, why};
    }
    // Another buffer with the same memory.
    buffer.reset (gst_buffer_copy (picture_.get ()));
    tell_when_freed (GST_MINI_OBJECT (buffer.get ()), events_);
    return {};
  }
  if (!padded && frame.can_be_wrapped ()) {
    buffer.reset (wrapped (frame, new Returned (events_), give_back));
    return {};
  }
  const gsize size = GST_VIDEO_INFO_SIZE (&info_);
  GstMemory *memory = gst_allocator_alloc (nullptr, size, nullptr);
  if (!memory) return {QUAD_TENSOR_ERROR_PIPELINE, "There is no memory for a frame."};
  tell_when_freed (GST_MINI_OBJECT (memory), events_);
  buffer.reset (gst_buffer_new ());
  gst_buffer_append_memory (buffer.get (), memory);
  MappedBuffer to (info_, buffer.get (), GST_MAP_WRITE);
  if (!to) return {QUAD_TENSOR_ERROR_PIPELINE, std::string{"The buffer "} + to.problem ()};
  copy_to_host (frame, to, width, height);
  return {};
}

Failure WriterPipeline::push (const Incoming &frame, GstClockTime pts, GstClockTime duration)
{
  Owned<GstBuffer> buffer;
  if (Failure why = buffer_of (frame, buffer); !why.empty ()) return why;
  GST_BUFFER_PTS (buffer.get ()) = pts;
  GST_BUFFER_DURATION (buffer.get ()) = duration;
  if (!request_.kind->is_gif ()) note_duration (pts, duration);
  events_->lend ();
  gst_app_src_push_buffer (GST_APP_SRC (source_.get ()), buffer.release ());
  return {};
}

void WriterPipeline::end () { gst_app_src_end_of_stream (GST_APP_SRC (source_.get ())); }

void WriterPipeline::stop ()
{
  if (pipeline_) gst_element_set_state (pipeline_.get (), GST_STATE_NULL);
}

}  // namespace quad::tensor
