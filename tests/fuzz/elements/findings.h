// What is found out about an element: said once each, counted, and the cases that never end.
#pragma once

#include <string>

namespace quad::fuzz {

// The case that runs: an element's name, its seed, and what is being done.
void begin_case (const std::string &element, unsigned seed);
void enter (const char *phase);
void end_case ();

// Something that should not be; the case goes on. On any thread.
void find (const std::string &what);
// The same, and the program ends.
[[noreturn]] void give_up (const std::string &what);
// Prints how often each was found; gives how many kinds there were.
std::size_t print_findings ();

// Takes what GLib's log says, and ends the program with the stacks of all its threads (by gdb,
// where that is there) when a case lasts longer than so many seconds.
void watch (int patience);

}  // namespace quad::fuzz
