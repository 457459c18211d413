#include "host/simd.h"

namespace quad::host {

const Ops &simd_ops ()
{
  static constexpr Ops ops = {simd::vertical,       simd::split, simd::pack,     simd::horizontal,
                              simd::horizontal_mid, simd::map,   simd::light,    simd::join,
                              simd::every_second,   simd::box2,  simd::box2_mid, simd::opaque,
                              simd::opaque_mid};
  return ops;
}

}  // namespace quad::host
