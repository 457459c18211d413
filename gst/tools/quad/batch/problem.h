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

// What the system says of a failed call: "Cannot write /a/b: No space left on device."
Problem system_problem (const std::string &what, const std::string &path);

}  // namespace quad::batch
