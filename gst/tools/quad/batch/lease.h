// Who does a shard: leases in files on storage that all workers share.
//
// A lease is a file NAME.G with the generation G = 0, 1, ...; the highest is the one that counts.
// Whoever wants the shard makes the next generation, which exactly one can: the file is written
// under another name and linked to its own, which fails where there is one, also on NFS.
// Generations are never removed or written again, so nobody takes a lease away that he did not see.
// A lease is renewed by setting its file's time to the file system's now. It is free when that time
// is too long ago by the file system's own clock: no worker's clock counts. Released: the time is
// 0.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tools/quad/batch/files.h"
#include "tools/quad/batch/owner.h"

namespace quad::batch {

// Nanoseconds since 1970, as the file system that holds the leases counts them.
class Clock {
 public:
  virtual ~Clock () = default;
  virtual std::int64_t now () = 0;
};

// Sets the time of a file of its own, and reads it.
class FileClock : public Clock {
 public:
  explicit FileClock (Path file) : file_ (std::move (file)) {}
  std::int64_t now () override;

 private:
  Path file_;
};

struct Holder {
  Owner owner;
  double age = 0;      // seconds since the lease was taken or renewed
  double seconds = 0;  // after which it would be free
};

class Leases;

// One generation that is this process's. Releases it at its end. The Leases must outlive it.
class Lease {
 public:
  Lease (Leases &leases, std::string name, int generation)
      : leases_ (&leases), name_ (std::move (name)), generation_ (generation)
  {
  }
  Lease (Lease &&other) noexcept;
  Lease &operator= (Lease &&) = delete;
  ~Lease ();

  const std::string &name () const { return name_; }

  // False: it was not renewed in time, and another worker has taken it.
  bool renew ();
  // As above, without renewing it.
  bool is_ours ();

 private:
  Leases *leases_;  // null: moved away
  std::string name_;
  int generation_;
};

// One thread. Each function throws a Problem where the storage fails.
class Leases {
 public:
  // In `folder`, which is made. `seconds`: how long a lease of this process holds without being
  // renewed.
  Leases (Path folder, Owner owner, double seconds, Clock &clock);

  // Nothing: another holds it.
  std::optional<Lease> take (const std::string &name);
  // Nothing: nobody.
  std::optional<Holder> holder (const std::string &name);

  // Removes what killed workers have left beside the leases.
  void clean_up ();

  const Owner &owner () const { return owner_; }
  double seconds () const { return seconds_; }

 private:
  friend class Lease;

  Path file (const std::string &name, int generation) const;
  // Of that generation; below 0: there is none.
  std::optional<Holder> holder_of (const std::string &name, int generation);
  int highest (const std::string &name);
  bool make (const Path &path);
  bool has_next (const std::string &name, int generation);

  Path folder_;
  Owner owner_;
  double seconds_;
  Clock &clock_;
  std::map<std::string, int> seen_;  // the highest generation so far
};

}  // namespace quad::batch
