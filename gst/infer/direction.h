// Which way a tensor goes.
#pragma once

namespace quad::infer {

enum class Direction { input, output };

}  // namespace quad::infer
