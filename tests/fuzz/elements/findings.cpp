#include "findings.h"

#include <glib.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>

namespace quad::fuzz {
namespace {

// GStreamer's criticals that the fuzzer or the base classes cause.
constexpr std::string_view kExpected[] = {
    "misordering",                        // events in an order that sources do not have
    "before segment event",               // likewise
    "before stream-start event",          // likewise
    "SNAP seeks only work",               // flags of a seek that make no sense
    "is invalid or out of range",         // NaN for a property
    "assertion 'stop != -1' failed",      // QoS of transforms and encoders, backwards from no end
    "assertion 'stop >= offset' failed",  // likewise, from an end before the offset
    "gst_segment_to_stream_time: assertion 'segment->format == format' failed",  // a decoder's
                                                                                 // position in
                                                                                 // bytes
    "seqnum != GST_SEQNUM_INVALID",  // GstAggregator, if it is reset while it pushes its segment
};

std::string element;
std::atomic<unsigned> seed{0};
std::atomic<const char *> phase{"-"};
std::atomic<gint64> began{0};
std::mutex lock;
std::map<std::string, int> found;

// Texts that differ only in numbers and addresses are one kind.
std::string without_numbers (std::string_view text)
{
  std::string result;
  for (std::size_t i = 0; i < text.size (); i++) {
    const bool address = text.substr (i, 2) == "0x";
    if (!address && !std::isdigit (static_cast<unsigned char> (text[i]))) {
      result += text[i];
      continue;
    }
    if (address) i++;
    while (i + 1 < text.size () && std::isxdigit (static_cast<unsigned char> (text[i + 1])) &&
           (address || std::isdigit (static_cast<unsigned char> (text[i + 1]))))
      i++;
    result += '#';
  }
  return result;
}

void take_log (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer)
{
  for (const std::string_view expected : kExpected)
    if (std::string_view (message).find (expected) != std::string_view::npos) return;
  find (std::string (level & G_LOG_LEVEL_CRITICAL ? "CRITICAL " : "WARNING ") +
        (domain ? domain : "?") + ": " + without_numbers (message));
}

}  // namespace

void begin_case (const std::string &name, unsigned number)
{
  element = name;
  seed = number;
  began = g_get_monotonic_time ();
}

void enter (const char *what) { phase = what; }

void end_case () { began = 0; }

void find (const std::string &what)
{
  const std::lock_guard guard (lock);
  if (found[what]++ == 0)
    std::fprintf (stderr, "\nFOUND %s, seed %u: %s\n", element.c_str (), seed.load (),
                  what.c_str ());
}

void give_up (const std::string &what)
{
  std::fprintf (stderr, "\nFAILED %s, seed %u: %s\n", element.c_str (), seed.load (),
                what.c_str ());
  std::abort ();
}

std::size_t print_findings ()
{
  const std::lock_guard guard (lock);
  for (const auto &[what, times] : found)
    std::fprintf (stderr, "%d times: %s\n", times, what.c_str ());
  return found.size ();
}

void watch (int patience)
{
  g_log_set_default_handler (take_log, nullptr);
  std::thread ([patience] {
    for (;;) {
      g_usleep (G_USEC_PER_SEC / 2);
      const gint64 since = began;
      if (since == 0 || g_get_monotonic_time () - since < patience * G_USEC_PER_SEC) continue;
      std::fprintf (stderr, "\nHANGS %s, seed %u, in %s\n", element.c_str (), seed.load (),
                    phase.load ());
      const std::string gdb = "env -u LD_PRELOAD gdb -p " + std::to_string (getpid ()) +
                              " -batch -ex 'thread apply all bt 14' >&2 2>/dev/null";
      if (std::system (gdb.c_str ()) != 0) std::fprintf (stderr, "gdb would show where.\n");
      std::_Exit (77);
    }
  }).detach ();
}

}  // namespace quad::fuzz
