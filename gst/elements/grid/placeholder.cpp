#include "elements/grid/placeholder.h"

#include "elements/grid/faults.h"
#include "glue/backend.h"
#include "glue/frame.h"
#include "glue/light.h"

namespace quad {
namespace {

// Why a frame in system memory cannot be read; empty if it can, or lies in a device's memory.
std::string problem_of (GstBuffer *buffer, const GstVideoInfo &info)
{
  if (memory_of (buffer) != Memory::host) return {};
  const MappedFrame frame (info, buffer, GST_MAP_READ);
  return frame ? std::string{} : frame.problem ();
}

}  // namespace

std::shared_ptr<const Placeholder> placeholder_of (GstSample *sample, std::string &why)
{
  auto placeholder = std::make_shared<Placeholder> ();
  const GstCaps *caps = gst_sample_get_caps (sample);
  if (!caps)
    why = "has no caps.";
  else if (!gst_sample_get_buffer (sample))
    why = "has no buffer.";
  else if (!gst_caps_is_fixed (caps))
    why = "has caps that are not fixed.";
  else
    why = problem_with (caps);
  if (!why.empty ()) return nullptr;
  gst_video_info_from_caps (&placeholder->info, caps);
  placeholder->peak = peak_of (caps);
  why = problem_of (gst_sample_get_buffer (sample), placeholder->info);
  if (!why.empty ()) {
    why += ".";
    return nullptr;
  }
  placeholder->sample.reset (gst_sample_ref (sample));
  return placeholder;
}

}  // namespace quad
