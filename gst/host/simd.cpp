#include "host/ops.h"

namespace quad::host {
const Ops &simd_ops () { return scalar_ops (); }
}  // namespace quad::host
