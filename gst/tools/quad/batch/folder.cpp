#include "tools/quad/batch/folder.h"

#include <cstdio>
#include <sstream>

#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

constexpr int kVersion = 1;

Path file_of (const Path &folder) { return folder / "batch.json"; }

}  // namespace

std::size_t Batch::jobs_of (std::size_t shard) const
{
  return jobs / shards () + (shard < jobs % shards ());
}

std::string shard_name (std::size_t shard)
{
  char name[24];
  std::snprintf (name, sizeof name, "%05zu", shard);
  return name;
}

Path Batch::shard_file (std::size_t shard) const
{
  return folder / "shards" / (shard_name (shard) + ".jsonl");
}

std::optional<Batch> find_batch (const Path &folder)
{
  const auto text = read_file (file_of (folder));
  if (!text) return {};
  const std::string path = file_of (folder).string ();
  try {
    const Json<JsonObject> object = parse_object (*text);
    if (integer_of (object.get (), "version") != kVersion)
      throw Problem ("it was prepared by another version of quad");
    Batch batch{folder, string_of (object.get (), "recipe")};
    batch.options = strings_of (object.get (), "options").value_or (batch.options);
    batch.sums = strings_of (object.get (), "shards").value_or (batch.sums);
    batch.jobs = std::size_t (integer_of (object.get (), "jobs"));
    if (batch.sums.empty ()) throw Problem ("it has no shards");
    return batch;
  } catch (const Problem &problem) {
    throw Problem ("Cannot use " + path + ": " + problem.what () + ".");
  }
}

Batch open_batch (const Path &folder)
{
  auto batch = find_batch (folder);
  if (!batch)
    throw Problem (folder.string () + " holds no batch: make one with `quad batch prepare`.");
  return *batch;
}

std::string shard_text (const std::vector<Job> &jobs)
{
  std::string text;
  for (const Job &job : jobs) text += to_text (to_json (job).get ()) + "\n";
  return text;
}

std::vector<Job> read_shard (const Batch &batch, std::size_t shard)
{
  const Path path = batch.shard_file (shard);
  const std::string text = read_file (path).value_or ("");
  if (sha256_of (text) != batch.sums[shard])
    throw Problem (path.string () + " is not as batch.json says: run `quad batch prepare` again.");
  std::vector<Job> jobs;
  std::istringstream lines (text);
  for (std::string line; std::getline (lines, line);)
    jobs.push_back (job_of (parse_object (line).get ()));
  return jobs;
}

std::vector<Job> read_jobs (const Batch &batch)
{
  std::vector<std::vector<Job>> shards;
  for (std::size_t shard = 0; shard < batch.shards (); shard++)
    shards.push_back (read_shard (batch, shard));
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < batch.jobs; i++)
    jobs.push_back (std::move (shards[i % batch.shards ()][i / batch.shards ()]));
  return jobs;
}

void save (const Batch &batch)
{
  const Json<JsonObject> object = new_object ();
  set (object.get (), "version", std::int64_t (kVersion));
  set (object.get (), "recipe", batch.recipe);
  set (object.get (), "options", batch.options);
  set (object.get (), "jobs", std::int64_t (batch.jobs));
  set (object.get (), "shards", batch.sums);
  write_file (file_of (batch.folder), to_text (object.get ()) + "\n");
}

}  // namespace quad::batch
