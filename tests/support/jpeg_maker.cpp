#include "support/jpeg_maker.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace quad::test {
namespace {

// Writes the planes to a JPEG file, which tjFree () frees. Not 0 if that fails.
#ifdef TJ_NUMINIT  // TurboJPEG 3
int compress (tjhandle handle, Size size, const JpegKind &kind, int sampling,
              const unsigned char **planes, unsigned char **file, std::size_t &bytes)
{
  tj3Set (handle, TJPARAM_QUALITY, kind.quality);
  tj3Set (handle, TJPARAM_SUBSAMP, sampling);
  if (kind.progressive) tj3Set (handle, TJPARAM_PROGRESSIVE, 1);
  if (kind.arithmetic) tj3Set (handle, TJPARAM_ARITHMETIC, 1);
  if (kind.optimized) tj3Set (handle, TJPARAM_OPTIMIZE, 1);
  if (kind.restart_rows) tj3Set (handle, TJPARAM_RESTARTROWS, kind.restart_rows);
  return tj3CompressFromYUVPlanes8 (handle, planes, size.width, nullptr, size.height, file, &bytes);
}
#else
// Variables of the environment, which are parameters in TurboJPEG 3.
class Variable {
 public:
  Variable (const char *name, const std::string &value) : name_ (name), set_ (!value.empty ())
  {
    if (set_) setenv (name, value.c_str (), 1);
  }
  ~Variable ()
  {
    if (set_) unsetenv (name_);
  }
  Variable (const Variable &) = delete;
  Variable &operator= (const Variable &) = delete;

 private:
  const char *name_;
  bool set_;
};

int compress (tjhandle handle, Size size, const JpegKind &kind, int sampling,
              const unsigned char **planes, unsigned char **file, std::size_t &bytes)
{
  const Variable restart ("TJ_RESTART",
                          kind.restart_rows ? std::to_string (kind.restart_rows) : "");
  const Variable arithmetic ("TJ_ARITHMETIC", kind.arithmetic ? "1" : "");
  const Variable optimized ("TJ_OPTIMIZE", kind.optimized ? "1" : "");
  unsigned long length = 0;
  const int status =
      tjCompressFromYUVPlanes (handle, planes, size.width, nullptr, size.height, sampling, file,
                               &length, kind.quality, kind.progressive ? TJFLAG_PROGRESSIVE : 0);
  bytes = length;
  return status;
}
#endif

std::uint8_t sample (int plane, int x, int y, int shade)
{
  const int wave = (x * (3 + plane) + y * 2 + shade * 31) % 256;
  const int ramp = wave < 128 ? wave : 255 - wave;
  const int detail = (x / 4 + y / 4 + plane) % 2 ? 40 : 0;
  return static_cast<std::uint8_t> (40 + ramp + detail);
}

class Bytes {
 public:
  explicit Bytes (bool little) : little_ (little) {}
  void u16 (unsigned v) { number (v, 2); }
  void u32 (std::uint32_t v) { number (v, 4); }
  void text (const std::string &s) { all.insert (all.end (), s.begin (), s.end ()); }
  JpegBytes all;

 private:
  void number (std::uint32_t v, int bytes)
  {
    for (int i = 0; i < bytes; i++)
      all.push_back (static_cast<std::uint8_t> (v >> 8 * (little_ ? i : bytes - 1 - i)));
  }
  bool little_;
};

std::size_t length_at (const JpegBytes &jpeg, std::size_t marker)
{
  return static_cast<std::size_t> (jpeg[marker + 2] << 8 | jpeg[marker + 3]);
}

std::size_t frame_at (const JpegBytes &jpeg)
{
  for (const int sof : {0xc0, 0xc1, 0xc2, 0xc9, 0xca})
    if (const auto at = marker_at (jpeg, static_cast<std::uint8_t> (sof)); at != 0) return at;
  throw std::runtime_error ("no frame");
}

}  // namespace

