#include "memory.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>

namespace hostcuda {

constinit std::atomic<std::uint64_t> memory_generation{1};

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 512;  // of what cuMemAlloc returns
constexpr std::size_t kFreedKept = 1024;
// Mappings up to here keep their pages and are used again: fresh pages cost more than what most
// tests do with them.
constexpr std::size_t kSmall = 64 << 10;

// -1 without protection keys: then any code can touch device memory.
int key = -1;

std::size_t rounded_up (std::size_t value, std::size_t to) { return (value + to - 1) / to * to; }

// Bytes between the mapping's edges and the allocation must be unchanged.
void check_edges (const Allocation &a)
{
  const auto *begin = reinterpret_cast<const unsigned char *> (a.begin);
  const auto *first = reinterpret_cast<const unsigned char *> (a.mapping + kPage);
  const auto *last = reinterpret_cast<const unsigned char *> (a.mapping + a.mapped - kPage);
  const auto intact = [&] (const unsigned char *p) { return *p == a.poison; };
  for (const unsigned char *p = first; p < begin; p++)
    if (!intact (p)) {
      std::fprintf (stderr, "hostcuda: something wrote %td bytes before an allocation of %zu\n",
                    begin - p, a.bytes);
      std::abort ();
    }
  for (const unsigned char *p = begin + a.bytes; p < last; p++)
    if (!intact (p)) {
      std::fprintf (stderr, "hostcuda: something wrote %td bytes past an allocation of %zu\n",
                    p - (begin + a.bytes), a.bytes);
      std::abort ();
    }
}

}  // namespace

DeviceAccess::DeviceAccess () : before_{key < 0 ? 0 : pkey_get (key)}
{
  if (key >= 0) pkey_set (key, 0);
}

DeviceAccess::~DeviceAccess ()
{
  if (key >= 0) pkey_set (key, static_cast<unsigned> (before_));
}

// A thread starts without access to keys that it did not allocate, or with the access of the thread
// that started it. No thread is started inside the driver.
Memory::Memory () { key = pkey_alloc (0, PKEY_DISABLE_ACCESS); }

bool Memory::hidden () const { return key >= 0; }

void *Memory::allocate (Kind kind, std::size_t bytes, int device, CUcontext owner,
                        unsigned char poison)
{
  // The end is as close to the forbidden page as alignment allows.
  const std::size_t aligned = rounded_up (bytes, kAlignment);
  const std::size_t data = rounded_up (aligned, kPage);
  const std::size_t mapped = data + 2 * kPage;
  std::byte *mapping = forbidden (mapped);
  if (!mapping) return nullptr;
  std::byte *first = mapping + kPage;
  // Spare memory may have the key of an earlier allocation.
  if (key >= 0 ? pkey_mprotect (first, data, PROT_READ | PROT_WRITE, kind == Kind::device ? key : 0)
               : mprotect (first, data, PROT_READ | PROT_WRITE)) {
    munmap (mapping, mapped);
    return nullptr;
  }
  const DeviceAccess open;
  std::memset (first, poison, data);
  std::byte *begin = first + (data - aligned);
  const auto address = reinterpret_cast<std::uintptr_t> (begin);
  live_.emplace (address, Allocation{address, bytes, kind, device, owner, poison, mapping, mapped});
  return begin;
}

std::byte *Memory::forbidden (std::size_t mapped)
{
  if (std::vector<std::byte *> &spare = spare_[mapped]; !spare.empty ()) {
    std::byte *mapping = spare.back ();
    spare.pop_back ();
    return mapping;
  }
  void *mapping =
      mmap (nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return mapping == MAP_FAILED ? nullptr : static_cast<std::byte *> (mapping);
}

Memory::Map::iterator Memory::remove (Map::iterator at)
{
  const Allocation &gone = at->second;
  {
    const DeviceAccess open;
    check_edges (gone);
  }
  if (gone.mapped <= kSmall)
    mprotect (gone.mapping, gone.mapped, PROT_NONE);
  else
    mmap (gone.mapping, gone.mapped, PROT_NONE,
          MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  freed_.push_back (gone);
  if (freed_.size () > kFreedKept) {
    const Allocation &oldest = freed_.front ();
    if (oldest.mapped <= kSmall)
      spare_[oldest.mapped].push_back (oldest.mapping);
    else
      munmap (oldest.mapping, oldest.mapped);
    freed_.pop_front ();
  }
  memory_generation++;
  return live_.erase (at);
}

bool Memory::release (Kind kind, std::uintptr_t begin)
{
  const auto found = live_.find (begin);
  if (found == live_.end () || found->second.kind != kind) return false;
  remove (found);
  return true;
}

void Memory::release_all_of (CUcontext owner)
{
  for (auto at = live_.begin (); at != live_.end ();)
    at = at->second.owner == owner ? remove (at) : std::next (at);
}

const Allocation *Memory::find (std::uintptr_t address) const
{
  const auto next = live_.upper_bound (address);
  if (next == live_.begin ()) return nullptr;
  const Allocation &candidate = std::prev (next)->second;
  return candidate.contains (address, 1) ? &candidate : nullptr;
}

std::string Memory::describe (std::uintptr_t address) const
{
  char text[160];
  for (const Allocation &a : freed_)
    if (a.contains (address, 1)) {
      std::snprintf (text, sizeof text, "byte %zu of an allocation of %zu bytes that was freed",
                     address - a.begin, a.bytes);
      return text;
    }
  // The nearest allocation below and near ones above: an overrun shows its owner.
  const auto next = live_.upper_bound (address);
  if (next != live_.begin ()) {
    const Allocation &a = std::prev (next)->second;
    const std::size_t past = address - a.begin;
    std::snprintf (text, sizeof text, "at byte %zu of the nearest allocation below, of %zu bytes",
                   past, a.bytes);
    return text;
  }
  if (next != live_.end ()) {
    std::snprintf (text, sizeof text, "%zu bytes before the first allocation",
                   next->second.begin - address);
    return text;
  }
  return "with no allocation alive";
}

std::size_t Memory::count (Kind kind) const
{
  std::size_t count = 0;
  for (const auto &[begin, a] : live_) count += a.kind == kind;
  return count;
}

std::size_t Memory::bytes (Kind kind) const
{
  std::size_t bytes = 0;
  for (const auto &[begin, a] : live_) bytes += a.kind == kind ? a.bytes : 0;
  return bytes;
}

}  // namespace hostcuda
