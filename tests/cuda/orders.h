// Draws with the blocks of each launch in both orders.
#pragma once

#include <gtest/gtest.h>

#include "host/scenes.h"
#include "support/hostcuda/hostcuda.h"

namespace quad::test {

// draw() compares with the host.
inline void draw_in_both_orders (const Scene &scene)
{
  hostcuda::set_block_order (hostcuda::Order::forward);
  const Picture forward = draw (scene);
  hostcuda::set_block_order (hostcuda::Order::backward);
  const Picture backward = draw (scene);
  hostcuda::set_block_order (hostcuda::Order::forward);
  EXPECT_EQ (first_difference (forward, backward), "") << describe (scene);
}

}  // namespace quad::test
