// A command of `quad`: its options, and what it does.
#pragma once

#include <functional>

namespace CLI {
class App;  // reading its header takes the compiler seconds: who adds options does
}

namespace quad {

// What the program returns. Documented in the man page.
enum class Exit : int {
  ok = 0,
  failed = 1,         // a sentence on the standard error says why; no file was written
  misuse = 2,         // of the command line
  jobs_failed = 3,    // `quad batch`: all was tried, and some jobs failed
  interrupted = 130,  // by Ctrl-C, SIGTERM or SIGHUP; no file was written
};

// What is to be done once the command line is read.
using Action = std::function<Exit ()>;

// Adds the command to `app`. Reading a command line that names it sets `action`, which owns the
// options' values.
using AddCommand = void (*) (CLI::App &app, Action &action);

}  // namespace quad
