// Writes the first inputs of fuzz-jpeg into a folder: small files of all kinds, and streams of
// them.
#include <cstdio>
#include <fstream>

#include "support/jpeg_maker.h"

namespace {

using namespace quad::test;

struct Folder {
  std::string path;
  int count = 0;

  // The fuzzer reads its choices from the end.
  void add (JpegBytes bytes)
  {
    bytes.insert (bytes.end (), {1, 3, 40, 0});
    std::ofstream file (path + "/seed-" + std::to_string (count++), std::ios::binary);
    file.write (reinterpret_cast<const char *> (bytes.data ()),
                static_cast<std::streamsize> (bytes.size ()));
  }
};

}  // namespace

int main (int count, char **arguments)
{
  if (count != 2) return 1;
  Folder folder{arguments[1]};
  JpegKind kinds[] = {{.sampling = TJSAMP_GRAY},
                      {.sampling = TJSAMP_420},
                      {.sampling = TJSAMP_422},
                      {.sampling = TJSAMP_444},
                      {.sampling = TJSAMP_440},
                      {.sampling = TJSAMP_411},
                      {.rgb = true}};
  for (JpegKind &kind : kinds) {
    kind.quality = 50;
    for (const quad::Size size : {quad::Size{1, 1}, {17, 9}, {24, 33}}) {
      kind.progressive = kind.arithmetic = kind.optimized = false;
      kind.restart_rows = 0;
      const JpegBytes plain = make_jpeg (size, kind);
      folder.add (plain);
      folder.add (without_end (plain));
      folder.add ({plain.begin (), plain.end () - 6});  // cut inside of its scan
      folder.add (with_size (plain, 65500, 65500));
      folder.add (with_size (plain, size.width + 40, 1));
      folder.add (without_segments (plain, 0xc4));
      folder.add (with_segment (plain, 0xe1, exif (6, size.width % 2)));
      folder.add (with_segment (plain, 0xe2, mpf ({0, 900}, size.width % 2)));
      folder.add (joined ({plain, {0, 1, 0xff, 0xd8}, without_end (plain), plain}));
      kind.restart_rows = 1;
      folder.add (make_jpeg (size, kind));
      kind.optimized = true;
      folder.add (make_jpeg (size, kind));
      kind.optimized = false;
      kind.arithmetic = true;
      folder.add (make_jpeg (size, kind));
      kind.progressive = true;
      folder.add (make_jpeg (size, kind));
      kind.arithmetic = false;
      folder.add (make_jpeg (size, kind));
    }
  }
  std::printf ("%d seeds\n", folder.count);
  return 0;
}
