#include "tensor/frame.h"

#include <algorithm>
#include <memory>

#include "glue/owned.h"
#include "public/gstquad.h"
#include "tensor/guard.h"
#include "tensor/memory.h"
#include "tensor/process.h"

namespace quad::tensor {
namespace {

// Memory whose pointers are the host's or CUDA's without a copy.
bool known_memory (const GstCaps *caps)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  for (guint i = 0; features && i < gst_caps_features_get_size (features); i++) {
    const std::string name = gst_caps_features_get_nth (features, i);
    if (name.starts_with ("memory:") && name != GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY &&
        !(name == "memory:CUDAMemory" && knows_cuda ()))
      return false;
  }
  return true;
}

bool read_caps (QuadFrame &frame, GError **error)
{
  GstCaps *caps = gst_sample_get_caps (frame.sample);
  if (!frame.buffer () || !caps)
    return refuse (error, QUAD_TENSOR_ERROR_BAD_FRAME, "The sample has no buffer or no caps.");
  if (gst_caps_is_empty (caps) || gst_caps_is_any (caps) ||
      !gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw"))
    return refuse (error, QUAD_TENSOR_ERROR_BAD_FRAME,
                   "The sample is no raw video. Put a decoder before.");
  if (!known_memory (caps))
    return refuse (error, QUAD_TENSOR_ERROR_UNSUPPORTED,
                   "The frame lies neither in system memory nor in CUDA memory. Put an element "
                   "that downloads it before, such as gldownload, vapostproc or cudadownload.");
  if (!gst_video_info_from_caps (&frame.info, caps))
    return refuse (error, QUAD_TENSOR_ERROR_BAD_FRAME, "The sample's caps describe no video.");
  return accept (error, QUAD_TENSOR_ERROR_UNSUPPORTED, problem_of_format (frame.info));
}

bool map (QuadFrame &frame, GError **error)
{
  GstBuffer *buffer = frame.buffer ();
  frame.device = device_of (buffer);
  const char *problem = "";
  frame.mapping =
      Mapping::of (buffer, frame.info, frame.on_device () ? Memory::cuda : Memory::host, problem);
  if (!frame.mapping)
    return refuse (error, QUAD_TENSOR_ERROR_BAD_FRAME, std::string{"The buffer "} + problem + ".");
  return accept (error, QUAD_TENSOR_ERROR_UNSUPPORTED,
                 describe_planes (frame.info, buffer, frame.mapping->mapped (), frame.planes));
}

// What frameextract says of a frame, or nothing.
const GstStructure *extraction_of (GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, GST_QUAD_META_EXTRACTED_FRAME);
  return meta ? gst_custom_meta_get_structure (meta) : nullptr;
}

void read_extraction (const QuadFrame &frame, QuadFrameInfo &info)
{
  info.index = G_MAXUINT64;
  info.requested = info.actual = GST_CLOCK_TIME_NONE;
  const GstStructure *fields = extraction_of (frame.buffer ());
  if (!fields) return;
  gst_structure_get_uint64 (fields, GST_QUAD_FIELD_INDEX, &info.index);
  gst_structure_get_uint64 (fields, GST_QUAD_FIELD_REQUESTED_TIME, &info.requested);
  gst_structure_get_uint64 (fields, GST_QUAD_FIELD_ACTUAL_TIME, &info.actual);
}

}  // namespace

GstClockTime time_of (GstSample *sample, GstClockTime film_begin)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const GstSegment *segment = gst_sample_get_segment (sample);
  if (!GST_BUFFER_PTS_IS_VALID (buffer)) return GST_CLOCK_TIME_NONE;
  if (!segment || segment->format != GST_FORMAT_TIME) return GST_BUFFER_PTS (buffer);
  const GstClockTime time =
      gst_segment_to_stream_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  guint64 origin = film_begin;
  if (const GstStructure *fields = extraction_of (buffer))
    gst_structure_get_uint64 (fields, GST_QUAD_FIELD_ORIGIN, &origin);
  return GST_CLOCK_TIME_IS_VALID (time) ? time - std::min (time, origin) : time;
}

bool refuse (GError **error, QuadTensorError code, const std::string &text)
{
  g_set_error_literal (error, QUAD_TENSOR_ERROR, code, text.c_str ());
  return false;
}

bool accept (GError **error, QuadTensorError code, const std::string &text)
{
  return text.empty () || refuse (error, code, text);
}

}  // namespace quad::tensor

using namespace quad::tensor;

GQuark quad_tensor_error_quark () { return g_quark_from_static_string ("quad-tensor-error-quark"); }

