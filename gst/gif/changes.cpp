#include "gif/changes.h"

#include <algorithm>

#include "core/bounds.h"

namespace quad::gif {

Changes::Changes (Size size)
    : changed_ (static_cast<std::size_t> (size.height)),
      x_ (static_cast<std::size_t> (size.width)),
      wanted_ (x_.size ())
{
}

void Changes::find (const Picture &now, const Picture &before)
{
  now_ = &now;
  before_ = &before;
  Bounds bounds;
  const Size size = now.size ();
  for (int y = 0; y < size.height; y++) {
    Columns &columns = changed_[static_cast<std::size_t> (y)];
    columns = {};
    const Rgba *is = now.row (y), *was = before.row (y);
    if (std::equal (is, is + size.width, was)) continue;
    const auto differs = [&] (int x) { return is[x] != was[x] && is[x] != 0; };
    int begin = 0, end = size.width;
    while (begin < end && !differs (begin)) begin++;
    while (end > begin && !differs (end - 1)) end--;
    if (begin == end) continue;
    columns = {begin, end};
    bounds.add ({begin, y, end - begin, 1});
  }
  around_ = bounds.rect ();
}

RowPixels Changes::row (int y, Extent extent)
{
  const bool all = extent == Extent::rectangle;
  Columns columns = changed_[static_cast<std::size_t> (y)];
  if (all)
    columns =
        y >= around_.y && y < around_.bottom () ? Columns{around_.x, around_.right ()} : Columns{};
  const Rgba *is = now_->row (y), *was = before_->row (y);
  std::size_t count = 0;
  for (int x = columns.begin; x < columns.end; x++) {
    x_[count] = x;
    wanted_[count] = is[x];
    count += (all || is[x] != was[x]) && is[x] != 0;
  }
  return {y, {x_.data (), count}, {wanted_.data (), count}};
}

}  // namespace quad::gif
