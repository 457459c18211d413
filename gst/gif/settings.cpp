#include "gif/settings.h"

namespace quad::gif {

std::uint32_t tolerance_of (const Settings &settings)
{
  const int square = settings.lossy * settings.lossy;
  return static_cast<std::uint32_t> ((kRedWeight + kGreenWeight + kBlueWeight) * square / 25);
}

}  // namespace quad::gif
