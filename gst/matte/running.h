// Running sums of a row, from which come the sums over windows.
#pragma once

namespace quad::matte {

// running[j] is the sum of the columns left of j - reach, for j < width + 2 * reach + 1.
template <typename Number>
void run (const Number *sums, int width, int reach, Number *running)
{
  Number total = 0;
  for (int x = 0; x <= reach; x++) running[x] = 0;
  Number *out = running + reach + 1;
  for (int x = 0; x < width; x++) out[x] = total += sums[x];
  for (int x = width; x < width + reach; x++) out[x] = total;
}

}  // namespace quad::matte
