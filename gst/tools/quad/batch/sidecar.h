// How a job went: a file beside its result, RESULT.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/quad/batch/folder.h"

namespace quad::batch {

enum class State {
  waiting,  // to be done; a sidecar only if it was tried before
  done,
  failed,
};

// As the sidecar and the index call it.
const char *name_of (State state);

// A file or a folder that a job made.
struct Output {
  std::string path;         // in the folder for results
  std::int64_t size = 0;    // bytes of a file
  std::int64_t files = -1;  // number of files in a folder; -1: it is a file
};

struct Sidecar {
  State state = State::waiting;
  std::string fingerprint;  // of the job
  std::string reason;       // of a failure: a name of kReasons
  std::string error;        // a sentence
  std::string log;          // the end of what the job printed, of a failure
  std::int64_t attempts = 0;
  std::vector<Output> outputs;  // the result first
  std::int64_t frames = 0;
  double duration = 0;      // seconds of the result
  double elapsed = 0;       // seconds that it took
  double cpu = 0;           // seconds of processors
  std::int64_t memory = 0;  // bytes at most
  std::vector<std::string> warnings;
  std::string worker;  // host and process
};

// Why jobs fail.
inline constexpr const char *kReasons[] = {
    "error",    // the command said so
    "timeout",  // --timeout
    "memory",   // --memory
    "crash",    // ended by a signal
    "killed",   // by something else, twice
    "input",    // missing, or not as prepared
    "output",   // the command said that all is well, and there is no result
};

// Nothing: none, or none that can be read.
std::optional<Sidecar> read_sidecar (const Path &path);

// The sidecar's text: what it says of the job, and how it went.
std::string sidecar_text (const Batch &batch, const Job &job, const Sidecar &sidecar);

// As it is to be recorded. Throws a Problem.
Output output_at (const Path &results, const std::string &path);

// Whether the job needs no work: its sidecar has its fingerprint, and says that it failed or names
// outputs which are there as recorded. Otherwise a sidecar that is waiting, with the attempts so
// far.
Sidecar state_of (const Batch &batch, const Job &job);

}  // namespace quad::batch
