#include "input.h"

#include <cstdio>
#include <cstdlib>

namespace quad::fuzz {

void require (bool holds, const char *what)
{
  if (holds) return;
  std::fprintf (stderr, "FAILED: %s\n", what);
  std::abort ();
}

}  // namespace quad::fuzz

extern "C" int LLVMFuzzerTestOneInput (const std::uint8_t *data, std::size_t size)
{
  quad::fuzz::Input in (data, size);
  quad::fuzz::try_input (in);
  return 0;
}
