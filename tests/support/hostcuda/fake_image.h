// Images that stand for device code.
#pragma once

#include <cstring>
#include <string_view>

namespace hostcuda {

// The image that the NVRTC double makes of any source.
inline constexpr char kFakeImage[] = "hostcuda image: no code, the driver's double has its own\n";

inline bool starts_with (const void *image, std::string_view mark)
{
  return std::strncmp (static_cast<const char *> (image), mark.data (), mark.size ()) == 0;
}

// A fat binary, an ELF file, PTX text, or the NVRTC double's image.
inline bool is_image (const void *image)
{
  using namespace std::string_view_literals;
  if (starts_with (image, "\x50\xED\x55\xBA"sv) ||
      starts_with (image,
                   "\x7F"
                   "ELF"sv) ||
      starts_with (image, kFakeImage))
    return true;
  // PTX ends in a 0, and its version comes before all but comments.
  return std::strstr (static_cast<const char *> (image), ".version") != nullptr;
}

}  // namespace hostcuda
