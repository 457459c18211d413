// What stops a command of `quad batch`.
#pragma once

#include <stdexcept>
#include <string>

namespace quad::batch {

// Its text is one sentence for the user: what is wrong, and what to do.
class Problem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Where a file is to be, a folder is, or the other way round. Other files of the storage are fine.
class Taken : public Problem {
 public:
  using Problem::Problem;
};

// What to do about a disk that is full or fails.
inline constexpr char kStorageAdvice[] =
    " Make room for it, or mend the disk, and run this again: what is done stays done.";

// What the system says of a failed call: "Cannot read /a/b: Permission denied." `error`: as errno.
// Throws a Taken where it says so, otherwise a Problem.
[[noreturn]] void throw_system_problem (const std::string &what, const std::string &path,
                                        int error);
// By errno.
[[noreturn]] void throw_system_problem (const std::string &what, const std::string &path);

}  // namespace quad::batch
