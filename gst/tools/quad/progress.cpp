#include "tools/quad/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "tools/quad/failure.h"
#include "tools/quad/words.h"

namespace quad {
namespace {

constexpr double kLineSeconds = 2, kTerminalSeconds = 0.1;
// Before that, the time left is a guess.
constexpr double kTrustedPart = 0.02, kTrustedSeconds = 1;

}  // namespace

std::string progress_line (const std::string &what, double part, const std::string &done,
                           double elapsed)
{
  std::string line = what + ": ";
  if (part >= 0) line += text (static_cast<int> (std::min (part, 1.0) * 100), " %, ");
  line += done;
  if (part >= kTrustedPart && elapsed >= kTrustedSeconds) {
    line += text (", ", time_text (elapsed * (1 - std::min (part, 1.0)) / part), " left");
  }
  return line;
}

Progress::Progress (std::string what)
    : what_{std::move (what)},
      terminal_{isatty (STDERR_FILENO) == 1},
      start_{Clock::now ()},
      last_{start_}
{
}

Progress::~Progress () { clear (); }

void Progress::show (double part, const std::string &done)
{
  if (what_.empty ()) return;
  const auto now = Clock::now ();
  const auto seconds = [] (Clock::duration d) {
    return std::chrono::duration<double> (d).count ();
  };
  if (seconds (now - last_) < (terminal_ ? kTerminalSeconds : kLineSeconds)) return;
  last_ = now;
  const std::string line = progress_line (what_, part, done, seconds (now - start_));
  // ESC [ K: the rest of an older, longer line goes.
  if (terminal_)
    std::cerr << '\r' << line << "\033[K" << std::flush;
  else
    std::cerr << line << std::endl;
  shown_ = true;
}

void Progress::clear ()
{
  if (terminal_ && shown_) std::cerr << "\r\033[K" << std::flush;
  shown_ = false;
}

void Progress::say (const std::string &line)
{
  if (what_.empty ()) return;
  clear ();
  std::cerr << what_ << ": " << shown (line) << std::endl;
}

}  // namespace quad
