#include "tools/quad/batch/job.h"

#include "tools/quad/batch/files.h"
#include "tools/quad/batch/problem.h"
#include "tools/quad/words.h"

namespace quad::batch {
namespace {

// Changes when a result of the same job would be another.
constexpr char kFormat[] = "gst-quad batch 1";

// Strings in a form of which each list gives another text.
void add (std::string &text, const std::string &value)
{
  text.append (std::to_string (value.size ())).append (":").append (value);
}

}  // namespace

Input look_at (const std::string &path, bool checksum, const std::stop_token &stop)
{
  Input input{path};
  const auto facts = facts_of (path);
  if (!facts || facts->is_folder) return input;
  input.size = facts->size;
  input.modified = seconds_text (std::uint64_t (facts->modified), 9);
  if (checksum) input.sha256 = sha256_of_file (path, stop).value_or ("");
  return input;
}

std::string change_of (const Input &input, const std::stop_token &stop)
{
  const Input now = look_at (input.path, !input.sha256.empty (), stop);
  if (now.size < 0) return input.path + " is not there.";
  const bool same =
      now.size == input.size &&
      (input.sha256.empty () ? now.modified == input.modified : now.sha256 == input.sha256);
  if (same) return {};
  return input.path + (input.size < 0 ? " was not there" : " is not as it was") +
         " when the batch was prepared: prepare it again.";
}

std::string fingerprint_of (const std::string &recipe, const Job &job)
{
  std::string text;
  add (text, kFormat);
  add (text, recipe);
  add (text, job.output);
  add (text, std::to_string (job.options.size ()));
  for (const std::string &option : job.options) add (text, option);
  for (const Input &input : job.inputs) {
    add (text, input.path);
    add (text, std::to_string (input.size));
    // A copy of a file has another time.
    add (text, input.sha256.empty () ? input.modified : input.sha256);
  }
  return sha256_of (text);
}

Json<JsonObject> to_json (const Input &input)
{
  Json<JsonObject> object = new_object ();
  set (object.get (), "path", input.path);
  if (input.size >= 0) {
    set (object.get (), "size", input.size);
    set (object.get (), "modified", input.modified);
  }
  if (!input.sha256.empty ()) set (object.get (), "sha256", input.sha256);
  return object;
}

Json<JsonObject> to_json (const Job &job)
{
  Json<JsonObject> object = new_object ();
  set (object.get (), "id", job.id);
  set (object.get (), "fingerprint", job.fingerprint);
  set (object.get (), "output", job.output);
  set (object.get (), "options", job.options);
  std::vector<Json<JsonObject>> inputs;
  for (const Input &input : job.inputs) inputs.push_back (to_json (input));
  set (object.get (), "inputs", std::move (inputs));
  return object;
}

Job job_of (JsonObject *object)
{
  Job job{string_of (object, "id"), string_of (object, "output")};
  for (JsonObject *input : objects_of (object, "inputs"))
    job.inputs.push_back ({string_of (input, "path"), integer_of (input, "size", -1),
                           string_of (input, "modified"), string_of (input, "sha256")});
  job.options = strings_of (object, "options").value_or (std::vector<std::string>{});
  job.fingerprint = string_of (object, "fingerprint");
  if (job.id.empty () || job.output.empty () || job.fingerprint.empty () || job.inputs.empty ())
    throw Problem ("this is no job");
  return job;
}

}  // namespace quad::batch
