// Findings about an element: each printed once and counted; also cases that never end.
#pragma once

#include <string>

namespace quad::fuzz {

// The running case: an element's name, its seed, and the current action.
void begin_case (const std::string &element, unsigned seed);
void enter (const char *phase);
void end_case ();

// Reports a finding; the case goes on. On any thread.
void find (const std::string &what);
// Reports a finding and ends the program.
[[noreturn]] void give_up (const std::string &what);
// Prints how often each was found, and returns the number of kinds.
std::size_t print_findings ();

// Reads GLib's log. Ends the program with the stacks of all its threads (by gdb, if it is
// installed) if a case lasts longer than so many seconds.
void watch (int patience);

}  // namespace quad::fuzz
