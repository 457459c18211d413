// What is missing of clips that a pipeline plays.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace quad {

// The clip that an object of a pipeline reads: N if it is, or is in, an element with the name
// clipN or clipN_ and more; -1: none.
int clip_of (GstObject *object);

// Watches the demuxers and the decoders of pictures in a pipeline, whose elements for clips are
// clip0, clip1, ...: they go on after damage, and say so only in GStreamer's log. Lives at least as
// long as the pipeline runs.
class Damage {
 public:
  // `pipeline` has not been started yet.
  Damage (GstElement *pipeline, std::size_t clips);
  ~Damage ();
  Damage (const Damage &) = delete;
  Damage &operator= (const Damage &) = delete;

  struct Found {
    std::uint64_t lost = 0;     // frames that a decoder could not decode
    std::uint64_t damaged = 0;  // frames that it could decode in parts
    bool skipped = false;       // a demuxer left out a part of the file
    GstClockTime end = 0;       // where pictures end, if that was reached; 0: it was not
  };
  // Of each clip. For a pipeline that is at its end.
  std::vector<Found> found () const;

 private:
  struct Decoder;
  static void add (GstBin *pipeline, GstBin *bin, GstElement *element, gpointer self);
  static GstPadProbeReturn see (GstPad *pad, GstPadProbeInfo *info, gpointer decoder);
  static void read_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
                        const gchar *function, gint line, GObject *object, GstDebugMessage *message,
                        gpointer self);

  GstElement *pipeline_;
  mutable std::mutex lock_;
  std::vector<Found> found_;
  std::map<std::pair<int, int>, std::uint64_t> lost_;  // by clip and line of GStreamer's source
  std::list<Decoder> decoders_;                        // probes keep pointers to them
};

// For people: what is missing of `path`, which says that it has `length`; empty where that is
// nothing. A length of 0: it is not known, or pictures may end before it.
std::vector<std::string> sentences_on (const Damage::Found &found, const std::string &path,
                                       GstClockTime length);

}  // namespace quad
