// Parts of pipelines that several commands use.
#pragma once

#include <string>
#include <string_view>

#include "glue/h264.h"
#include "tools/quad/clip.h"
#include "tools/quad/line.h"
#include "tools/quad/values.h"

namespace quad {

// After a decoder: gives progressive frames in a format that quaddownscale takes. Frames that
// already are so pass untouched. The first videoconvert is for deinterlace, which knows fewer
// interlaced formats than decoders give. auto-strict: it refuses those instead of passing them.
// fields=top: one frame for each input frame.
inline constexpr std::string_view kAnyVideo =
    "! videoconvert ! deinterlace mode=auto-strict fields=top ! videoconvert";
// Turns it upright: a tag, which phones write, says how.
inline constexpr std::string_view kUpright = "! videoflip video-direction=auto";
// A JPEG has full range, but jpegenc does not convert to it.
inline constexpr std::string_view kJpegFormat = "format=I420,colorimetry=1:4:0:0";

// What this machine has for video on an NVIDIA GPU.
struct Machine {
  bool cuda = false;     // quadmux-grid draws in CUDA memory
  bool decoder = false;  // nvh264dec
  bool encoder = false;  // nvh264enc

  static Machine here ();
  bool decodes () const { return cuda && decoder; }
  bool encodes () const { return decodes () && encoder; }
};
// Which of the two does what, for people.
std::string sentence_on (const Machine &machine);

// A file format for videos, by the ending of the file's name.
struct Container {
  std::string_view ending;
  std::string_view muxer;
  bool h264;                    // else VP8
  std::string_view sound;       // words that encode it
  std::string_view sound_name;  // for people
};
// Throws Failure for an ending that is not known.
const Container &container_of (const std::string &path);

// Throws Misuse for a size that video encoders do not take.
void check_least (const Pixels &size);

// How video is encoded. The encoder's name is `video`.
struct Encoding {
  int quantizer = kQuantizer;  // the quality: 0 is the best, 51 the worst
  bool fast = false;           // no look-ahead: the encoder keeps no more than a frame
  int key_frames = 0;          // at most so many frames apart; 0: the encoder's own choice
};
// Adds what encodes I420 in system memory, and the muxer `mux`, which writes `path`.
void add_video_file (Line &line, const Container &container, const Encoding &encoding,
                     const std::string &path);
// The same for frames in CUDA memory; `container` has to be one with H.264.
void add_cuda_file (Line &line, const Container &container, const Encoding &encoding,
                    const std::string &path);

// Adds what encodes decoded sound and gives it to the muxer of add_video_file or add_cuda_file.
void add_sound_track (Line &line, const Container &container);

// The element that selects frames of a clip.
std::string frameextract (const Clip &clip);

// Adds what reads and decodes a clip into the element clipNUMBER, whose pads are to be linked.
void add_source (Line &line, const Clip &clip, int number);
// The same for a clip that is plain H.264, with its video decoded, on the GPU if the machine does
// that. `heard`: its sound is taken, too, by add_h264_sound.
void add_h264 (Line &line, const Clip &clip, int number, bool heard, const Machine &machine);
void add_h264_sound (Line &line, int number);

}  // namespace quad
