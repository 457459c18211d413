#include "elements/grid/shown.h"

#include <algorithm>

namespace quad {

void ShownFrame::note (std::span<const ShownPicture> pictures)
{
  const std::lock_guard guard (lock_);
  pictures_.assign (pictures.begin (), pictures.end ());
}

void ShownFrame::forget (unsigned pad)
{
  const std::lock_guard guard (lock_);
  std::erase_if (pictures_, [pad] (const ShownPicture &p) { return p.pad == pad; });
}

ShownPicture ShownFrame::of (unsigned pad) const
{
  const std::lock_guard guard (lock_);
  const auto found = std::find_if (pictures_.begin (), pictures_.end (),
                                   [pad] (const ShownPicture &p) { return p.pad == pad; });
  return found == pictures_.end () ? ShownPicture{} : *found;
}

}  // namespace quad
