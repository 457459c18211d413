// How a command ends before its end.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace quad {

// What went wrong, as a sentence without a full stop that says what the user can do.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The disk for results or temporary files is full, or fails: no clip is to blame.
class StorageFailure : public Failure {
 public:
  using Failure::Failure;
};

// The command line asks for what cannot be, whatever is in the files.
class Misuse : public Failure {
 public:
  using Failure::Failure;
};

// Ctrl-C, SIGTERM or SIGHUP.
class Interrupted : public std::exception {};

// The parts one after another, as `<<` writes them.
template <typename... Part>
std::string text (const Part &...parts)
{
  std::ostringstream out;
  (out << ... << parts);
  return out.str ();
}

// `name` for a message: control characters, with which a name could steer a terminal, as \n or
// \033.
std::string shown (const std::string &name);

}  // namespace quad
