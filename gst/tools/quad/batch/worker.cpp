#include "tools/quad/batch/worker.h"

#include <glib.h>

#include <algorithm>
#include <list>
#include <memory>

#include "tools/quad/batch/attempt.h"
#include "tools/quad/batch/problem.h"
#include "tools/quad/batch/progress.h"
#include "tools/quad/batch/queue.h"
#include "tools/quad/batch/signals.h"
#include "tools/quad/batch/workplace.h"

namespace quad::batch {
namespace {

// Results on their way to the disk, of as many jobs as run at a time.
constexpr std::size_t kMostOnTheirWay = 2;
constexpr std::int64_t kMostToPublish = 1000000;  // microseconds, when the worker ends
constexpr double kPublishPause = 0.05;            // seconds
constexpr double kMemoryPause = 0.1;              // seconds between two looks at a job's memory

class Worker {
 public:
  Worker (const Batch &batch, const WorkOptions &options);

  Worked run ();

 private:
  struct Finished {
    std::unique_ptr<Attempt> attempt;
    Outcome outcome;
  };

  void run_all ();
  bool has_room () const;
  void start_jobs ();
  void collect ();
  void publish ();
  void publish_rest ();
  void finish (Finished finished);
  void renew ();
  void note_waiting ();
  double pause () const;
  Counts counts () const;

  const WorkOptions &options_;
  Signals signals_;
  Workplace place_;
  Workplace scratch_;  // on this machine
  Leases leases_;
  Queue queue_;
  Setup setup_;
  Progress progress_;
  std::list<std::unique_ptr<Attempt>> running_;
  std::list<Finished> finished_;
  std::size_t total_ = 0, started_ = 0;
  std::int64_t frames_ = 0;
  std::int64_t next_renewal_ = 0;  // of the monotonic clock, in microseconds
  std::string noted_;              // what was said of waiting
  Worked worked_;
};

Worker::Worker (const Batch &batch, const WorkOptions &options)
    : options_ (options),
      place_ (batch.temporary (), options.lease),
      scratch_ (scratch_folder (), options.lease),
      leases_ (batch.leases (), place_.owner (), options.lease, place_.clock ()),
      queue_ (batch, leases_, options.shards),
      setup_{batch, *find_recipe (batch.recipe), options.program, options.limits,
             place_.owner ().host + ":" + std::to_string (place_.owner ().pid)}
{
  leases_.clean_up ();
  for (const std::size_t shard : options.shards) total_ += batch.jobs_of (shard);
  renew ();
}

Counts Worker::counts () const
{
  return {total_, queue_.settled (), worked_.done, worked_.failed, frames_, options_.shared};
}

bool Worker::has_room () const
{
  return running_.size () < options_.jobs && finished_.size () < kMostOnTheirWay * options_.jobs;
}

void Worker::start_jobs ()
{
  while (has_room ()) {
    auto task = queue_.next ();
    if (!task) break;
    const std::string name = std::to_string (started_++);
    running_.push_back (std::make_unique<Attempt> (
        setup_, std::move (*task), place_.folder () / name, scratch_.folder () / name));
  }
}

void Worker::collect ()
{
  for (auto i = running_.begin (); i != running_.end ();) {
    if ((*i)->task.shard->lost) {
      queue_.drop ((*i)->task);
    } else if (auto outcome = (*i)->poll ()) {
      finished_.push_back ({std::move (*i), std::move (*outcome)});
    } else {
      i++;
      continue;
    }
    i = running_.erase (i);
  }
}

void Worker::publish ()
{
  for (auto i = finished_.begin (); i != finished_.end ();) {
    if (!i->attempt->is_on_disk ()) {
      i++;
      continue;
    }
    Finished next = std::move (*i);
    i = finished_.erase (i);
    finish (std::move (next));
  }
}

// Results on their way are on the disk in a moment, unless it hangs.
void Worker::publish_rest ()
try {
  const std::int64_t until = g_get_monotonic_time () + kMostToPublish;
  while (!finished_.empty () && g_get_monotonic_time () < until) {
    publish ();
    if (!finished_.empty ()) signals_.wait (kPublishPause);
  }
} catch (const Problem &) {
  // They are done again.
}

void Worker::finish (Finished finished)
{
  Attempt &attempt = *finished.attempt;
  if (!finished.outcome.settled) return queue_.give_back (std::move (attempt.task));
  HeldShard &shard = *attempt.task.shard;
  // Whoever has the shard now does the job.
  if (shard.lost || !shard.lease.is_ours ()) return queue_.drop (attempt.task);
  Sidecar &sidecar = finished.outcome.sidecar;
  attempt.publish (sidecar);
  queue_.finish (attempt.task);
  frames_ += sidecar.frames;
  if (sidecar.state == State::done) {
    worked_.done++;
    return;
  }
  worked_.failed++;
  progress_.say ("failed (" + sidecar.reason + "): " + attempt.task.job.id + ": " + sidecar.error);
}

void Worker::renew ()
{
  const std::int64_t now = g_get_monotonic_time ();
  if (now < next_renewal_) return;
  next_renewal_ = now + std::int64_t (options_.lease / 3 * 1e6);
  place_.keep ();
  scratch_.keep ();
  queue_.renew ();
}

void Worker::note_waiting ()
{
  const std::string now = running_.empty () ? queue_.waits_for () : "";
  if (now != noted_ && !now.empty ()) progress_.say ("waits for " + now);
  noted_ = now;
}

double Worker::pause () const
{
  double seconds = std::max (double (next_renewal_ - g_get_monotonic_time ()) / 1e6, 0.);
  seconds = std::min (seconds, progress_.pause ());
  for (const auto &attempt : running_) {
    const double left = attempt->left ();
    if (left >= 0) seconds = std::min (seconds, left);
    if (options_.limits.memory > 0) seconds = std::min (seconds, kMemoryPause);
  }
  if (has_room () && queue_.has_open ()) seconds = std::min (seconds, queue_.pause ());
  return seconds;
}

void Worker::run_all ()
{
  while (!signals_.stop ()) {
    start_jobs ();
    if (running_.empty () && queue_.is_empty ()) break;
    note_waiting ();
    signals_.wait (pause ());
    collect ();
    // The next jobs run while the results of the last are brought to the disk.
    if (!signals_.stop ()) start_jobs ();
    publish ();
    renew ();
    progress_.show (counts ());
  }
}

Worked Worker::run ()
{
  try {
    run_all ();
  } catch (const Problem &) {
    publish_rest ();
    throw;
  }
  publish_rest ();
  worked_.stopped = signals_.stop ();
  progress_.end (counts ());
  return worked_;
}

}  // namespace

Worked work (const Batch &batch, const WorkOptions &options)
{
  return Worker (batch, options).run ();
}

}  // namespace quad::batch
