#include "tools/quad/batch/progress.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "tools/quad/failure.h"
#include "tools/quad/words.h"

namespace quad::batch {
namespace {

constexpr double kTerminalPause = 0.2;  // seconds between two states
constexpr double kLinePause = 10;
constexpr std::size_t kBar = 20;  // characters

std::string rate_text (double count, double seconds)
{
  return quad::rate_text (seconds > 0 ? count / seconds : 0);
}

std::string bar (const Counts &counts)
{
  const std::size_t all = std::max<std::size_t> (counts.total, 1);
  const std::size_t now = std::min (counts.settled + counts.done + counts.failed, all);
  const std::size_t full = kBar * now / all;
  std::string text = "[";
  return text.append (full, '#').append (kBar - full, ' ').append ("] ");
}

}  // namespace

std::string progress_text (const Counts &counts, double seconds)
{
  const std::size_t own = counts.done + counts.failed;
  const std::size_t now = std::min (counts.settled + own, counts.total);
  std::string text = std::to_string (now) + "/" + std::to_string (counts.total) + " clips";
  if (counts.failed) text += ", " + std::to_string (counts.failed) + " failed";
  text += ", " + rate_text (double (own), seconds) + " clips/s";
  if (counts.frames) text += ", " + rate_text (double (counts.frames), seconds) + " frames/s";
  if (own == 0 || now == counts.total) return text;
  const double left = double (counts.total - now) * seconds / double (own);
  text.append (", ").append (counts.shared ? "at most " : "");
  return text.append (time_text (left)).append (" left");
}

Progress::Progress () : terminal_ (isatty (STDERR_FILENO)), begin_ (g_get_monotonic_time ())
{
  next_ = terminal_ ? kTerminalPause : kLinePause;
}

double Progress::now () const { return double (g_get_monotonic_time () - begin_) / 1e6; }

double Progress::pause () const { return std::max (next_ - now (), 0.); }

void Progress::write (const Counts &counts)
{
  const std::string text = progress_text (counts, now ());
  if (terminal_)
    std::cerr << '\r' << bar (counts) << text << "\x1b[K" << std::flush;
  else
    std::cerr << text << std::endl;
}

void Progress::show (const Counts &counts)
{
  if (pause () > 0) return;
  write (counts);
  next_ = now () + (terminal_ ? kTerminalPause : kLinePause);
}

void Progress::say (const std::string &line)
{
  std::cerr << (terminal_ ? "\r\x1b[K" : "") << shown (line) << std::endl;
  if (terminal_) next_ = 0;
}

void Progress::end (const Counts &counts)
{
  write (counts);
  if (terminal_) std::cerr << std::endl;
}

}  // namespace quad::batch
