// Decodes a JPEG again and again into planes by TurboJPEG, as gst/jpeg does, without GStreamer.
#include <turbojpeg.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace {

std::vector<char> read (const char *path)
{
  std::ifstream file (path, std::ios::binary | std::ios::ate);
  std::vector<char> bytes (static_cast<std::size_t> (std::max<std::streamoff> (0, file.tellg ())));
  file.seekg (0);
  file.read (bytes.data (), static_cast<std::streamsize> (bytes.size ()));
  return bytes;
}

}  // namespace

int main (int argc, char **argv)
{
  if (argc != 4) {
    std::fprintf (stderr, "usage: turbojpeg_alone FILE TIMES EIGHTHS\n");
    return 2;
  }
  const int times = std::atoi (argv[2]), eighths = std::atoi (argv[3]);
  const tjhandle handle = tjInitDecompress ();
  std::vector<unsigned char> frame;
  for (int i = 0; i < times; i++) {
    const std::vector<char> jpeg = read (argv[1]);
    const auto *bytes = reinterpret_cast<const unsigned char *> (jpeg.data ());
    int width = 0, height = 0, sampling = 0, colors = 0;
    if (tjDecompressHeader3 (handle, bytes, jpeg.size (), &width, &height, &sampling, &colors) != 0)
      return 1;
    width = (width * eighths + 7) / 8;
    height = (height * eighths + 7) / 8;
    unsigned char *planes[3] = {};
    int strides[3] = {};
    std::size_t size = 0;
    for (int c = 0; c < 3; c++) size += tjPlaneSizeYUV (c, width, 0, height, sampling);
    frame.resize (size);
    std::size_t at = 0;
    for (int c = 0; c < 3; c++) {
      planes[c] = frame.data () + at;
      strides[c] = tjPlaneWidth (c, width, sampling);
      at += tjPlaneSizeYUV (c, width, 0, height, sampling);
    }
    if (tjDecompressToYUVPlanes (handle, bytes, jpeg.size (), planes, width, strides, height,
                                 TJFLAG_LIMITSCANS) != 0)
      return 1;
  }
  tjDestroy (handle);
}
