#include "jpeg/segments.h"

#include <algorithm>
#include <array>

#include "jpeg/tiff.h"

namespace quad::jpeg {
namespace {

// The values 1 to 8 of the tag.
constexpr std::array kOrientations{
    Orientation::identity,       Orientation::flip_horizontal, Orientation::rotate_180,
    Orientation::flip_vertical,  Orientation::transpose,       Orientation::rotate_90,
    Orientation::anti_transpose, Orientation::rotate_270,
};

}  // namespace

std::optional<Orientation> exif_orientation (Bytes app1)
{
  constexpr unsigned kTag = 0x0112;
  constexpr std::size_t kName = 6;  // "Exif", 0, and a byte of any value
  if (!begins_with (app1, "Exif") || app1.size () < kName) return {};
  const auto tiff = Tiff::open (app1.subspan (kName));
  const auto entry = tiff ? tiff->find (kTag) : std::nullopt;
  const auto value = entry ? tiff->number (*entry) : std::nullopt;
  if (!value || *value < 1 || *value > kOrientations.size ()) return {};
  return kOrientations[*value - 1];
}

std::vector<std::uint32_t> further_pictures (Bytes app2)
{
  constexpr unsigned kTag = 0xb002;           // MP Entry
  constexpr std::size_t kEntryBytes = 16;     // attributes, size, offset, two dependent pictures
  constexpr std::size_t kMostPictures = 256;  // of a file; phones write two to four
  std::vector<std::uint32_t> all;
  if (!begins_with (app2, kMpf)) return all;
  const auto tiff = Tiff::open (app2.subspan (sizeof kMpf));
  const auto entry = tiff ? tiff->find (kTag) : std::nullopt;
  if (!entry) return all;
  const Bytes table = tiff->content (*entry);
  const std::size_t count = std::min (table.size () / kEntryBytes, kMostPictures);
  for (std::size_t i = 0; i < count; i++) {
    const std::uint32_t offset = tiff->read_32 (table, i * kEntryBytes + 8);
    if (offset != 0) all.push_back (offset);  // 0: the first picture itself
  }
  return all;
}

}  // namespace quad::jpeg
