// The pipeline of `quad shrink`.
#include <algorithm>

#include "tools/quad/commands/shrink.h"
#include "tools/quad/failure.h"

namespace quad {
namespace {

// H.264 in 4:2:0 has no odd sides.
void add_smaller (Line &line, const Pixels &size, std::string_view kind)
{
  line.add (text ("! quaddownscale divisor=1 max-width=", size.width, " max-height=", size.height));
  line.add ("!").word (
      text (kind, ",width=[2,", size.width / 2 * 2, ",2],height=[2,", size.height / 2 * 2, ",2]"));
}

// Gives frames in CUDA memory to whichever encoder there is.
void add_on_gpu (Line &line, const ShrinkOptions &options, const Clip &clip, const Machine &machine,
                 const std::string &path)
{
  const Container &container = container_of (options.out);
  add_h264 (line, clip, 0, clip.sound, machine);
  add_smaller (line.row (), options.size, "video/x-raw(memory:CUDAMemory),format=NV12");
  line.row ();
  if (machine.encodes ()) return add_cuda_file (line, container, {}, path);
  line.add ("! cudadownload ! videoconvert ! video/x-raw,format=I420 ! queue max-size-buffers=2");
  add_video_file (line, container, {}, path);
}

void add_on_cpu (Line &line, const ShrinkOptions &options, const Clip &clip,
                 const std::string &path)
{
  add_source (line, clip, 0);
  line.row ().add ("clip0.").add (kAnyVideo).add (kUpright);
  add_smaller (line, options.size, "video/x-raw");
  line.row ().add ("! videoconvert ! video/x-raw,format=I420 ! queue max-size-buffers=2");
  add_video_file (line, container_of (options.out), {}, path);
}

}  // namespace

Line shrink_line (const ShrinkOptions &options, const Clip &clip, const Machine &machine,
                  const std::string &path)
{
  Line line;
  if (machine.decodes ())
    add_on_gpu (line, options, clip, machine, path);
  else
    add_on_cpu (line, options, clip, path);
  if (!clip.sound) return line;
  if (machine.decodes ())
    add_h264_sound (line, 0);
  else
    line.row ().add ("clip0.");
  add_sound_track (line, container_of (options.out));
  return line;
}

}  // namespace quad
