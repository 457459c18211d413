// Reads the first directory of a TIFF structure (TIFF 6.0), as EXIF and MPF embed it. No offset or
// count in it is trusted.
#pragma once

#include <optional>

#include "jpeg/bytes.h"

namespace quad::jpeg {

class Tiff {
 public:
  // Types of values; others are not read.
  enum class Type { undefined_bytes = 7, unsigned_16 = 3, unsigned_32 = 4 };

  struct Entry {
    unsigned type = 0;
    std::uint32_t count = 0;
    std::size_t at = 0;  // of the 4 bytes that hold the value, or its offset
  };

  // Nothing if `bytes` do not begin with a TIFF header of either byte order.
  static std::optional<Tiff> open (Bytes bytes);

  // The entry of `tag` in the first directory.
  std::optional<Entry> find (unsigned tag) const;
  // The first value, of 16 or 32 bits.
  std::optional<std::uint32_t> number (const Entry &entry) const;
  // The bytes of an entry that is larger than 4 bytes, as far as they are there.
  Bytes content (const Entry &entry) const;
  // A number of 32 bits in `bytes`, which holds 4 at `at`.
  std::uint32_t read_32 (Bytes bytes, std::size_t at) const;

 private:
  Tiff (Bytes bytes, bool little) : bytes_ (bytes), little_ (little) {}
  bool holds (std::size_t at, std::size_t count) const
  {
    return at <= bytes_.size () && count <= bytes_.size () - at;
  }
  unsigned read_16 (std::size_t at) const;

  Bytes bytes_;
  bool little_;
};

}  // namespace quad::jpeg
