// Which shards a worker does.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace quad::batch {

struct Share {
  std::size_t index = 0, count = 1;  // this worker of so many
  std::string from;                  // who said it, for people
};

// Reads "I/N", I from 0 to N - 1. Throws a Problem.
Share read_share (const std::string &text);

using Environment = std::function<const char *(const char *)>;

// What a cluster's environment variables say, for a batch of `shards`; nothing if there are none.
// Throws a Problem if they name a shard that is not there.
std::optional<Share> share_of_environment (const Environment &get, std::size_t shards);

// The shards of a share: each count-th, from the index on.
std::vector<std::size_t> shards_of (const Share &share, std::size_t shards);

}  // namespace quad::batch
