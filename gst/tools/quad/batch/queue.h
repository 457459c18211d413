// Which job a worker does next: from the shards that it holds.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/quad/batch/lease.h"
#include "tools/quad/batch/sidecar.h"

namespace quad::batch {

struct HeldShard;

struct Task {
  Job job;
  std::int64_t attempts = 0;   // before this one
  int kills = 0;               // how often something else ended it while this worker ran it
  HeldShard *shard = nullptr;  // valid until the task is given back or finished
};

struct HeldShard {
  std::size_t number;
  Lease lease;
  std::deque<Task> waiting = {};
  std::size_t running = 0;
  bool lost = false;  // another worker has it now
};

// One thread. The batch and the leases must outlive it.
class Queue {
 public:
  // `shards`: those that this worker may do, in the order in which it tries them.
  Queue (const Batch &batch, Leases &leases, std::vector<std::size_t> shards);

  // Nothing: all that is left runs, or is another worker's.
  std::optional<Task> next ();
  // Must be called for each task that `next` gave: this worker has settled it.
  void finish (const Task &task);
  // Instead: another worker does it.
  void drop (const Task &task);
  // Instead: it is to be tried again, after the others.
  void give_back (Task task);

  // Renews all leases. Marks the shards that are lost, and forgets what waits in them.
  void renew ();

  // Nothing is left, neither here nor with others.
  bool is_empty () const { return open_.empty () && held_.empty (); }
  // There are shards that others hold, as far as is known.
  bool has_open () const { return !open_.empty (); }
  // Seconds until `next` looks at them again.
  double pause () const;
  // Who holds a shard that this worker waits for, or an empty string.
  const std::string &waits_for () const { return waits_for_; }
  // Jobs that were settled before, or by others, as far as is known. Not those of `finish`.
  std::size_t settled () const;

 private:
  bool take_shard ();
  void count (std::size_t shard, std::size_t waiting);
  std::deque<Task> waiting_in (std::size_t shard, HeldShard *held) const;
  void drop_idle ();

  const Batch &batch_;
  Leases &leases_;
  std::vector<std::size_t> open_;  // neither held nor known to be settled
  std::list<HeldShard> held_;
  std::string waits_for_;
  std::int64_t next_look_ = 0;  // of the monotonic clock, in microseconds
  // Jobs of a shard, which may be taken again.
  std::map<std::size_t, std::size_t> own_, settled_;
};

}  // namespace quad::batch
