// The folder of a batch:
//
//   batch.json            recipe, number of shards, sums of their files
//   shards/00003.jsonl    the jobs of a shard, one a line
//   results/NAME.mp4      a result, and NAME.mp4.json, its sidecar
//   leases/, tmp/         of the workers
//   index.jsonl           all results, by `quad batch merge`
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/quad/batch/files.h"
#include "tools/quad/batch/job.h"

namespace quad::batch {

struct Batch {
  Path folder;
  std::string recipe;
  std::vector<std::string> options;  // of each job
  std::vector<std::string> sums;     // sha256 of each shard's file
  std::size_t jobs = 0;

  std::size_t shards () const { return sums.size (); }
  // Jobs are dealt like cards, so that a manifest's neighbours, which are often alike, are in
  // different shards.
  std::size_t jobs_of (std::size_t shard) const;

  Path results () const { return folder / "results"; }
  Path leases () const { return folder / "leases"; }
  Path temporary () const { return folder / "tmp"; }
  Path index () const { return folder / "index.jsonl"; }
  Path shard_file (std::size_t shard) const;
  Path result_of (const Job &job) const { return results () / job.output; }
  Path sidecar_of (const Job &job) const { return results () / (job.output + ".json"); }
};

// Of a shard, for people, leases and files.
std::string shard_name (std::size_t shard);

// Nothing where there is no batch. Throws a Problem where it is of a newer version.
std::optional<Batch> find_batch (const Path &folder);
// Throws a Problem where there is none.
Batch open_batch (const Path &folder);

// The file's text for these jobs.
std::string shard_text (const std::vector<Job> &jobs);
// Throws a Problem where the file is not as prepared.
std::vector<Job> read_shard (const Batch &batch, std::size_t shard);
// All jobs, in the manifest's order.
std::vector<Job> read_jobs (const Batch &batch);

// Writes batch.json.
void save (const Batch &batch);

}  // namespace quad::batch
