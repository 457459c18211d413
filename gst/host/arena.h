// Memory for the programs of a scene.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace quad::host {

// Hands out memory bit by bit, and takes all of it back at once. Who fills it anew for each frame
// soon finds enough room in it and allocates nothing. AddressSanitizer finds accesses behind the
// end of what was taken. Not thread safe.
class Arena {
 public:
  // When it is filled again it gets room for `times` as much, and when that becomes too small.
  explicit Arena (std::size_t times) : times_ (times) {}

  // Room for `count` elements, with any values.
  template <typename T>
  std::span<T> take (std::size_t count)
  {
    static_assert (std::is_trivially_copyable_v<T> && alignof (T) <= kAlign);
    auto *first = static_cast<T *> (take_bytes (count * sizeof (T)));
    std::uninitialized_default_construct_n (first, count);
    return {first, count};
  }

  template <typename T>
  std::span<const T> copy (std::span<const T> from)
  {
    const std::span<T> to = take<T> (from.size ());
    std::uninitialized_copy (from.begin (), from.end (), to.begin ());
    return to;
  }

  // Keeps the first `count` elements of what was taken last, and takes the rest back.
  template <typename T>
  std::span<T> cut (std::span<T> last, std::size_t count)
  {
    give_back (last.size_bytes ());
    take_bytes (count * sizeof (T));
    return last.first (count);
  }

  // Takes all back.
  void clear ();
  // The same, and frees it.
  void free () { *this = Arena (times_); }

 private:
  static constexpr std::size_t kAlign = alignof (std::max_align_t);
  // With a gap behind it.
  static constexpr std::size_t rounded (std::size_t bytes)
  {
    return bytes / kAlign * kAlign + kAlign;
  }
  void *take_bytes (std::size_t bytes);
  void give_back (std::size_t bytes);  // that were taken last

  std::size_t times_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::size_t size_ = 0, used_ = 0;  // of the last block
  std::size_t full_ = 0;             // bytes in the blocks before it
  std::size_t next_ = 16384;         // how large the next block is at least
  bool has_grown_ = false;
};

}  // namespace quad::host
