#include "tools/quad/batch/sidecar.h"

#include <algorithm>
#include <array>

#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

namespace fs = std::filesystem;

constexpr std::array kStates = {"waiting", "done", "failed"};  // by State

std::int64_t files_in (const Path &folder)
{
  std::int64_t count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator i (folder, error), end; !error && i != end;
       i.increment (error))
    if (!i->is_directory (error)) count++;
  return error ? -1 : count;
}

bool is_there (const Path &results, const Output &output)
{
  const auto facts = facts_of (results / output.path);
  if (!facts || facts->is_folder != (output.files >= 0)) return false;
  return facts->is_folder ? files_in (results / output.path) == output.files
                          : facts->size == output.size;
}

Json<JsonObject> to_json (const Output &output)
{
  Json<JsonObject> object = new_object ();
  set (object.get (), "path", output.path);
  if (output.files >= 0)
    set (object.get (), "files", output.files);
  else
    set (object.get (), "size", output.size);
  return object;
}

}  // namespace

const char *name_of (State state) { return kStates[std::size_t (state)]; }

Output output_at (const Path &results, const std::string &path)
{
  const auto facts = facts_of (results / path);
  if (!facts) throw Problem ("Cannot find " + (results / path).string () + ".");
  if (facts->is_folder) return {path, 0, files_in (results / path)};
  return {path, facts->size};
}

std::optional<Sidecar> read_sidecar (const Path &path)
try {
  const auto text = read_file (path);
  if (!text) return {};
  const Json<JsonObject> object = parse_object (*text);
  JsonObject *o = object.get ();
  const auto state = std::ranges::find (kStates, string_of (o, "state"));
  if (state == kStates.end ()) return {};
  Sidecar sidecar;
  sidecar.state = State (state - kStates.begin ());
  sidecar.fingerprint = string_of (o, "fingerprint");
  sidecar.reason = string_of (o, "reason");
  sidecar.error = string_of (o, "error");
  sidecar.log = string_of (o, "log");
  sidecar.attempts = integer_of (o, "attempts");
  for (JsonObject *output : objects_of (o, "outputs"))
    sidecar.outputs.push_back ({string_of (output, "path"), integer_of (output, "size"),
                                integer_of (output, "files", -1)});
  sidecar.frames = integer_of (o, "frames");
  sidecar.duration = number_of (o, "duration");
  sidecar.elapsed = number_of (o, "elapsed");
  sidecar.cpu = number_of (o, "cpu");
  sidecar.memory = integer_of (o, "memory");
  sidecar.warnings = strings_of (o, "warnings").value_or (sidecar.warnings);
  sidecar.worker = string_of (o, "worker");
  return sidecar;
} catch (const Problem &) {
  return {};
}

std::string sidecar_text (const Batch &batch, const Job &job, const Sidecar &sidecar)
{
  const Json<JsonObject> object = new_object ();
  JsonObject *o = object.get ();
  set (o, "id", job.id);
  set (o, "state", std::string (name_of (sidecar.state)));
  if (sidecar.state == State::failed) {
    set (o, "reason", sidecar.reason);
    set (o, "error", sidecar.error);
    if (!sidecar.log.empty ()) set (o, "log", sidecar.log);
  }
  if (sidecar.state == State::done) {
    std::vector<Json<JsonObject>> outputs;
    for (const Output &output : sidecar.outputs) outputs.push_back (to_json (output));
    set (o, "outputs", std::move (outputs));
    set (o, "frames", sidecar.frames);
    set (o, "duration", sidecar.duration);
  }
  set (o, "attempts", sidecar.attempts);
  if (sidecar.state != State::waiting) {
    set (o, "elapsed", sidecar.elapsed);
    set (o, "cpu", sidecar.cpu);
    set (o, "memory", sidecar.memory);
    set (o, "warnings", sidecar.warnings);
    set (o, "worker", sidecar.worker);
  }
  set (o, "recipe", batch.recipe);
  set (o, "options", job.options);
  std::vector<Json<JsonObject>> inputs;
  for (const Input &input : job.inputs) inputs.push_back (to_json (input));
  set (o, "inputs", std::move (inputs));
  set (o, "fingerprint", job.fingerprint);
  return to_text (o) + "\n";
}

Sidecar state_of (const Batch &batch, const Job &job)
{
  const auto sidecar = read_sidecar (batch.sidecar_of (job));
  Sidecar waiting;
  if (!sidecar || sidecar->fingerprint != job.fingerprint) return waiting;
  const bool settled = sidecar->state == State::failed ||
                       (sidecar->state == State::done && !sidecar->outputs.empty () &&
                        std::ranges::all_of (sidecar->outputs, [&] (const Output &output) {
                          return is_there (batch.results (), output);
                        }));
  if (settled) return *sidecar;
  waiting.attempts = sidecar->attempts;
  return waiting;
}

}  // namespace quad::batch
