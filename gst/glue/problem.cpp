#include "glue/problem.h"

#include "glue/backend.h"
#include "glue/drawable_caps.h"

namespace quad {
namespace {

// A sentence on what to do about frames that cannot be used where they lie.
std::string downloaded (Memory memory, const ProblemWords &words)
{
  return " With " + download_of (memory) + " before " + words.element + " frames are " +
         words.done + " in system memory.";
}

}  // namespace

std::string failure_text (const std::string &what, const Problem &problem,
                          const ProblemWords &words)
{
  const Status status = problem.status;
  std::string text = what + ": " + describe (status, backend_of (problem.memory));
  if (status == Status::device_failed)
    text += " Start the pipeline again or, where that fails too, the program.";
  if (status == Status::device_failed || status == Status::no_kernels)
    text += downloaded (problem.memory, words);
  return text;
}

GstFlowReturn post_problem (GstElement *element, const Problem &problem, const ProblemWords &words,
                            GstBuffer *in, const GstVideoInfo &info)
{
  const char *why = problem.why.c_str ();
  switch (problem.kind) {
    case Problem::Kind::none: return GST_FLOW_OK;
    case Problem::Kind::said: break;
    case Problem::Kind::no_renderer:
      GST_ELEMENT_ERROR (
          element, RESOURCE, NOT_FOUND,
          ("This machine cannot %s frames in %s memory.%s", words.verb,
           backend_of (problem.memory).name, downloaded (problem.memory, words).c_str ()),
          (nullptr));
      break;
    case Problem::Kind::foreign:
      GST_ELEMENT_ERROR (element, STREAM, FORMAT,
                         ("A buffer %s %s cannot be used: the buffer %s.",
                          problem.input ? "before" : "after", words.element, why),
                         (nullptr));
      break;
    case Problem::Kind::bad_buffer:
      if (problem.input)
        GST_ELEMENT_ERROR (
            element, STREAM, FORMAT,
            ("A video buffer does not hold the frame that its caps describe: the "
             "buffer %s. The element before %s is at fault.",
             why, words.element),
            ("%" G_GSIZE_FORMAT " bytes, %dx%d %s", in ? gst_buffer_get_size (in) : 0, info.width,
             info.height, GST_VIDEO_INFO_NAME (&info)));
      else
        GST_ELEMENT_ERROR (element, RESOURCE, WRITE,
                           ("A buffer for the %s video cannot be written: the buffer %s. The "
                            "element after %s provides these buffers.",
                            words.done, why, words.element),
                           (nullptr));
      break;
    case Problem::Kind::unconvertible:
    case Problem::Kind::not_moved:
    case Problem::Kind::failed:
      GST_ELEMENT_ERROR (
          element, STREAM, FAILED,
          ("%s", failure_text (std::string{"Cannot "} + words.verb + " the video", problem, words)
                     .c_str ()),
          (nullptr));
  }
  return GST_FLOW_ERROR;
}

}  // namespace quad
