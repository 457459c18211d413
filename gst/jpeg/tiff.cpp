#include "jpeg/tiff.h"

#include <algorithm>

namespace quad::jpeg {
namespace {

constexpr std::size_t kHeader = 8;       // byte order, 42, offset of the first directory
constexpr std::size_t kEntryBytes = 12;  // tag, type, count, value or its offset

}  // namespace

unsigned Tiff::read_16 (std::size_t at) const
{
  return little_ ? static_cast<unsigned> (bytes_[at] | bytes_[at + 1] << 8)
                 : jpeg::read_16 (bytes_, at);
}

std::uint32_t Tiff::read_32 (Bytes bytes, std::size_t at) const
{
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; i++) value = value << 8 | bytes[little_ ? at + 3 - i : at + i];
  return value;
}

std::optional<Tiff> Tiff::open (Bytes bytes)
{
  if (bytes.size () < kHeader) return {};
  const bool little = bytes[0] == 'I';
  if ((!little && bytes[0] != 'M') || bytes[1] != bytes[0]) return {};
  const Tiff tiff (bytes, little);
  if (tiff.read_16 (2) != 42) return {};
  return tiff;
}

std::optional<Tiff::Entry> Tiff::find (unsigned tag) const
{
  const std::size_t directory = read_32 (bytes_, 4);
  if (!holds (directory, 2)) return {};
  const unsigned count = read_16 (directory);
  for (unsigned i = 0; i < count; i++) {
    const std::size_t at = directory + 2 + i * kEntryBytes;
    if (!holds (at, kEntryBytes)) return {};
    if (read_16 (at) == tag) return Entry{read_16 (at + 2), read_32 (bytes_, at + 4), at + 8};
  }
  return {};
}

std::optional<std::uint32_t> Tiff::number (const Entry &entry) const
{
  if (entry.count == 0) return {};
  switch (static_cast<Type> (entry.type)) {
    case Type::unsigned_16: return read_16 (entry.at);
    case Type::unsigned_32: return read_32 (bytes_, entry.at);
    default: return {};
  }
}

Bytes Tiff::content (const Entry &entry) const
{
  const std::size_t at = read_32 (bytes_, entry.at);
  if (static_cast<Type> (entry.type) != Type::undefined_bytes || entry.count <= 4 || !holds (at, 0))
    return {};
  return bytes_.subspan (at, std::min<std::size_t> (entry.count, bytes_.size () - at));
}

}  // namespace quad::jpeg
