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

// Why the sample cannot be shown, as the end of a sentence; empty: it can.
std::string problem_of (GstSample *sample)
{
  const GstCaps *caps = gst_sample_get_caps (sample);
  if (!caps) return "has no caps.";
  if (!gst_sample_get_buffer (sample)) return "has no buffer.";
  if (!gst_caps_is_fixed (caps)) return "has caps that are not fixed.";
  if (std::string why = problem_with (caps); !why.empty ()) return why;
  GstVideoInfo info;
  gst_video_info_from_caps (&info, caps);
  const std::string why = problem_of (gst_sample_get_buffer (sample), info);
  return why.empty () ? why : why + ".";
}

}  // namespace

std::shared_ptr<const Placeholder> placeholder_of (GstSample *sample, std::string &why)
{
  if (const std::string problem = problem_of (sample); !problem.empty ()) {
    why = "The placeholder " + problem;
    return nullptr;
  }
  auto placeholder = std::make_shared<Placeholder> ();
  const GstCaps *caps = gst_sample_get_caps (sample);
  gst_video_info_from_caps (&placeholder->info, caps);
  placeholder->peak = peak_of (caps);
  placeholder->sample.reset (gst_sample_ref (sample));
  return placeholder;
}

}  // namespace quad
