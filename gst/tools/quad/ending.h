// How the program ends before its end: by signals, and where something hangs.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace quad {

// Called in another thread right before the program ends early, with the reason as a sentence.
using LastWords = std::function<void (const std::string &)>;

// From here on Ctrl-C, SIGTERM and SIGHUP set a flag if there are temporary files; without any, and
// the second time, the program ends at once with the status `interrupted`, and nothing is left
// over. Signals that are ignored stay so, as nohup wants it. A reader that closes the standard
// output or error ends nothing.
void catch_signals (LastWords last_words);
bool interrupted ();

// Ends the program if this lives for longer than `time`: says `sentence`, and removes temporary
// files. There may be many at a time, in any threads. The status is `failed`, or `interrupted`.
class Deadline {
 public:
  Deadline (std::chrono::milliseconds time, std::string sentence);
  ~Deadline ();
  Deadline (const Deadline &) = delete;
  Deadline &operator= (const Deadline &) = delete;
};

}  // namespace quad
