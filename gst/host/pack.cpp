// Lays out the taps of a FilterPlan for horizontal.cpp, which describes how they are used.
#include <algorithm>
#include <span>

#include "host/simd.h"

namespace quad::host::simd {
namespace {

// Tap k of output o, if reading begins at sample `begin`.
std::int16_t tap_from (const FilterView &plan, int o, int begin, int k)
{
  const int i = begin + k - plan.left[std::size_t (o)];
  return i >= 0 && i < plan.taps ? plan.tap (o)[i] : std::int16_t{0};
}

int even_left (const FilterView &plan, int o) { return plan.left[std::size_t (o)] & ~1; }

int first_read (const FilterView &plan, int from, int lanes)
{
  int least = even_left (plan, from);
  for (int i = 1; i < lanes; i++) least = std::min (least, even_left (plan, from + i));
  return least;
}

// The lists of a row while they are filled, group by group.
class Lists {
 public:
  // `bases`, `indexes`, `taps`: how many a group has. The row's `first` is there.
  Lists (RowPlan &row, int bases, int indexes, int taps, Arena &arena)
      : row_ (row),
        arena_ (arena),
        base_ (arena.take<std::int32_t> (row.first.size () * std::size_t (bases))),
        index_ (arena.take<std::int32_t> (row.first.size () * std::size_t (indexes))),
        taps_at_ (arena.take<std::int32_t> (row.first.size ())),
        weight_ (arena.take<std::int16_t> (row.first.size () * std::size_t (taps))),
        taps_ (std::size_t (taps))
  {
  }

  void add_base (int base) { base_[bases_++] = base; }
  void add_index (int index) { index_[indexes_++] = index; }
  void add_tap (std::int16_t tap) { weight_[sets_ * taps_ + filled_++] = tap; }

  // All taps of a group were added. If one of the last few groups had the same, they share them.
  // Simple ratios repeat their taps, and then the tables stay in the cache.
  void end_group ()
  {
    constexpr std::size_t kRemembered = 8;
    const auto taps = set (sets_);
    std::size_t i = sets_ - std::min (sets_, kRemembered);
    while (i < sets_ && !std::ranges::equal (taps, set (i))) i++;
    if (i == sets_) sets_++;
    taps_at_[groups_++] = static_cast<std::int32_t> (i * taps_);
    filled_ = 0;
  }

  void end ()
  {
    row_.base = base_;
    row_.index = index_;
    row_.taps_at = taps_at_;
    row_.weight = arena_.cut (weight_, sets_ * taps_);
  }

 private:
  std::span<const std::int16_t> set (std::size_t i) const
  {
    return weight_.subspan (i * taps_, taps_);
  }

  RowPlan &row_;
  Arena &arena_;
  std::span<std::int32_t> base_, index_, taps_at_;
  std::span<std::int16_t> weight_;  // taken last
  std::size_t taps_;                // of a group
  std::size_t bases_ = 0, indexes_ = 0, groups_ = 0, sets_ = 0, filled_ = 0;
};

void pack_tables (RowPlan &row, Arena &arena)
{
  const FilterView &plan = row.plan;
  Lists lists (row, 1, row.lanes, 2 * row.pairs * row.lanes, arena);
  for (const int from : row.first) {
    const int base = first_read (plan, from, row.lanes);
    lists.add_base (base);
    for (int i = 0; i < row.lanes; i++) lists.add_index ((even_left (plan, from + i) - base) / 2);
    for (int k = 0; k < row.pairs; k++)
      for (int i = 0; i < 2 * row.lanes; i++)
        lists.add_tap (
            tap_from (plan, from + i / 2, even_left (plan, from + i / 2), 2 * k + i % 2));
    lists.end_group ();
  }
  lists.end ();
}

void pack_windows (RowPlan &row, Arena &arena)
{
  const FilterView &plan = row.plan;
  Lists lists (row, row.lanes, 0, 8 * row.windows * row.lanes, arena);
  for (const int from : row.first) {
    for (int i = 0; i < row.lanes; i++) lists.add_base (plan.left[std::size_t (from + i)]);
    for (int w = 0; w < row.windows; w++)
      for (int part = 0; part < 4; part++)
        for (int i = 0; i < 2 * row.lanes; i++) {
          const int o = from + i / 8 * 4 + part;
          lists.add_tap (tap_from (plan, o, plan.left[std::size_t (o)], 8 * w + i % 8));
        }
    lists.end_group ();
  }
  lists.end ();
}

// Packs tables if the positions of a group lie close enough. Else blocks for four channels, and
// nothing for two. A position takes half as many lanes of 32 bits as it has channels.
void pack_positions (RowPlan &row, Arena &arena)
{
  const FilterView &plan = row.plan;
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

  const bool windows = row.mode == RowPlan::Mode::windows;
  Lists lists (row, windows ? outputs : 1, windows ? 0 : row.lanes, 2 * row.pairs * row.lanes,
               arena);
  for (const int from : row.first) {
    if (windows) {
      for (int i = 0; i < outputs; i++)
        lists.add_base (channels * plan.left[std::size_t (from + i)]);
    } else {
      lists.add_base (channels * least (from));
      for (int i = 0; i < row.lanes; i++)
        lists.add_index (channels / 2 *
                             (plan.left[std::size_t (from + i / channels)] - least (from)) +
                         i % channels);
    }
    for (int k = 0; k < row.pairs; k++)
      for (int i = 0; i < 2 * row.lanes; i++) {
        const int o = from + i / (2 * channels);
        lists.add_tap (tap_from (plan, o, plan.left[std::size_t (o)], 2 * k + i % 2));
      }
    lists.end_group ();
  }
  lists.end ();
}

// The first output of each group. A group has `outputs`; the last group is moved back to end with
// the row.
std::span<const std::int32_t> groups (int count, int outputs, Arena &arena)
{
  const auto first = arena.take<std::int32_t> (std::size_t ((count + outputs - 1) / outputs));
  for (int g = 0; g < static_cast<int> (first.size ()); g++)
    first[std::size_t (g)] = std::min (g * outputs, count - outputs);
  return first;
}

}  // namespace

RowPlan pack (const FilterView &plan, int channels, Arena &arena)
{
  RowPlan row;
  row.plan = plan;
  row.channels = channels;
  row.lanes = horizontal_lanes ();
  const int outputs = row.lanes / channels;
  if (row.lanes < 4 || plan.count () < outputs) return channels == 2 ? pack (plan, 1, arena) : row;
  row.first = groups (plan.count (), outputs, arena);
  if (channels > 1) {
    row.pairs = (plan.taps + 1) / 2;
    pack_positions (row, arena);
    return row.packed () ? row : pack (plan, 1, arena);
  }

  int span = 0;
  bool odd = false;
  for (const int from : row.first) {
    const int base = first_read (plan, from, row.lanes);
    for (int i = 0; i < row.lanes; i++) {
      span = std::max (span, (even_left (plan, from + i) - base) / 2 + 1);
      odd = odd || plan.left[std::size_t (from + i)] % 2 != 0;
    }
  }
  row.pairs = (plan.taps + (odd ? 1 : 0) + 1) / 2;
  row.windows = (plan.taps + 7) / 8;
  if (span <= 2 * row.lanes) {
    row.mode = span <= row.lanes ? RowPlan::Mode::one_table : RowPlan::Mode::two_tables;
    pack_tables (row, arena);
  } else {
    row.mode = RowPlan::Mode::windows;
    pack_windows (row, arena);
  }
  return row;
}

}  // namespace quad::host::simd
