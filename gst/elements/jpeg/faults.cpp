#include "elements/jpeg/faults.h"

#include <algorithm>
#include <utility>

#include "elements/jpeg/log.h"

namespace quad::jpegdec {

void Faults::whole () { whole_ = std::min (whole_ + 1, kEndsRun); }

bool Faults::begins_run () { return std::exchange (whole_, 0) == kEndsRun; }

void Faults::damaged (const std::string &why)
{
  GST_DEBUG_OBJECT (decoder_, "Damaged frame: %s", why.c_str ());
  if (!begins_run ()) return;
  GST_ELEMENT_WARNING (
      decoder_, STREAM, DECODE,
      ("A frame is damaged and is shown as far as it could be decoded: %s", why.c_str ()),
      ("There is no further message until %d frames in a row are whole", kEndsRun));
}

GstFlowReturn Faults::drop (GstVideoCodecFrame *frame, const std::string &why)
{
  last_ = why;
  if (begins_run ())
    GST_ELEMENT_WARNING (
        decoder_, STREAM, DECODE,
        ("A frame is left out, as it cannot be decoded: %s", why.c_str ()),
        ("There is no further message until %d frames in a row are whole", kEndsRun));
  GstFlowReturn flow = GST_FLOW_OK;
  GST_VIDEO_DECODER_ERROR (decoder_, 1, STREAM, DECODE,
                           ("Too many frames cannot be decoded. The last one: %s", why.c_str ()),
                           (nullptr), flow);
  const GstFlowReturn dropped = gst_video_decoder_drop_frame (decoder_, frame);
  return flow == GST_FLOW_OK ? dropped : flow;
}

}  // namespace quad::jpegdec
