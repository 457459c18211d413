#include "matte/small_picture.h"

#include "matte/row_ops.h"

namespace quad::matte {

void SmallPicture::resize (Size size, int planes)
{
  size_ = size;
  stride_ = padded (size.width);
  bytes_.assign (stride_ * std::size_t (size.height) * std::size_t (planes), 0);
}

}  // namespace quad::matte
