// Device memory and pinned memory. Each allocation is its own mapping, between two forbidden pages.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "api.h"

namespace hostcuda {

enum class Kind { device, host };

struct Allocation {
  std::uintptr_t begin;
  std::size_t bytes;
  Kind kind;
  int device;
  CUcontext owner;
  unsigned char poison;
  std::byte *mapping;  // with a forbidden page on either side
  std::size_t mapped;

  bool contains (std::uintptr_t address, std::size_t count) const
  {
    return address >= begin && count <= bytes && address - begin <= bytes - count;
  }
};

// Changes with each release: results of earlier lookups may be invalid.
extern std::atomic<std::uint64_t> memory_generation;

// Opens device memory to this thread while it lives.
class DeviceAccess {
 public:
  DeviceAccess ();
  ~DeviceAccess ();
  DeviceAccess (const DeviceAccess &) = delete;
  DeviceAccess &operator= (const DeviceAccess &) = delete;

 private:
  int before_;
};

class Memory {
 public:
  Memory ();

  // Null if the system has no more. The bytes are poisoned.
  void *allocate (Kind kind, std::size_t bytes, int device, CUcontext owner, unsigned char poison);
  // False if no allocation of that kind starts there.
  bool release (Kind kind, std::uintptr_t begin);
  void release_all_of (CUcontext owner);

  // The allocation that `address` lies in; null if there is none.
  const Allocation *find (std::uintptr_t address) const;
  // Describes an address that is not in live memory.
  std::string describe (std::uintptr_t address) const;

  std::size_t count (Kind kind) const;
  std::size_t bytes (Kind kind) const;
  bool hidden () const;

 private:
  using Map = std::map<std::uintptr_t, Allocation>;
  Map::iterator remove (Map::iterator at);
  // Memory that nobody may touch; null if the system has no more.
  std::byte *forbidden (std::size_t mapped);

  Map live_;
  // Freed addresses are not reused for a while, so that late use is found.
  std::deque<Allocation> freed_;
  // What was freed longer ago, by its size.
  std::map<std::size_t, std::vector<std::byte *>> spare_;
};

}  // namespace hostcuda
