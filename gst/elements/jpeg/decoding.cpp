#include "elements/jpeg/decoding.h"

#include <algorithm>

#include "elements/jpeg/log.h"
#include "glue/frame.h"

namespace quad::jpegdec {
namespace {

// A stream that never ends an image ends there; the base class counts in an int.
constexpr gsize kMostBytes = gsize{1} << 30;

// A buffer's bytes, for as long as this lives, which may be longer than the frame does.
class MappedBytes {
 public:
  explicit MappedBytes (GstBuffer *buffer)
      : buffer_{gst_buffer_ref (buffer)}, mapped_ (gst_buffer_map (buffer, &map_, GST_MAP_READ))
  {
  }
  ~MappedBytes ()
  {
    if (mapped_) gst_buffer_unmap (buffer_.get (), &map_);
  }
  MappedBytes (const MappedBytes &) = delete;
  MappedBytes &operator= (const MappedBytes &) = delete;

  explicit operator bool () const { return mapped_; }
  jpeg::Bytes bytes () const { return {map_.data, map_.size}; }

 private:
  Owned<GstBuffer> buffer_;
  GstMapInfo map_ = GST_MAP_INFO_INIT;
  bool mapped_;
};

// How many bytes may be written from a plane's first sample on: to the next plane, or to the end of
// the memory.
std::size_t room_of (const GstVideoFrame &frame, guint plane)
{
  const auto *data = static_cast<const guint8 *> (GST_VIDEO_FRAME_PLANE_DATA (&frame, plane));
  std::size_t room = 0;
  for (const GstMapInfo &map : frame.map)
    if (map.data && data >= map.data && data < map.data + map.size)
      room = static_cast<std::size_t> (map.data + map.size - data);
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (&frame); p++) {
    const auto *other = static_cast<const guint8 *> (GST_VIDEO_FRAME_PLANE_DATA (&frame, p));
    if (other > data) room = std::min (room, static_cast<std::size_t> (other - data));
  }
  return room;
}

jpeg::Destination destination_of (MappedBuffer &buffer, PixelFormat format, Size size)
{
  jpeg::Destination to;
  to.frame.format = format;
  to.frame.size = size;
  const FormatInfo &info = info_of (format);
  for (int p = 0; p < info.planes; p++) {
    const auto at = static_cast<std::size_t> (p);
    to.frame.plane[at] = {buffer.data (p), buffer.stride (p), plane_size (info, p, size)};
    to.room[at] = room_of (buffer.frame (), static_cast<guint> (p));
  }
  return to;
}

}  // namespace

Decoding::Decoding (GstVideoDecoder *decoder)
    : decoder_ (decoder),
      chooser_ (GST_VIDEO_DECODER_SRC_PAD (decoder)),
      output_ (decoder),
      faults_ (decoder)
{
}

void Decoding::start ()
{
  flush ();
  parsed_ = in_time_ = shown_ = false;
  forwards_ = true;
  packing_ = Packing::unknown;
  choose_packetized ();
  chooser_.reset ();
  output_.reset ();
}

void Decoding::flush ()
{
  finder_.reset ();
  faults_.reset ();
  first_ = held_ = 0;
}

void Decoding::begin_stream ()
{
  packing_ = Packing::unknown;
  choose_packetized ();
  output_.begin_stream ();
}

void Decoding::choose_packetized ()
{
  const bool packetized =
      parsed_ || (in_time_ && (!forwards_ || (packing_ == Packing::packets && held_ == 0)));
  if (packetized == gst_video_decoder_get_packetized (decoder_)) return;
  GST_INFO_OBJECT (decoder_, "%s",
                   packetized ? "Each buffer is an image" : "The input is a stream of bytes");
  gst_video_decoder_set_packetized (decoder_, packetized);
  finder_.reset ();
}

void Decoding::set_format (GstVideoCodecState *state)
{
  gboolean parsed = FALSE;
  gst_structure_get_boolean (gst_caps_get_structure (state->caps, 0), "parsed", &parsed);
  parsed_ = parsed;
  choose_packetized ();
  output_.set_input (state);
}

void Decoding::set_segment (const GstSegment &segment)
{
  drain ();  // other bytes follow
  in_time_ = segment.format == GST_FORMAT_TIME;
  forwards_ = segment.rate > 0;
  choose_packetized ();
}

GstFlowReturn Decoding::have_cut_image ()
{
  finder_.reset ();
  return gst_video_decoder_have_frame (decoder_);
}

// Takes the beginning of the adapter as a frame: all of it, or what has come before the last
// buffer.
GstFlowReturn Decoding::take_packet (gsize size, bool is_all)
{
  first_ = held_ = 0;
  gst_video_decoder_add_to_frame (decoder_, static_cast<int> (size));
  const GstFlowReturn flow = gst_video_decoder_have_frame (decoder_);
  if (is_all) choose_packetized ();
  return flow;
}

