// A TurboJPEG that was built without arithmetic decoding. The element is linked in, and so are
// these functions in place of the library's.
#include <turbojpeg.h>

#include "elements/jpeg/quadjpegdec.h"
#include "harness.h"

extern "C" {

int tjDecompressToYUVPlanes (tjhandle, const unsigned char *, unsigned long, unsigned char **, int,
                             int *, int, int)
{
  return -1;
}

char *tjGetErrorStr2 (tjhandle)
{
  static char text[] = "tjDecompressToYUVPlanes(): Sorry, arithmetic coding is not implemented";
  return text;
}

int tjGetErrorCode (tjhandle) { return TJERR_FATAL; }
}

namespace quad::test {
namespace {

TEST (JpegCoding, IsNamedIfTheLibraryLacksIt)
{
  GST_ELEMENT_REGISTER (quadjpegdec, nullptr);
  JpegDecoding decoding;
  EXPECT_EQ (decoding.push (make_jpeg ({32, 16}), 0), GST_FLOW_ERROR);
  const std::string error = decoding.bus ().error ();
  for (const char *part : {"TurboJPEG", "arithmetic coding is not", "Huffman"})
    EXPECT_NE (error.find (part), std::string::npos) << error;
}

}  // namespace
}  // namespace quad::test
