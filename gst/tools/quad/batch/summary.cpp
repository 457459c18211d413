#include "tools/quad/batch/summary.h"

#include <algorithm>

#include "tools/quad/batch/problem.h"
#include "tools/quad/batch/workplace.h"
#include "tools/quad/failure.h"
#include "tools/quad/words.h"

namespace quad::batch {
namespace {

constexpr double kWindow = 60;  // seconds over which a rate is taken

// What was settled lately, by the times of the sidecars.
class Rates {
 public:
  explicit Rates (std::int64_t now) : now_ (now) {}

  void add (std::int64_t modified, std::int64_t frames)
  {
    const double age = double (now_ - modified) / 1e9;
    if (age > kWindow) {
      is_old_ = true;
      return;
    }
    oldest_ = std::max (oldest_, age);
    clips_++;
    frames_ += double (frames);
  }

  double clips () const { return clips_ / window (); }
  double frames () const { return frames_ / window (); }

 private:
  // A batch that began a moment ago has no minute yet.
  double window () const { return is_old_ ? kWindow : std::max (oldest_, 1.); }

  std::int64_t now_;
  bool is_old_ = false;
  double oldest_ = 0, clips_ = 0, frames_ = 0;
};

bool fits (const std::vector<std::string> &wanted, const std::string &one)
{
  return wanted.empty () || std::ranges::find (wanted, one) != wanted.end ();
}

}  // namespace

Summary summarize (const Batch &batch)
{
  const Owner owner = this_process ();
  const Path clock_file = batch.temporary () / (owner.token + ".status");
  FileClock clock (clock_file);
  Leases leases (batch.leases (), owner, 0, clock);
  Rates rates (clock.now ());
  Summary summary;
  for (std::size_t shard = 0; shard < batch.shards (); shard++) {
    for (const Job &job : read_shard (batch, shard)) {
      summary.jobs++;
      const Sidecar state = state_of (batch, job);
      if (state.state == State::waiting) continue;
      summary.elapsed += state.elapsed;
      if (const auto facts = facts_of (batch.sidecar_of (job)))
        rates.add (facts->modified, state.frames);
      if (state.state == State::done) {
        summary.done++;
        summary.warned += !state.warnings.empty ();
        summary.frames += state.frames;
      } else {
        summary.failed++;
        summary.reasons[state.reason]++;
      }
    }
    if (auto holder = leases.holder (shard_name (shard)))
      summary.running.push_back ({shard, std::move (*holder)});
  }
  remove_tree (clock_file);
  summary.clips_a_second = rates.clips ();
  summary.frames_a_second = rates.frames ();
  return summary;
}

std::string text_of (const Summary &summary)
{
  std::string text = std::to_string (summary.done) + " of " + std::to_string (summary.jobs) +
                     " clips are done, " + std::to_string (summary.failed) + " failed, " +
                     std::to_string (summary.waiting ()) + " are to be done.\n";
  for (const auto &[reason, count] : summary.reasons)
    text += "  failed (" + shown (reason) + "): " + std::to_string (count) + "\n";
  if (summary.warned)
    text += "  done with warnings: " + std::to_string (summary.warned) +
            "; the index of `quad batch merge` has them\n";
  text +=
      std::to_string (summary.frames) + " frames, " + time_text (summary.elapsed) + " of work.\n";
  if (summary.clips_a_second > 0 && summary.waiting ())
    text += "In the last minute: " + rate_text (summary.clips_a_second) + " clips/s, " +
            rate_text (summary.frames_a_second) + " frames/s; " +
            time_text (double (summary.waiting ()) / summary.clips_a_second) + " left.\n";
  for (const RunningShard &shard : summary.running)
    text += "Shard " + std::to_string (shard.number) + " is held by " +
            shown (shard.holder.owner.host) + ", process " +
            std::to_string (shard.holder.owner.pid) + ", last heard of " +
            time_text (std::max (shard.holder.age, 0.)) + " ago.\n";
  return text;
}

std::string json_of (const Summary &summary)
{
  const Json<JsonObject> object = new_object ();
  JsonObject *o = object.get ();
  set (o, "jobs", std::int64_t (summary.jobs));
  set (o, "done", std::int64_t (summary.done));
  set (o, "failed", std::int64_t (summary.failed));
  set (o, "waiting", std::int64_t (summary.waiting ()));
  Json<JsonObject> reasons = new_object ();
  for (const auto &[reason, count] : summary.reasons)
    set (reasons.get (), reason.c_str (), std::int64_t (count));
  set (o, "reasons", std::move (reasons));
  set (o, "warned", std::int64_t (summary.warned));
  set (o, "frames", summary.frames);
  set (o, "elapsed", summary.elapsed);
  set (o, "clips-per-second", summary.clips_a_second);
  set (o, "frames-per-second", summary.frames_a_second);
  std::vector<Json<JsonObject>> running;
  for (const RunningShard &shard : summary.running) {
    Json<JsonObject> one = new_object ();
    set (one.get (), "shard", std::int64_t (shard.number));
    set (one.get (), "host", shard.holder.owner.host);
    set (one.get (), "pid", std::int64_t (shard.holder.owner.pid));
    set (one.get (), "age", shard.holder.age);
    set (one.get (), "expires", shard.holder.seconds - shard.holder.age);
    running.push_back (std::move (one));
  }
  set (o, "running", std::move (running));
  return to_text (o) + "\n";
}

std::map<std::string, std::size_t> retry (const Batch &batch, const Failures &which)
{
  std::map<std::string, std::size_t> counts;
  std::vector<std::string> found;
  const std::string token = this_process ().token;
  for (std::size_t shard = 0; shard < batch.shards (); shard++) {
    for (const Job &job : read_shard (batch, shard)) {
      if (!fits (which.ids, job.id)) continue;
      const Sidecar state = state_of (batch, job);
      if (state.state != State::failed) continue;
      found.push_back (job.id);
      if (!fits (which.reasons, state.reason)) continue;
      Sidecar waiting;
      waiting.attempts = state.attempts;
      write_file (batch.sidecar_of (job), sidecar_text (batch, job, waiting),
                  batch.temporary () / (token + ".retry"));
      counts[state.reason]++;
    }
  }
  for (const std::string &id : which.ids)
    if (std::ranges::find (found, id) == found.end ()) throw Problem ("No job " + id + " failed.");
  return counts;
}

Merged merge (const Batch &batch)
{
  Merged merged;
  std::string text;
  for (const Job &job : read_jobs (batch)) {
    const Sidecar state = state_of (batch, job);
    (state.state == State::done     ? merged.done
     : state.state == State::failed ? merged.failed
                                    : merged.waiting)++;
    text += sidecar_text (batch, job, state);
  }
  const Path temporary = batch.temporary () / (this_process ().token + ".index");
  FileClock clock (temporary);
  clean_up (batch.temporary (), clock.now ());
  Leases (batch.leases (), this_process (), 0, clock).clean_up ();
  write_file (batch.index (), text, temporary);
  sync_folder (batch.folder);
  return merged;
}

}  // namespace quad::batch