// Finds out whether the buffers of a stream in time are images. Nothing: they are not.
std::optional<GstFlowReturn> Decoding::sort (GstAdapter *adapter, bool at_end)
{
  const gsize available = gst_adapter_available (adapter);
  if (packing_ == Packing::unknown && available > 0) {
    if (first_ == 0) first_ = available;
    held_ = available;
    const auto *data = static_cast<const guint8 *> (gst_adapter_map (adapter, available));
    packing_ = packing_of ({data, available}, first_);
    gst_adapter_unmap (adapter);
    if (packing_ == Packing::unknown && !at_end && available < kMostBytes)
      return GST_VIDEO_DECODER_FLOW_NEED_DATA;
  }
  if (packing_ == Packing::packets && available > 0) {
    const gsize size = first_ > 0 ? first_ : available;
    return take_packet (size, size == available);
  }
  first_ = held_ = 0;
  return {};
}

GstFlowReturn Decoding::parse (GstVideoCodecFrame *frame, GstAdapter *adapter, bool at_end)
{
  using Kind = jpeg::ImageFinder::Kind;
  GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT (frame);
  if (is_unsorted ())
    if (const auto flow = sort (adapter, at_end)) return *flow;
  while (const gsize available = std::min (gst_adapter_available (adapter), kMostBytes)) {
    const auto *data = static_cast<const guint8 *> (gst_adapter_map (adapter, available));
    jpeg::ImageFinder::Part part{Kind::inside, 0};
    gsize inside = 0;
    while (part.kind == Kind::inside && inside < available) {
      part = finder_.next ({data + inside, available - inside});
      if (part.kind == Kind::inside || part.kind == Kind::last) inside += part.size;
    }
    gst_adapter_unmap (adapter);
    // All at once: a frame that is added in parts is copied together.
    if (inside > 0) gst_video_decoder_add_to_frame (decoder_, static_cast<int> (inside));
    if (part.kind == Kind::last) return gst_video_decoder_have_frame (decoder_);
    if (gst_video_decoder_get_pending_frame_size (decoder_) >= kMostBytes) return have_cut_image ();
    if (part.kind == Kind::need_more) {
      if (!at_end) return GST_VIDEO_DECODER_FLOW_NEED_DATA;
      part = {finder_.in_image () ? Kind::inside : Kind::garbage, available - inside};
      if (part.kind == Kind::inside)
        gst_video_decoder_add_to_frame (decoder_, static_cast<int> (part.size));
    }
    if (part.kind == Kind::garbage) {
      GST_LOG_OBJECT (decoder_, "Skipping %" G_GSIZE_FORMAT " bytes", part.size);
      gst_adapter_flush (adapter, part.size);
    }
  }
  return at_end && finder_.in_image () ? have_cut_image () : GST_VIDEO_DECODER_FLOW_NEED_DATA;
}

GstFlowReturn Decoding::drain ()
{
  if (gst_video_decoder_get_packetized (decoder_)) return GST_FLOW_OK;
  if (held_ > 0) return take_packet (held_, true);
  return finder_.in_image () ? have_cut_image () : GST_FLOW_OK;
}

GstFlowReturn Decoding::finish ()
{
  const GstFlowReturn flow = drain ();
  if (flow != GST_FLOW_OK || shown_ || faults_.last ().empty ()) return flow;
  GST_ELEMENT_ERROR (
      decoder_, STREAM, DECODE,
      ("Nothing could be decoded before the end: %s. Is the file whole?", faults_.last ().c_str ()),
      (nullptr));
  return GST_FLOW_ERROR;
}

GstFlowReturn Decoding::handle (GstVideoCodecFrame *frame)
{
  const MappedBytes input (frame->input_buffer);
  if (!input) return faults_.drop (frame, "its buffer cannot be read");
  return handle (frame, jpeg::first_image (input.bytes ()));
}

// Two fields in a buffer are not one image; decoding the first one only would halve the picture.
std::string Decoding::refusal_of (const jpeg::Header &header, const Settings &settings) const
{
  std::string why = jpeg::refusal_of (header, settings.max_pixels);
  const GstVideoCodecState *input = output_.input ();
  constexpr int kBlock = 8;  // heights are rounded up to it
  const bool is_packet = parsed_ || (in_time_ && packing_ != Packing::bytes);
  if (why.empty () && input && is_packet && input->info.width == header.size.width &&
      header.size.height > kBlock && input->info.height > 2 * (header.size.height - kBlock) &&
      input->info.height <= 2 * header.size.height && input->info.height != header.size.height)
    return "The stream is interlaced: its caps have twice the picture's height. Use jpegdec.";
  return why;
}

