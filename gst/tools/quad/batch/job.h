// One clip, or several, to one result.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "tools/quad/batch/json.h"

namespace quad::batch {

// A file as it was when the batch was prepared.
struct Input {
  std::string path;        // absolute
  std::int64_t size = -1;  // bytes; -1: there was no such file
  std::string
      modified;  // seconds since 1970 with nine decimals, so that no reader of JSON rounds them
  std::string sha256;  // of the content; empty: size and time tell whether the file is the same

  bool operator== (const Input &) const = default;
};

// The file as it is now. Where it is asked to stop, without its sum.
Input look_at (const std::string &path, bool checksum, const std::stop_token &stop = {});

// Empty: the file is as it was. Otherwise a sentence that says what is different.
std::string change_of (const Input &input, const std::stop_token &stop = {});

struct Job {
  std::string id;
  std::string output;  // path of the result in the folder for results
  std::vector<Input> inputs;
  std::vector<std::string> options;  // all words: those of the recipe and the job's own
  std::string fingerprint;           // of all that the result depends on

  bool operator== (const Job &) const = default;
};

// A hash over the recipe, the options, the output's name and the inputs.
std::string fingerprint_of (const std::string &recipe, const Job &job);

Json<JsonObject> to_json (const Input &input);
Json<JsonObject> to_json (const Job &job);
// Throws a Problem.
Job job_of (JsonObject *object);

}  // namespace quad::batch
