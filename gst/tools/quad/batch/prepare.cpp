#include "tools/quad/batch/prepare.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "glue/owned.h"
#include "tools/quad/batch/lease.h"
#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

namespace fs = std::filesystem;

// What an interrupted `prepare` or a worker may leave.
constexpr char kBatchPart[] = "batch.json.part";
constexpr std::array kOwnNames = {"shards", "leases", "tmp", "results", kBatchPart};

void check_empty (const Path &folder)
{
  if (!facts_of (folder)) return;
  for (const fs::directory_entry &entry : fs::directory_iterator (folder)) {
    const std::string name = entry.path ().filename ().string ();
    if (std::ranges::find (kOwnNames, name) == kOwnNames.end ())
      throw Problem (folder.string () + " is not empty and holds no batch: name a new folder.");
  }
}

void check_same (const Batch &old, const Rules &rules, std::size_t shards)
{
  const std::string advice = ": name another folder, or prepare with the same.";
  const std::string folder = old.folder.string ();
  if (old.recipe != rules.recipe->name)
    throw Problem (folder + " holds a batch of the recipe " + old.recipe + advice);
  if (old.options != rules.options)
    throw Problem (folder + " holds a batch with other options of the recipe" + advice);
  if (old.shards () != shards)
    throw Problem (folder + " holds a batch of " + std::to_string (old.shards ()) + " shards" +
                   advice);
}

// Half-written files of an interrupted `prepare`.
void remove_parts (const Path &folder)
{
  remove_tree (folder / kBatchPart);
  std::error_code error;
  for (fs::directory_iterator i (folder / "shards", error), end; !error && i != end;
       i.increment (error))
    if (i->path ().extension () == kPart) remove_tree (i->path ());
}

// Jobs must not change under a worker.
void check_idle (const Batch &batch)
{
  const Owner owner = this_process ();
  const Path clock_file = batch.temporary () / (owner.token + ".prepare");
  FileClock clock (clock_file);
  Leases leases (batch.leases (), owner, 0, clock);
  std::string busy;
  for (std::size_t shard = 0; shard < batch.shards () && busy.empty (); shard++)
    if (const auto holder = leases.holder (shard_name (shard))) busy = holder->owner.host;
  remove_tree (clock_file);
  if (!busy.empty ())
    throw Problem ("A worker on " + busy + " is at work in " + batch.folder.string () +
                   ": stop it, or wait until it has ended, and prepare then.");
}

// Nothing: `prepare` was interrupted when it replaced them.
std::optional<std::vector<Job>> jobs_before (const Batch &old)
{
  try {
    return read_jobs (old);
  } catch (const Problem &) {
    return {};
  }
}

// JSON is, and so are a manifest's own lines.
void check_utf8 (const std::string &text, const std::string &what)
{
  if (!g_utf8_validate (text.data (), gssize (text.size ()), nullptr))
    throw Problem (what +
                   Owned<char> (g_utf8_make_valid (text.data (), gssize (text.size ()))).get () +
                   " is not UTF-8: give it another name.");
}

bool holds_results (const Path &folder)
{
  std::error_code error;
  for (fs::recursive_directory_iterator i (folder, error), end; !error && i != end;
       i.increment (error))
    if (i->path ().extension () == ".json") return true;
  return false;
}

// Results of an earlier list may lie where one of this list is to be.
void check_places (const Batch &batch, const std::vector<Job> &jobs)
{
  const std::string advice =
      ", from an earlier list: move it away, or give the clip another `output`.";
  std::set<Path> seen;
  for (const Job &job : jobs) {
    const Path result = batch.result_of (job);
    for (Path above = result.parent_path ();
         above != batch.results () && seen.insert (above).second; above = above.parent_path ()) {
      const auto facts = facts_of (above);
      if (facts && !facts->is_folder)
        throw Problem ("The output " + job.output + " needs a folder where there is the file " +
                       above.string () + advice);
    }
    const auto facts = facts_of (result);
    if (facts && facts->is_folder && !facts_of (batch.sidecar_of (job)) && holds_results (result))
      throw Problem ("The output " + job.output + " would replace a folder that holds results, " +
                     result.string () + advice);
  }
}

Prepared compare (const std::vector<Job> &before, const std::vector<Job> &now)
{
  std::unordered_map<std::string, std::string> known;
  for (const Job &job : before) known.emplace (job.id, job.fingerprint);
  Prepared prepared;
  for (const Job &job : now) {
    const auto found = known.find (job.id);
    const bool is_new = found == known.end ();
    (is_new                             ? prepared.added
     : found->second == job.fingerprint ? prepared.same
                                        : prepared.changed)++;
    if (!is_new) known.erase (found);
    for (const Input &input : job.inputs)
      if (input.size < 0) prepared.missing.push_back (input.path);
  }
  prepared.dropped = known.size ();
  return prepared;
}

}  // namespace

Prepared prepare (const Path &folder, const std::string &manifest, const Rules &rules,
                  std::size_t shards)
{
  check_utf8 (rules.folder.string (), "The manifest's folder ");
  check_utf8 (fs::absolute (folder).string (), "The batch's folder ");
  for (const std::string &option : rules.options) check_utf8 (option, "The option ");
  for (const std::string &option : rules.options)
    if (is_own (option)) throw Problem ("The option " + option + " is set by `quad batch` itself.");
  const auto old = find_batch (folder);
  if (old)
    check_same (*old, rules, shards);
  else
    check_empty (folder);

  const std::vector<Job> jobs = read_manifest (manifest, rules);
  const auto before = old ? jobs_before (*old) : std::nullopt;
  Prepared prepared = compare (before.value_or (std::vector<Job>{}), jobs);

  Batch batch{folder, std::string (rules.recipe->name), rules.options};
  batch.jobs = jobs.size ();
  std::vector<std::string> texts;
  for (std::size_t shard = 0; shard < shards; shard++) {
    std::vector<Job> part;
    for (std::size_t i = shard; i < jobs.size (); i += shards) part.push_back (jobs[i]);
    texts.push_back (shard_text (part));
    batch.sums.push_back (sha256_of (texts.back ()));
  }
  remove_parts (folder);
  if (before && old->sums == batch.sums) return prepared;
  if (facts_of (batch.results ())) check_places (batch, jobs);

  if (old) check_idle (*old);
  for (const Path &made :
       {folder / "shards", batch.results (), batch.leases (), batch.temporary ()})
    make_folders (made);
  for (std::size_t shard = 0; shard < shards; shard++)
    if (!before || old->sums[shard] != batch.sums[shard])
      write_file (batch.shard_file (shard), texts[shard]);
  // Last: a shard that is not as it says is not worked on.
  sync_folder (folder / "shards");
  save (batch);
  sync_folder (folder);
  return prepared;
}

}  // namespace quad::batch