JpegBytes make_jpeg (Size size, const JpegKind &kind)
{
  const int sampling = kind.rgb ? TJSAMP_444 : kind.sampling;
  const int count = sampling == TJSAMP_GRAY ? 1 : 3;
  std::vector<JpegBytes> planes (3);
  const unsigned char *data[3] = {};
  for (int i = 0; i < count; i++) {
    const int width = tjPlaneWidth (i, size.width, sampling);
    const int height = tjPlaneHeight (i, size.height, sampling);
    JpegBytes &plane = planes[static_cast<std::size_t> (i)];
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) plane.push_back (sample (i, x, y, kind.shade));
    data[i] = plane.data ();
  }
  unsigned char *file = nullptr;
  std::size_t bytes = 0;
  tjhandle handle = tjInitCompress ();
  const int status = compress (handle, size, kind, sampling, data, &file, bytes);
  JpegBytes made (file, file + bytes);
  tjFree (file);
  tjDestroy (handle);
  if (status != 0) throw std::runtime_error ("cannot make a JPEG");
  if (!kind.rgb) return made;
  // Adobe's segment says that nothing was transformed; JFIF's would say that it is YCbCr.
  return with_segment (without_segments (made, 0xe0), 0xee,
                       {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0});
}

std::size_t marker_at (const JpegBytes &jpeg, std::uint8_t marker)
{
  for (std::size_t at = 2; at + 4 <= jpeg.size (); at += 2 + length_at (jpeg, at)) {
    if (jpeg[at + 1] == marker) return at;
    if (jpeg[at + 1] == 0xda) break;
  }
  return 0;
}

JpegBytes without_segments (const JpegBytes &jpeg, std::uint8_t marker)
{
  JpegBytes rest = jpeg;
  while (const std::size_t at = marker_at (rest, marker)) {
    const auto begin = rest.begin () + static_cast<std::ptrdiff_t> (at);
    rest.erase (begin, begin + static_cast<std::ptrdiff_t> (2 + length_at (rest, at)));
  }
  return rest;
}

JpegBytes with_segment (const JpegBytes &jpeg, std::uint8_t marker, const JpegBytes &content)
{
  const std::size_t length = content.size () + 2;
  return joined ({{jpeg[0], jpeg[1], 0xff, marker, static_cast<std::uint8_t> (length >> 8),
                   static_cast<std::uint8_t> (length)},
                  content,
                  JpegBytes (jpeg.begin () + 2, jpeg.end ())});
}

JpegBytes with_size (JpegBytes jpeg, int width, int height)
{
  const std::size_t at = frame_at (jpeg) + 5;
  jpeg[at] = static_cast<std::uint8_t> (height >> 8);
  jpeg[at + 1] = static_cast<std::uint8_t> (height);
  jpeg[at + 2] = static_cast<std::uint8_t> (width >> 8);
  jpeg[at + 3] = static_cast<std::uint8_t> (width);
  return jpeg;
}

JpegBytes with_factors (JpegBytes jpeg, std::size_t component, std::uint8_t factors)
{
  jpeg[frame_at (jpeg) + 11 + 3 * component] = factors;
  return jpeg;
}

JpegBytes without_end (JpegBytes jpeg)
{
  jpeg.resize (jpeg.size () - 2);
  return jpeg;
}

JpegBytes exif_at (int orientation, bool little, std::uint32_t offset)
{
  Bytes b (little);
  b.text (std::string ("Exif\0\0", 6));
  b.text (little ? "II" : "MM");
  b.u16 (42);
  b.u32 (offset);
  b.u16 (2);
  b.u16 (0x010f);  // another tag comes first
  b.u16 (2);
  b.u32 (1);
  b.u32 (0);
  b.u16 (0x0112);
  b.u16 (3);
  b.u32 (1);
  b.u16 (static_cast<unsigned> (orientation));
  b.u16 (0);
  b.u32 (0);
  return b.all;
}

JpegBytes exif (int orientation, bool little) { return exif_at (orientation, little, 8); }

JpegBytes mpf (const std::vector<std::uint32_t> &offsets, bool little)
{
  Bytes b (little);
  b.text (std::string ("MPF\0", 4));
  b.text (little ? "II" : "MM");
  b.u16 (42);
  b.u32 (8);
  b.u16 (1);
  b.u16 (0xb002);
  b.u16 (7);
  b.u32 (static_cast<std::uint32_t> (16 * offsets.size ()));
  b.u32 (26);
  b.u32 (0);
  for (const std::uint32_t offset : offsets) {
    b.u32 (0);
    b.u32 (1000);
    b.u32 (offset);
    b.u32 (0);
  }
  return b.all;
}

JpegBytes joined (const std::vector<JpegBytes> &parts)
{
  JpegBytes all;
  for (const JpegBytes &part : parts) all.insert (all.end (), part.begin (), part.end ());
  return all;
}

}  // namespace quad::test
