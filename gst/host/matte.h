// The row operations of mattes with the machine's best instructions.
#pragma once

#include "matte/foreground_ops.h"
#include "matte/row_ops.h"

namespace quad::host {

// They give the numbers of matte::plain_row_ops () and matte::plain_foreground_ops ().
const matte::RowOps &matte_row_ops ();
const matte::ForegroundOps &foreground_ops ();

}  // namespace quad::host
