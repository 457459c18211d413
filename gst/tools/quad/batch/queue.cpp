#include "tools/quad/batch/queue.h"

#include <glib.h>

#include <algorithm>

namespace quad::batch {
namespace {

constexpr double kMicroseconds = 1e6;  // of a second

// Between two looks at shards that others hold.
double pause_of (const Leases &leases) { return std::clamp (leases.seconds () / 10, 0.1, 5.); }

}  // namespace

Queue::Queue (const Batch &batch, Leases &leases, std::vector<std::size_t> shards)
    : batch_ (batch), leases_ (leases), open_ (std::move (shards))
{
}

std::deque<Task> Queue::waiting_in (std::size_t shard, HeldShard *held) const
{
  std::deque<Task> tasks;
  for (Job &job : read_shard (batch_, shard)) {
    const Sidecar state = state_of (batch_, job);
    if (state.state == State::waiting) tasks.push_back ({std::move (job), state.attempts, 0, held});
  }
  return tasks;
}

bool Queue::take_shard ()
{
  if (g_get_monotonic_time () < next_look_) return false;
  waits_for_.clear ();
  for (std::size_t i = 0; i < open_.size ();) {
    const std::size_t number = open_[i];
    if (const auto holder = leases_.holder (shard_name (number))) {
      waits_for_ = "shard " + std::to_string (number) + ", which " + holder->owner.host +
                   " holds (process " + std::to_string (holder->owner.pid) + ")";
      i++;
      continue;
    }
    // Most shards are done when a worker starts again: these need no lease.
    if (waiting_in (number, nullptr).empty ()) {
      count (number, 0);
      open_.erase (open_.begin () + std::ptrdiff_t (i));
      continue;
    }
    auto lease = leases_.take (shard_name (number));
    if (!lease) {
      i++;
      continue;
    }
    open_.erase (open_.begin () + std::ptrdiff_t (i));
    HeldShard &held = held_.emplace_back (HeldShard{number, std::move (*lease)});
    // Again: its last holder may have done some since.
    held.waiting = waiting_in (number, &held);
    count (number, held.waiting.size ());
    return true;
  }
  next_look_ = g_get_monotonic_time () + std::int64_t (pause_of (leases_) * kMicroseconds);
  return false;
}

std::optional<Task> Queue::next ()
{
  do {
    drop_idle ();
    for (HeldShard &shard : held_) {
      if (shard.waiting.empty ()) continue;
      Task task = std::move (shard.waiting.front ());
      shard.waiting.pop_front ();
      shard.running++;
      return task;
    }
  } while (!open_.empty () && take_shard ());
  return {};
}

void Queue::count (std::size_t shard, std::size_t waiting)
{
  // A result of its own may be gone again.
  const std::size_t known = waiting + own_[shard];
  settled_[shard] = batch_.jobs_of (shard) - std::min (known, batch_.jobs_of (shard));
}

std::size_t Queue::settled () const
{
  std::size_t all = 0;
  for (const auto &[shard, jobs] : settled_) all += jobs;
  return all;
}

void Queue::finish (const Task &task)
{
  own_[task.shard->number]++;
  drop (task);
}

void Queue::drop (const Task &task)
{
  task.shard->running--;
  drop_idle ();
}

void Queue::give_back (Task task)
{
  HeldShard &shard = *task.shard;
  shard.running--;
  if (!shard.lost) shard.waiting.push_back (std::move (task));
  drop_idle ();
}

void Queue::drop_idle ()
{
  for (auto shard = held_.begin (); shard != held_.end ();) {
    if (shard->running || !shard->waiting.empty ()) {
      shard++;
      continue;
    }
    // Another has it, but he may fail, too.
    if (shard->lost) open_.push_back (shard->number);
    shard = held_.erase (shard);
  }
}

void Queue::renew ()
{
  for (HeldShard &shard : held_) {
    if (shard.lost || shard.lease.renew ()) continue;
    shard.lost = true;
    shard.waiting.clear ();
  }
  drop_idle ();
}

double Queue::pause () const
{
  return std::max (double (next_look_ - g_get_monotonic_time ()) / kMicroseconds, 0.);
}

}  // namespace quad::batch
