// Runs a pipeline to its end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "glue/owned.h"
#include "tools/quad/damage.h"
#include "tools/quad/line.h"
#include "tools/quad/passed.h"
#include "tools/quad/progress.h"

namespace quad {

// How much is to come, for the progress; 0: not known.
struct Expected {
  std::uint64_t frames = 0;
  GstClockTime time = 0;
};

struct Played {
  std::uint64_t frames = 0;  // that went into the element `video`
  GstClockTime time = 0;     // when the last of them ends, from the start
  GstClockTime sound = 0;    // when what went into the element `sound` ends; 0: there is none
};

// To be used by one thread. Frames are counted at the sink pad of the line's element with the name
// `video`, if it has one, and sound is timed at that of `sound`.
class Player {
 public:
  // `clips` are the files that the line's elements `clip0`, `clip1`, ... read: errors and warnings
  // name them. `lengths` are those of clips that are cut off, as they say themselves; it may be
  // shorter. Only for lines that play clips to their ends. Throws Failure.
  Player (const Line &line, std::vector<std::string> clips, std::vector<GstClockTime> lengths = {});
  ~Player ();
  Player (const Player &) = delete;
  Player &operator= (const Player &) = delete;

  // nullptr if there is none of that name.
  Owned<GstElement> element (const char *name) const;
  // Called for each message of an element, in the thread that plays.
  void on_message (std::function<void (GstMessage *)> function)
  {
    on_message_ = std::move (function);
  }
  // Plays to the end. Throws Failure, also where nothing comes for a minute, or Interrupted.
  // Warnings, also of what is missing of the clips, are said, and added to `warnings`, each once.
  Played play (const Expected &expected, Progress &progress, std::vector<std::string> &warnings);

 private:
  void handle (GstMessage *message, Progress &progress, std::vector<std::string> &warnings);
  void show (const Expected &expected, Progress &progress) const;
  bool start ();
  bool stalled ();
  std::string sentence (GstMessage *message) const;

  void say_damage (Progress &progress, std::vector<std::string> &warnings) const;

  std::vector<std::string> clips_;
  std::vector<GstClockTime> lengths_;
  Owned<GstElement> pipeline_;
  std::unique_ptr<Damage> damage_;
  std::function<void (GstMessage *)> on_message_;
  std::string error_;
  bool ended_ = false;
  std::string missing_;  // a decoder
  void count_at (const char *element, Passed &passed);
  Passed video_, sound_;
  // When something was last seen to happen.
  gint64 active_at_ = 0;
  std::uint64_t active_frames_ = 0;
  double active_cpu_ = 0;
};

}  // namespace quad
