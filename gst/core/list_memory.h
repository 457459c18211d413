// Memory for the lists that are made anew for each frame.
#pragma once

#include <cstddef>
#include <memory_resource>

namespace quad {

// Keeps what a list gives back for the next one of about that size, so that frames of which one is
// like the other allocate nothing. Lists of up to a MiB. Not thread safe; outlives its lists.
class ListMemory : public std::pmr::unsynchronized_pool_resource {
 public:
  ListMemory () : unsynchronized_pool_resource (kOptions) {}

 private:
  static constexpr std::pmr::pool_options kOptions = {.max_blocks_per_chunk = 4,
                                                      .largest_required_pool_block = 1 << 20};
};

}  // namespace quad
