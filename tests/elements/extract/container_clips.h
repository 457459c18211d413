// Numbered clips of each coding in each container that can hold it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "elements/extract/numbered_clip.h"

namespace quad::test {

// How frames are coded. In `encoder`, GOP stands for the distance of keyframes.
struct Coding {
  const char *name;
  const char *encoder;
  const char *parser;  // of the caps between demuxer and decoder
  const char *decoder;
  bool all_entries = true;  // decoding can begin with each I picture
  int per_second = 10;
};

inline constexpr Coding kCodings[] = {
    {"h264",
     "x264enc speed-preset=ultrafast threads=1 pass=qual quantizer=20 b-adapt=false bframes=2 "
     "key-int-max=GOP option-string=scenecut=0:min-keyint=GOP",
     "h264parse", "avdec_h264 max-threads=1"},
    // I pictures that are followed by pictures which refer to earlier ones.
    {"h264open",
     "x264enc speed-preset=ultrafast threads=1 pass=qual quantizer=20 b-adapt=false bframes=2 "
     "key-int-max=GOP option-string=scenecut=0:min-keyint=GOP:open-gop=1",
     "h264parse", "avdec_h264 max-threads=1", false},
    // Only the first frame is a keyframe.
    {"h264refresh",
     "x264enc speed-preset=ultrafast threads=1 pass=qual quantizer=20 intra-refresh=true "
     "key-int-max=GOP",
     "h264parse", "avdec_h264 max-threads=1", false},
    {"h265",
     "x265enc speed-preset=ultrafast key-int-max=GOP "
     "option-string=scenecut=0:min-keyint=GOP:open-gop=1:bframes=2:pools=none:frame-threads=1:qp="
     "20",
     "h265parse", "avdec_h265 max-threads=1"},
    // This encoder has no rate below 24 a second.
    {"mpeg2",
     "mpeg2enc format=3 b-per-refframe=2 min-gop-size=GOP max-gop-size=GOP quantisation=4 "
     "bitrate=4000 constraints=false",
     "mpegvideoparse", "mpeg2dec", true, 25},
    {"vp8",
     "vp8enc keyframe-max-dist=GOP deadline=1 cpu-used=8 min-quantizer=4 "
     "max-quantizer=20",
     "identity", "vp8dec"},
    {"vp9", "vp9enc keyframe-max-dist=GOP deadline=1 cpu-used=8 min-quantizer=4 max-quantizer=40",
     "vp9parse", "vp9dec"},
    {"av1",
     "av1enc keyframe-max-dist=GOP usage-profile=realtime cpu-used=8 threads=1 lag-in-frames=0 "
     "end-usage=q",
     "av1parse", "av1dec"},
    {"theora", "theoraenc keyframe-auto=false keyframe-freq=GOP quality=50", "identity",
     "theoradec"},
};

struct Container {
  const char *name;
  const char *muxer;
  const char *demuxer;
  std::vector<const char *> codings;
};

inline const std::vector<Container> &containers ()
{
  static const std::vector<Container> all = {
      {"mp4", "mp4mux", "qtdemux", {"h264", "h264open", "h264refresh", "h265", "vp9", "av1"}},
      // Fragments that are shorter than a group of pictures.
      {"fragments", "mp4mux fragment-duration=300", "qtdemux", {"h264", "h264open", "h265", "av1"}},
      {"mkv", "matroskamux", "matroskademux", {"h264", "h264open", "h264refresh", "h265", "mpeg2"}},
      // Without cues.
      {"live_mkv", "matroskamux streamable=true", "matroskademux", {"h264", "h265", "mpeg2"}},
      {"webm", "webmmux", "matroskademux", {"vp8", "vp9", "av1"}},
      {"live_webm", "webmmux streamable=true", "matroskademux", {"vp8", "vp9", "av1"}},
      {"ts", "mpegtsmux", "tsdemux", {"h264", "h264open", "h264refresh", "h265", "mpeg2"}},
      {"ps", "mpegpsmux", "mpegpsdemux", {"h264", "mpeg2"}},
      {"raw", "identity", "identity", {"h264", "h264refresh", "h265", "mpeg2"}},
      {"avi", "avimux", "avidemux", {"h264", "mpeg2", "vp8"}},
      {"flv", "flvmux", "flvdemux", {"h264", "h264open"}},
      {"ogg", "oggmux", "oggdemux", {"vp8", "theora"}},
  };
  return all;
}

// The elements of `line` that are not installed; empty if none.
inline std::string missing_of (const std::string &line)
{
  GError *error = nullptr;
  GstParseContext *context = gst_parse_context_new ();
  const Owned<GstElement> pipeline{
      gst_parse_launch_full (line.c_str (), context, GST_PARSE_FLAG_FATAL_ERRORS, &error)};
  std::string missing;
  if (error) missing = error->message;
  g_clear_error (&error);
  gst_parse_context_free (context);
  return missing;
}

// A file for each container that takes `coding`, by the container's name. `missing` names elements
// that are not installed.
inline std::map<std::string, std::string> make_container_clips (const TemporaryFolder &folder,
                                                                const Coding &coding, int gop,
                                                                int frames, std::string &missing)
{
  std::string encoder = coding.encoder;
  for (std::size_t at; (at = encoder.find ("GOP")) != encoder.npos;)
    encoder.replace (at, 3, std::to_string (gop));
  std::string line = "appsrc name=in format=time max-bytes=0 ! " + encoder + " ! tee name=tee";
  std::map<std::string, std::string> paths;
  for (const Container &c : containers ()) {
    if (std::find (c.codings.begin (), c.codings.end (), std::string (coding.name)) ==
        c.codings.end ())
      continue;
    const std::string path =
        folder.file (std::string (coding.name) + "-" + std::to_string (gop) + "." + c.name);
    const std::string raw = std::string (c.name) != "raw" || coding.name == std::string ("mpeg2")
                                ? ""
                            : coding.name == std::string ("h265")
                                ? " ! video/x-h265,stream-format=byte-stream,alignment=au"
                                : " ! video/x-h264,stream-format=byte-stream,alignment=au";
    line += " tee. ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! " +
            std::string (coding.parser) + raw + " ! " + c.muxer + " ! filesink location=\"" + path +
            "\"";
    paths[c.name] = path;
  }
  missing = missing_of (line);
  if (missing.empty ()) missing = missing_of (std::string ("fakesrc ! ") + coding.decoder);
  if (!missing.empty ()) return {};
  make_file (line, coding.name, {160, 64}, std::to_string (coding.per_second) + "/1",
             at_rate (frames, coding.per_second), frames * kSecond / coding.per_second);
  return paths;
}

}  // namespace quad::test
