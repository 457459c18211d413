// Lays out the taps of a FilterPlan for horizontal.cpp, which describes how they are used.
#include <algorithm>
#include <utility>

#include "host/simd.h"

namespace quad::host::simd {
namespace {

// Tap k of output o, if reading begins at sample `begin`.
std::int16_t tap_from (const FilterPlan &plan, int o, int begin, int k)
{
  const int i = begin + k - plan.left[std::size_t (o)];
  return i >= 0 && i < plan.taps ? plan.tap (o)[i] : std::int16_t{0};
}

int even_left (const FilterPlan &plan, int o) { return plan.left[std::size_t (o)] & ~1; }

int first_read (const FilterPlan &plan, int from, int lanes)
{
  int least = even_left (plan, from);
  for (int i = 1; i < lanes; i++) least = std::min (least, even_left (plan, from + i));
  return least;
}

// Adds a group's packed taps, unless one of the last few groups had the same. Simple ratios repeat
// their taps, and then the tables stay in the cache.
void add_taps (RowPlan &row, const std::vector<std::int16_t> &taps)
{
  constexpr std::size_t kRemembered = 8;
  const std::size_t known = row.weight.size () / taps.size ();
  for (std::size_t i = known - std::min (known, kRemembered); i < known; i++) {
    const auto at = row.weight.begin () + static_cast<std::ptrdiff_t> (i * taps.size ());
    if (!std::equal (taps.begin (), taps.end (), at)) continue;
    row.taps_at.push_back (static_cast<std::int32_t> (i * taps.size ()));
    return;
  }
  row.taps_at.push_back (static_cast<std::int32_t> (row.weight.size ()));
  row.weight.insert (row.weight.end (), taps.begin (), taps.end ());
}

// Rows are packed anew in each frame of a picture that glides, so lists do not grow bit by bit.
// `bases`, `indexes`: how many a group has.
void reserve (RowPlan &row, int bases, int indexes)
{
  const std::size_t count = row.first.size ();
  row.taps_at.reserve (count);
  row.base.reserve (count * static_cast<std::size_t> (bases));
  row.index.reserve (count * static_cast<std::size_t> (indexes));
}

void pack_tables (RowPlan &row)
{
  const FilterPlan &plan = row.plan;
  reserve (row, 1, row.lanes);
  std::vector<std::int16_t> taps;
  taps.reserve (static_cast<std::size_t> (2 * row.pairs * row.lanes));
  for (const int from : row.first) {
    const int base = first_read (plan, from, row.lanes);
    row.base.push_back (base);
    for (int i = 0; i < row.lanes; i++)
      row.index.push_back ((even_left (plan, from + i) - base) / 2);
    taps.clear ();
    for (int k = 0; k < row.pairs; k++)
      for (int i = 0; i < 2 * row.lanes; i++)
        taps.push_back (
            tap_from (plan, from + i / 2, even_left (plan, from + i / 2), 2 * k + i % 2));
    add_taps (row, taps);
  }
}

void pack_windows (RowPlan &row)
{
  const FilterPlan &plan = row.plan;
  reserve (row, row.lanes, 0);
  std::vector<std::int16_t> taps;
  taps.reserve (static_cast<std::size_t> (8 * row.windows * row.lanes));
  for (const int from : row.first) {
    for (int i = 0; i < row.lanes; i++) row.base.push_back (plan.left[std::size_t (from + i)]);
    taps.clear ();
    for (int w = 0; w < row.windows; w++)
      for (int part = 0; part < 4; part++)
        for (int i = 0; i < 2 * row.lanes; i++) {
          const int o = from + i / 8 * 4 + part;
          taps.push_back (tap_from (plan, o, plan.left[std::size_t (o)], 8 * w + i % 8));
        }
    add_taps (row, taps);
  }
}

// Packs tables if the positions of a group lie close enough. Else blocks for four channels, and
// nothing for two. A position takes half as many lanes of 32 bits as it has channels.
void pack_positions (RowPlan &row)
{
  const FilterPlan &plan = row.plan;
  const int channels = row.channels, outputs = row.lanes / channels;
  auto least = [&] (int from) {
    const auto begin = plan.left.begin () + from;
    return *std::min_element (begin, begin + outputs);
  };
  int span = 0;
  for (const int from : row.first)
    for (int i = 0; i < outputs; i++)
      span = std::max (
          span, channels / 2 * (plan.left[std::size_t (from + i)] - least (from)) + channels);
  row.mode = span <= row.lanes       ? RowPlan::Mode::one_table
             : span <= 2 * row.lanes ? RowPlan::Mode::two_tables
                                     : RowPlan::Mode::windows;
  if (channels == 2 && row.mode == RowPlan::Mode::windows) {
    row.mode = RowPlan::Mode::scalar;
    return;
  }

  if (row.mode == RowPlan::Mode::windows)
    reserve (row, outputs, 0);
  else
    reserve (row, 1, row.lanes);
  std::vector<std::int16_t> taps;
  taps.reserve (static_cast<std::size_t> (2 * row.pairs * row.lanes));
  for (const int from : row.first) {
    if (row.mode == RowPlan::Mode::windows) {
      for (int i = 0; i < outputs; i++)
        row.base.push_back (channels * plan.left[std::size_t (from + i)]);
    } else {
      row.base.push_back (channels * least (from));
      for (int i = 0; i < row.lanes; i++)
        row.index.push_back (channels / 2 *
                                 (plan.left[std::size_t (from + i / channels)] - least (from)) +
                             i % channels);
    }
    taps.clear ();
    for (int k = 0; k < row.pairs; k++)
      for (int i = 0; i < 2 * row.lanes; i++) {
        const int o = from + i / (2 * channels);
        taps.push_back (tap_from (plan, o, plan.left[std::size_t (o)], 2 * k + i % 2));
      }
    add_taps (row, taps);
  }
}

// The first output of each group. A group has `outputs`; the last group is moved back to end with
// the row.
std::vector<std::int32_t> groups (int count, int outputs)
{
  std::vector<std::int32_t> first;
  first.reserve (static_cast<std::size_t> ((count + outputs - 1) / outputs));
  for (int o = 0; o < count; o += outputs) first.push_back (std::min (o, count - outputs));
  return first;
}

}  // namespace

RowPlan pack (FilterPlan plan, int channels)
{
  RowPlan row;
  row.plan = std::move (plan);
  row.channels = channels;
  row.lanes = horizontal_lanes ();
  const int outputs = row.lanes / channels;
  if (row.lanes < 4 || row.plan.count () < outputs)
    return channels == 2 ? pack (std::move (row.plan), 1) : std::move (row);
  row.first = groups (row.plan.count (), outputs);
  if (channels > 1) {
    row.pairs = (row.plan.taps + 1) / 2;
    pack_positions (row);
    return row.packed () ? row : pack (std::move (row.plan), 1);
  }

  int span = 0;
  bool odd = false;
  for (const int from : row.first) {
    const int base = first_read (row.plan, from, row.lanes);
    for (int i = 0; i < row.lanes; i++) {
      span = std::max (span, (even_left (row.plan, from + i) - base) / 2 + 1);
      odd = odd || row.plan.left[std::size_t (from + i)] % 2 != 0;
    }
  }
  row.pairs = (row.plan.taps + (odd ? 1 : 0) + 1) / 2;
  row.windows = (row.plan.taps + 7) / 8;
  if (span <= 2 * row.lanes) {
    row.mode = span <= row.lanes ? RowPlan::Mode::one_table : RowPlan::Mode::two_tables;
    pack_tables (row);
  } else {
    row.mode = RowPlan::Mode::windows;
    pack_windows (row);
  }
  return row;
}

}  // namespace quad::host::simd
