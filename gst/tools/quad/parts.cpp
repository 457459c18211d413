#include "tools/quad/parts.h"

#include <array>

#include "glue/h264.h"
#include "glue/owned.h"
#include "tools/quad/failure.h"
#include "tools/quad/names.h"

namespace quad {
namespace {

constexpr std::string_view kAac = "avenc_aac ! aacparse", kOpus = "opusenc";
constexpr std::array kContainers = {
    Container{"mp4", "mp4mux", true, kAac, "AAC"},
    Container{"m4v", "mp4mux", true, kAac, "AAC"},
    Container{"mov", "qtmux", true, kAac, "AAC"},
    Container{"mkv", "matroskamux", true, kAac, "AAC"},
    Container{"webm", "webmmux", false, kOpus, "Opus"},
};

Owned<GstElementFactory> factory (const char *name)
{
  return Owned<GstElementFactory>{gst_element_factory_find (name)};
}

// Its templates name CUDA memory if there is a driver.
bool takes_cuda (GstElementFactory *factory)
{
  const GList *templates =
      factory ? gst_element_factory_get_static_pad_templates (factory) : nullptr;
  for (const GList *l = templates; l; l = l->next) {
    const char *caps = static_cast<GstStaticPadTemplate *> (l->data)->static_caps.string;
    if (caps && std::string_view{caps}.find ("memory:CUDAMemory") != std::string_view::npos)
      return true;
  }
  return false;
}

void add_file (Line &line, const Container &container, const std::string &path)
{
  if (container.h264) line.add ("! h264parse");
  line.add (text ("! queue ! ", container.muxer, " name=mux ! filesink")).path ("location", path);
}

}  // namespace

Machine Machine::here ()
{
  Machine machine;
  machine.cuda = takes_cuda (factory ("quadmux-grid").get ());
  machine.decoder = factory ("nvh264dec") != nullptr;
  machine.encoder = factory ("nvh264enc") != nullptr;
  return machine;
}

std::string sentence_on (const Machine &machine)
{
  if (machine.encodes ()) return "On the GPU: nvh264dec, CUDA memory, nvh264enc";
  if (machine.decodes ())
    return "On the GPU: nvh264dec, CUDA memory; there is no nvh264enc, so x264enc encodes";
  return "On the CPU: avdec_h264, x264enc";
}

const Container &container_of (const std::string &path)
{
  const std::string ending = ending_of (path);
  std::string known;
  for (const Container &container : kContainers) {
    if (container.ending == ending) return container;
    known += text (known.empty () ? "." : ", .", container.ending);
  }
  throw Misuse (text (path, " has an ending that says no kind of video: name it ", path,
                      ".mp4 (known are ", known, ")"));
}

void check_least (const Pixels &size)
{
  constexpr int kLeast = 16;
  if (size.width < kLeast || size.height < kLeast) {
    throw Misuse (text ("a video of ", size.width, "x", size.height,
                        " is too small: --size is at least ", kLeast, "x", kLeast));
  }
}

void add_video_file (Line &line, const Container &container, const Encoding &encoding,
                     const std::string &path)
{
  if (container.h264) {
    line.add ("!").add (x264enc (encoding.quantizer));
    if (encoding.fast)
      line.add ("speed-preset=veryfast tune=zerolatency");
    else if (container.muxer != "matroskamux")
      line.add (kInOrder);
    if (encoding.key_frames > 0) line.add (text ("key-int-max=", encoding.key_frames));
  } else {
    line.add (text ("! vp8enc name=video deadline=1 cpu-used=", encoding.fast ? 8 : 4,
                    " end-usage=cq cq-level=", encoding.quantizer,
                    " target-bitrate=8000000 keyframe-max-dist=",
                    encoding.key_frames > 0 ? encoding.key_frames : 240));
  }
  add_file (line, container, path);
}

void add_cuda_file (Line &line, const Container &container, const Encoding &encoding,
                    const std::string &path)
{
  line.add ("!").add (nvh264enc (encoding.quantizer));
  if (encoding.key_frames > 0) line.add (text ("gop-size=", encoding.key_frames));
  add_file (line, container, path);
}

void add_sound_track (Line &line, const Container &container)
{
  line.add ("! audioconvert name=sound ! audioresample !").add (container.sound);
  // Compressed sound waits here for as long as the video encoder looks ahead.
  line.add ("! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! mux.");
}

std::string frameextract (const Clip &clip)
{
  return clip.seeks ? "frameextract" : "frameextract seek-mode=never";
}

void add_source (Line &line, const Clip &clip, int number)
{
  line.row ().add ("filesrc").path ("location", clip.path);
  line.add (text ("! ", clip.jpeg ? "quadjpegdec" : "decodebin", " name=clip", number));
}

void add_h264 (Line &line, const Clip &clip, int number, bool heard, const Machine &machine)
{
  const std::string clip_name = text ("clip", number);
  line.row ().add ("filesrc").path ("location", clip.path);
  line.add (text ("! qtdemux name=", clip_name));
  if (heard) {
    // One thread reads sound and video, so one must wait for the other. The compressed data waits,
    // as much as it takes: a multiqueue grows where one of its streams has nothing.
    line.row ().add (text ("multiqueue name=", clip_name,
                           "_wait max-size-buffers=5 max-size-time=0 max-size-bytes=0"));
    line.row ().add (text (clip_name, ".video_0 ! ", clip_name, "_wait.sink_0"));
    line.row ().add (text (clip_name, "_wait.src_0"));
  } else {
    line.row ().add (text (clip_name, ".video_0"));
  }
  // One thread, and the frames that it needs, for each of the decoders that run at once.
  line.add (text ("! h264parse name=", clip_name, "_parser !"));
  line.add (machine.decodes () ? "nvh264dec" : "avdec_h264 max-threads=1");
  line.add (text ("name=", clip_name, "_video"));
}

void add_h264_sound (Line &line, int number)
{
  const std::string name = text ("clip", number);
  line.row ().add (text (name, ".audio_0 ! ", name, "_wait.sink_1"));
  line.row ().add (text (name, "_wait.src_1 ! decodebin"));
}

}  // namespace quad
