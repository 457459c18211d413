// elements ELEMENT FIRST-SEED SECONDS: runs cases for so long, each from a seed. Exits with 1 if
// anything was found, and with a signal or 77 if a case could not go on.
#include <gst/gst.h>

#include <cstdio>
#include <cstdlib>

#include "findings.h"
#include "machine.h"

int main (int argc, char **argv)
{
  if (argc != 4) {
    std::fprintf (stderr, "usage: %s ELEMENT FIRST-SEED SECONDS\n", argv[0]);
    return 2;
  }
  gst_init (nullptr, nullptr);
  quad::fuzz::watch (60);
  const auto first = static_cast<unsigned> (std::atoi (argv[2]));
  const gint64 end = g_get_monotonic_time () + std::atoi (argv[3]) * gint64{G_USEC_PER_SEC};
  unsigned seed = first;
  do {
    quad::fuzz::begin_case (argv[1], seed);
    quad::fuzz::Machine (argv[1], seed).run ();
    quad::fuzz::end_case ();
    seed++;
  } while (g_get_monotonic_time () < end);
  std::fprintf (stderr, "%s: %u cases, seeds %u to %u\n", argv[1], seed - first, first, seed - 1);
  const bool clean = quad::fuzz::print_findings () == 0;
  // Threads of GStreamer's may still run.
  std::fflush (nullptr);
  std::_Exit (clean ? 0 : 1);
}
