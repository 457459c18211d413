// The guided filter's row operations with the machine's best instructions.
#pragma once

#include "matte/row_ops.h"

namespace quad::host {

// They give the numbers of matte::plain_row_ops ().
const matte::RowOps &matte_row_ops ();

}  // namespace quad::host
