// The pipeline of `quad grid`.
#include <algorithm>

#include "tools/quad/commands/grid.h"
#include "tools/quad/failure.h"

namespace quad {
namespace {

// Silence where there is none, also before it begins: avwait holds sound that is ahead of the
// video, and the muxer holds video until there is sound.
constexpr std::string_view kSound =
    "! audioconvert name=sound ! audioresample ! audio/x-raw,rate=48000 "
    "! identity single-segment=true ! audiorate ! audiobuffersplit ! queue ! end.asink";
constexpr std::string_view kOnePicture = "! videoconvert ! imagefreeze num-buffers=1";
constexpr std::uint64_t kMostRepeats = 100;

void add_canvas (Line &line, const GridOptions &o, const GridInputs &inputs, const Machine &machine)
{
  const int n = static_cast<int> (inputs.clips.size ());
  line.row ().add (text ("quadmux-grid name=grid rows=", o.rows, " columns=", o.columns, " gap=",
                         o.gap, " margin=", o.margin, " background-color=", color_text (o.color),
                         " eos-policy=", o.shortest ? "shortest" : "longest"));
  if (o.fit != "contain") {
    for (int i = 0; i < n; i++) line.add (text ("sink_", i, "::fit=", o.fit));
  }
  for (int i = 0; i < n; i++) {
    const Clip &clip = inputs.clips[static_cast<std::size_t> (i)];
    // A picture stays until the films end.
    if (clip.still) line.add (text ("sink_", i, "::repeat-after-eos=true"));
    // The tag comes when the first pictures may have been shrunk for a cell of the other shape.
    if (!clip.still && !clip.turn.empty ())
      line.add (text ("sink_", i, "::orientation=", clip.turn));
  }
  if (!o.frame.empty ()) {
    const std::string pad = text ("sink_", n, "::");
    line.add (text (pad, "width=", o.size.width, " ", pad, "height=", o.size.height, " ", pad,
                    "fit=fill ", pad, "zorder=1000 ", pad, "repeat-after-eos=true"));
  }
  const char *kind =
      machine.decodes () ? "video/x-raw(memory:CUDAMemory),format=NV12" : "video/x-raw,format=I420";
  line.row ().add ("!").word (text (kind, ",width=", o.size.width, ",height=", o.size.height,
                                    ",framerate=", text_of (o.rate)));
}

void add_file (Line &line, const GridOptions &o, const Machine &machine, const std::string &path)
{
  const int key_frames = std::max (1, 2 * o.rate.n / o.rate.d);
  // No look-ahead: the encoder keeps no more than a frame, so sound has little to wait for.
  const Encoding encoding{22, true, key_frames};
  if (machine.encodes ()) return add_cuda_file (line, container_of (o.out), encoding, path);
  if (machine.decodes ()) line.add ("! cudadownload ! queue max-size-buffers=2");
  add_video_file (line, container_of (o.out), encoding, path);
}

// Shrunk right after decoding, so the queue holds frames of the cell's size.
void add_clip (Line &line, const Clip &clip, int i, bool heard, const Machine &machine)
{
  if (clip.plain_h264) {
    add_h264 (line, clip, i, heard, machine);
  } else {
    add_source (line, clip, i);
    line.row ().add (text ("clip", i, "."));
    line.add (clip.still ? kOnePicture : kAnyVideo);
    // Whose full range would become that of the whole.
    if (clip.jpeg) line.add ("! videoconvert ! video/x-raw,format=I420,colorimetry=bt601");
  }
  line.add (text (
      "! quaddownscale ! queue max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! grid.sink_",
      i));
}

void add_clip_sound (Line &line, const Clip &clip, int i)
{
  if (clip.plain_h264)
    add_h264_sound (line, i);
  else
    line.row ().add (text ("clip", i, "."));
  line.add (kSound);
}

// As often as it takes to fill the length; the end is cut off.
void add_music (Line &line, const GridInputs &inputs, int number)
{
  const Clip &music = inputs.music;
  std::uint64_t times = 1;
  if (music.duration > 0) times = (inputs.length + music.duration - 1) / music.duration;
  if (times > kMostRepeats)
    throw Failure (
        text (music.path, " is too short to be repeated: it would take ", times, " times"));
  line.row ().add ("concat name=music ! identity single-segment=true").add (kSound);
  for (std::uint64_t i = 0; i < std::max<std::uint64_t> (times, 1); i++) {
    line.row ().add ("filesrc").path ("location", music.path).add ("! decodebin");
    if (i == 0) line.add (text ("name=clip", number));
    line.add ("! audioconvert ! audioresample ! music.");
  }
}

}  // namespace

Line grid_line (const GridOptions &o, const GridInputs &inputs, const Machine &machine,
                const std::string &path)
{
  const int n = static_cast<int> (inputs.clips.size ());
  const bool sound = inputs.heard >= 0 || !o.music.empty ();
  Line line;
  add_canvas (line, o, inputs, machine);
  // The sound ends with the video: avwait stops it there.
  if (sound)
    line.add ("! avwait name=end mode=running-time target-running-time=0").row ().add ("end.");
  add_file (line, o, machine, path);
  for (int i = 0; i < n; i++)
    add_clip (line, inputs.clips[static_cast<std::size_t> (i)], i, i == inputs.heard, machine);
  if (!o.frame.empty ()) {
    add_source (line, inputs.frame, n + 1);
    line.add (kOnePicture).add (text ("! grid.sink_", n));
  }
  if (!o.music.empty ()) add_music (line, inputs, n);
  if (inputs.heard >= 0)
    add_clip_sound (line, inputs.clips[static_cast<std::size_t> (inputs.heard)], inputs.heard);
  if (sound) {
    line.row ()
        .add ("end.asrc ! audioconvert !")
        .add (container_of (o.out).sound)
        .add ("! queue ! mux.");
  }
  return line;
}

}  // namespace quad