// A first picture that cannot be decoded is an error; a later one may be damaged, and the stream
// goes on.
GstFlowReturn Decoding::refuse (GstVideoCodecFrame *frame, const std::string &why)
{
  if (shown_) return faults_.drop (frame, why);
  GST_ELEMENT_ERROR (decoder_, STREAM, FORMAT, ("%s", why.c_str ()), (nullptr));
  gst_video_decoder_release_frame (decoder_, frame);
  return GST_FLOW_ERROR;
}

GstFlowReturn Decoding::handle (GstVideoCodecFrame *frame, jpeg::Bytes image)
{
  const Settings settings = this->settings ();
  const auto header = jpeg::read_header (image);
  if (!header)
    return faults_.drop (
        frame, image.empty () ? "it is no JPEG" : "it ends, or is damaged, before its first scan");
  if (const std::string why = refusal_of (*header, settings); !why.empty ())
    return refuse (frame, why);

  const jpeg::Sampling &sampling = *jpeg::sampling_of (*header);
  Choice choice;
  Shape shape;
  const auto choose = [&] {
    choice = chooser_.choose (settings, *header, sampling.format);
    shape = {sampling.format, header->size,     jpeg::scaled (header->size, choice.scale),
             choice.scale,    choice.by_target, header->limited_range};
    return output_.prepare (shape, choice.why);
  };
  const bool first = !output_.has_caps ();
  GstFlowReturn flow = choose ();
  if (flow == GST_FLOW_OK && first && choice.by_target && !choice.answered) {
    // decodebin links what follows while the first caps go out: ask again.
    chooser_.reset ();
    flow = choose ();
  }
  GST_LOG_OBJECT (decoder_, "Frame %u: %dx%d, %s, %" G_GSIZE_FORMAT " bytes, decoded at %d/8",
                  frame->system_frame_number, header->size.width, header->size.height,
                  sampling.name, image.size (), choice.scale);
  if (flow == GST_FLOW_OK) {
    output_.set_orientation (header->has_orientation ? std::optional{header->orientation}
                                                     : std::nullopt);
    flow = gst_video_decoder_allocate_output_frame (decoder_, frame);
    if (flow == GST_FLOW_ERROR || flow == GST_FLOW_NOT_NEGOTIATED)
      GST_ELEMENT_ERROR (decoder_, RESOURCE, FAILED,
                         ("There is no buffer for a frame of %dx%d. Decode it smaller, with "
                          "max-width or max-height.",
                          shape.size.width, shape.size.height),
                         (nullptr));
  }
  if (flow != GST_FLOW_OK) {
    gst_video_decoder_release_frame (decoder_, frame);
    return flow;
  }
  return decode (frame, image, *header, sampling.format);
}

GstFlowReturn Decoding::decode (GstVideoCodecFrame *frame, jpeg::Bytes image,
                                const jpeg::Header &header, PixelFormat format)
{
  GstVideoCodecState *state = gst_video_decoder_get_output_state (decoder_);
  const GstVideoInfo info = state->info;
  gst_video_codec_state_unref (state);
  const Size size{info.width, info.height};
  jpeg::Outcome outcome;
  {
    MappedBuffer buffer (info, frame->output_buffer, GST_MAP_READWRITE);
    const char *problem = buffer ? buffer.problem_of (rect_of (size)) : buffer.problem ();
    if (problem) {
      GST_ELEMENT_ERROR (decoder_, RESOURCE, WRITE,
                         ("The buffer that what follows gave for a frame %s", problem), (nullptr));
      gst_video_decoder_release_frame (decoder_, frame);
      return GST_FLOW_ERROR;
    }
    outcome = jpeg_.decode (image, header, destination_of (buffer, format, size));
  }
  if (outcome.kind == jpeg::Outcome::Kind::lacking)
    return refuse (frame, "This system's TurboJPEG was built without what the JPEG needs: " +
                              outcome.why + ". Write the file with Huffman coding.");
  if (outcome.kind == jpeg::Outcome::Kind::nothing) return faults_.drop (frame, outcome.why);
  if (outcome.kind == jpeg::Outcome::Kind::damaged) {
    GST_VIDEO_CODEC_FRAME_FLAG_SET (frame, GST_VIDEO_CODEC_FRAME_FLAG_CORRUPTED);
    faults_.damaged (outcome.why);
  } else {
    faults_.whole ();
  }
  shown_ = true;
  return gst_video_decoder_finish_frame (decoder_, frame);
}

}  // namespace quad::jpegdec