namespace quad::tensor {
namespace {

QuadFrame *frame_of (GstSample *sample, GError **error)
{
  if (!check_process (error)) return nullptr;
  auto frame = std::make_unique<QuadFrame> ();
  const quad::Owned<GstSample> owned{gst_sample_ref (sample)};
  frame->sample = sample;
  if (!read_caps (*frame, error) || !map (*frame, error)) return nullptr;
  for (guint i = 0; i < frame->planes.count; i++) {
    QuadTensor &t = frame->planes.tensor[i];
    t.device = frame->on_device () ? QUAD_DEVICE_CUDA : QUAD_DEVICE_CPU;
    t.device_id = frame->on_device () ? frame->device : 0;
    t.channels = frame->planes.channels[i].data ();
  }
  frame->source.par = {GST_VIDEO_INFO_PAR_N (&frame->info), GST_VIDEO_INFO_PAR_D (&frame->info)};
  gst_sample_ref (sample);
  return frame.release ();
}

void let_go (QuadFrame *frame)
{
  if (const int readers = frame->readers; readers != QuadFrame::nobody)
    keep_until_read (frame->buffer (),
                     readers == QuadFrame::legacy_stream ? kLegacyStream : kUnknownStream);
  frame->mapping.reset ();
  gst_sample_unref (frame->sample);
  delete frame;
}

}  // namespace
}  // namespace quad::tensor

QuadFrame *quad_frame_new (GstSample *sample, GError **error)
{
  g_return_val_if_fail (GST_IS_SAMPLE (sample), nullptr);
  return contain<QuadFrame *> (nullptr, error, [&] { return frame_of (sample, error); });
}

QuadFrame *quad_frame_ref (QuadFrame *frame)
{
  g_return_val_if_fail (frame, nullptr);
  frame->references.fetch_add (1, std::memory_order_relaxed);
  return frame;
}

void quad_frame_unref (QuadFrame *frame)
{
  g_return_if_fail (frame);
  if (frame->references.fetch_sub (1, std::memory_order_acq_rel) != 1) return;
  // The decoder that wants the buffer back, and its locks, stayed in the parent.
  if (was_forked ()) return;
  contain ([&] { let_go (frame); });
}

GstSample *quad_frame_get_sample (QuadFrame *frame)
{
  g_return_val_if_fail (frame, nullptr);
  return frame->sample;
}

void quad_frame_get_info (QuadFrame *frame, QuadFrameInfo *info)
{
  g_return_if_fail (frame && info);
  *info = {};
  info->pts = GST_BUFFER_PTS (frame->buffer ());
  info->duration = GST_BUFFER_DURATION (frame->buffer ());
  info->time = time_of (frame->sample, frame->film_begin);
  read_extraction (*frame, *info);
  info->width = frame->planes.width;
  info->height = frame->planes.height;
  info->n_tensors = frame->planes.count;
  info->format = gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&frame->info));
  info->par_n = frame->source.par.n;
  info->par_d = frame->source.par.d;
  info->rotation = frame->source.turn.rotation;
  info->mirrored = frame->source.turn.mirrored;
}

gboolean quad_frame_get_tensor (QuadFrame *frame, guint index, QuadTensor *tensor)
{
  g_return_val_if_fail (frame && tensor, FALSE);
  if (index >= frame->planes.count) return FALSE;
  *tensor = frame->planes.tensor[index];
  return TRUE;
}

gboolean quad_frame_order (QuadFrame *frame, gint64 stream, GError **error)
{
  g_return_val_if_fail (frame, FALSE);
  if (stream < kNoStream || stream == 0)
    return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
                   "The stream has to be -1 (none), 1 or 2 (the default ones), or a CUstream.");
  if (!frame->on_device () || stream == kNoStream) return TRUE;
  return contain (FALSE, error, [&] () -> gboolean {
    return check_process (error) &&
           accept (error, QUAD_TENSOR_ERROR_CUDA, order_after_writer (frame->buffer (), stream));
  });
}

gboolean quad_frame_synchronize (QuadFrame *frame, GError **error)
{
  g_return_val_if_fail (frame, FALSE);
  if (!frame->on_device ()) return TRUE;
  return contain (FALSE, error, [&] () -> gboolean {
    return check_process (error) &&
           accept (error, QUAD_TENSOR_ERROR_CUDA, wait_for_writer (frame->buffer ()));
  });
}

gboolean quad_frame_share (QuadFrame *frame, GError **error)
{
  g_return_val_if_fail (frame, FALSE);
  if (!frame->on_device ()) return TRUE;
  return contain (FALSE, error, [&] () -> gboolean {
    if (!check_process (error) ||
        !accept (error, QUAD_TENSOR_ERROR_CUDA, check_primary_context (frame->buffer ())) ||
        !quad_frame_synchronize (frame, error))
      return FALSE;
    frame->readers = QuadFrame::anybody;
    return TRUE;
  });
}

gboolean quad_cuda_can_decode (gint device)
{
  return contain (FALSE, nullptr, [&] () -> gboolean {
    return device >= 0 && start_gstreamer (nullptr) && can_decode (device);
  });
}

gboolean quad_cuda_use_primary_context (GstElement *pipeline, gint device, GError **error)
{
  g_return_val_if_fail (GST_IS_ELEMENT (pipeline), FALSE);
  return contain (FALSE, error, [&] () -> gboolean {
    if (device < 0)
      return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "The device's number is negative.");
    std::string problem;
    GstContext *context = primary_context (device, problem);
    if (!context) return refuse (error, QUAD_TENSOR_ERROR_CUDA, problem);
    gst_element_set_context (pipeline, context);
    gst_context_unref (context);
    return TRUE;
  });
}
