#include "host/arena.h"

#include <algorithm>

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(first, size) (static_cast<void> (first), static_cast<void> (size))
#define ASAN_UNPOISON_MEMORY_REGION(first, size) ASAN_POISON_MEMORY_REGION (first, size)
#endif

namespace quad::host {

void *Arena::take_bytes (std::size_t asked)
{
  const std::size_t bytes = rounded (asked);
  if (blocks_.empty () || size_ - used_ < bytes) {
    const std::size_t size = std::max (bytes, next_);
    blocks_.push_back (std::make_unique_for_overwrite<std::byte[]> (size));
    full_ += size_;
    size_ = size;
    used_ = 0;
    next_ = full_ + size_;
    ASAN_POISON_MEMORY_REGION (blocks_.back ().get (), size_);
  }
  std::byte *first = blocks_.back ().get () + used_;
  used_ += bytes;
  ASAN_UNPOISON_MEMORY_REGION (first, asked);
  ASAN_POISON_MEMORY_REGION (first + asked, bytes - asked);
  return first;
}

void Arena::give_back (std::size_t bytes)
{
  used_ -= rounded (bytes);
  ASAN_POISON_MEMORY_REGION (blocks_.back ().get () + used_, bytes);
}

void Arena::clear ()
{
  if (blocks_.empty ()) return;
  // Grows before it must, in the frames in which the pictures begin to move.
  if (!has_grown_ || blocks_.size () > 1) {
    next_ = times_ * (full_ + used_);
    blocks_.clear ();
    size_ = full_ = 0;
    has_grown_ = true;
  }
  used_ = 0;
  if (!blocks_.empty ()) ASAN_POISON_MEMORY_REGION (blocks_.back ().get (), size_);
}

}  // namespace quad::host
