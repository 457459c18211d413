// Decoded planes, compared with what TurboJPEG makes of the same file as grey and RGB.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "jpeg/decoder.h"
#include "jpeg/scale.h"
#include "support/jpeg_maker.h"

namespace quad::jpeg {
namespace {

using test::JpegBytes;
using test::JpegKind;
using test::make_jpeg;
using Samples = std::vector<std::uint8_t>;
using Kind = Outcome::Kind;

constexpr Size kSizes[] = {{1, 1},   {2, 2},   {3, 3},  {7, 5},  {8, 8},   {16, 16}, {17, 33},
                           {33, 17}, {40, 24}, {65, 1}, {1, 65}, {23, 24}, {24, 23}, {31, 100}};

const JpegKind kKinds[] = {{.sampling = TJSAMP_GRAY}, {.sampling = TJSAMP_420},
                           {.sampling = TJSAMP_422},  {.sampling = TJSAMP_444},
                           {.sampling = TJSAMP_440},  {.rgb = true}};

// How a frame lies in memory.
struct Layout {
  const char *name;
  bool even_rows;  // as GStreamer's: strides are multiples of 4, and the number of rows is even
  int pad;         // bytes more in each row
  bool upside_down = false;
};

constexpr Layout kLayouts[] = {{"as GStreamer's", true, 0},
                               {"tight", false, 0},
                               {"odd strides", false, 37},
                               {"upside down", false, 5, true}};

constexpr std::uint8_t kGuard = 0xa5;

// A frame with bytes around each plane that must not change.
class Frame {
 public:
  Frame (PixelFormat format, Size size, const Layout &layout)
  {
    to_.frame.format = format;
    to_.frame.size = size;
    const FormatInfo &info = info_of (format);
    for (int p = 0; p < info.planes; p++) {
      const auto at = static_cast<std::size_t> (p);
      const Size plane = plane_size (info, p, size);
      const int stride =
          (layout.even_rows ? ceil_div (plane.width, 4) * 4 : plane.width) + layout.pad;
      const int rows = layout.even_rows ? ceil_div (plane.height, 2) * 2 : plane.height;
      const int bytes = stride * (rows - 1) + (layout.even_rows ? stride : plane.width);
      memory_[at].assign (static_cast<std::size_t> (bytes), kGuard);
      memory_[at].shrink_to_fit ();
      auto *data = reinterpret_cast<std::byte *> (memory_[at].data ());
      to_.frame.plane[at] = {data, stride, plane};
      to_.room[at] = memory_[at].size ();
      if (!layout.upside_down) continue;
      to_.frame.plane[at].data += std::ptrdiff_t{stride} * (plane.height - 1);
      to_.frame.plane[at].stride = -stride;
      to_.room[at] = static_cast<std::size_t> (plane.width);
    }
  }
  const Destination &to () const { return to_; }
  // Nothing but the planes may be written.
  void forbid_padding ()
  {
    for (std::size_t p = 0; p < kMaxPlanes; p++) to_.room[p] = 0;
  }
  // Y, U, V or R, G, B.
  Samples component (int c) const
  {
    const bool gbr = to_.frame.format == PixelFormat::gbr;
    const PlaneView &plane = to_.frame.plane[static_cast<std::size_t> (gbr ? (c + 2) % 3 : c)];
    Samples all;
    for (int y = 0; y < plane.size.height; y++) {
      const auto *row = reinterpret_cast<const std::uint8_t *> (plane.row (y));
      all.insert (all.end (), row, row + plane.size.width);
    }
    return all;
  }
  // Bytes between the rows that have changed.
  int written_between () const
  {
    int count = 0;
    const int planes = info_of (to_.frame.format).planes;
    for (std::size_t p = 0; p < static_cast<std::size_t> (planes); p++) {
      const PlaneView &plane = to_.frame.plane[p];
      const int stride = static_cast<int> (std::abs (plane.stride));
      for (std::size_t i = 0; i < memory_[p].size (); i++)
        count += static_cast<int> (i) % stride >= plane.size.width && memory_[p][i] != kGuard;
    }
    return count;
  }

 private:
  Destination to_;
  std::array<Samples, kMaxPlanes> memory_;
};

// A file by TurboJPEG's other function, at the same size.
Samples packed (const JpegBytes &jpeg, Size size, int format)
{
  Samples all (static_cast<std::size_t> (size.width * size.height * tjPixelSize[format]));
  tjhandle handle = tjInitDecompress ();
  tjDecompress2 (handle, jpeg.data (), jpeg.size (), all.data (), size.width, 0, size.height,
                 format, TJFLAG_FASTUPSAMPLE);
  tjDestroy (handle);
  return all;
}

std::uint8_t clamped (int v) { return static_cast<std::uint8_t> (std::clamp (v, 0, 255)); }

// Planes as RGB by the equations of JFIF 1.02, in libjpeg's arithmetic of 16 fraction bits.
Samples rgb_of (const Frame &frame)
{
  const auto fixed = [] (double v) { return static_cast<int> (v * 65536 + 0.5); };
  const Samples y = frame.component (0), u = frame.component (1), v = frame.component (2);
  const Size size = frame.to ().frame.size, chroma = frame.to ().frame.plane[1].size;
  const int h = chroma.width < size.width ? 2 : 1, w = chroma.height < size.height ? 2 : 1;
  Samples all;
  for (int row = 0; row < size.height; row++)
    for (int x = 0; x < size.width; x++) {
      const auto at = static_cast<std::size_t> (row / w * chroma.width + x / h);
      const int luma = y[static_cast<std::size_t> (row * size.width + x)];
      const int cb = u[at] - 128, cr = v[at] - 128;
      all.push_back (clamped (luma + ((fixed (1.402) * cr + 32768) >> 16)));
      all.push_back (
          clamped (luma + ((-fixed (0.34414) * cb - fixed (0.71414) * cr + 32768) >> 16)));
      all.push_back (clamped (luma + ((fixed (1.772) * cb + 32768) >> 16)));
    }
  return all;
}

Samples interleaved (const Frame &frame)
{
  const Samples r = frame.component (0), g = frame.component (1), b = frame.component (2);
  Samples all;
  for (std::size_t i = 0; i < r.size (); i++) all.insert (all.end (), {r[i], g[i], b[i]});
  return all;
}

// Chroma that the other function cannot show: at less than the full size it decodes 4:2:0 with
// more chroma. TurboJPEG's planes in its own memory.
Samples chroma_in_one (const JpegBytes &jpeg, Size size, int c)
{
  Samples all (tjBufSizeYUV2 (size.width, 1, size.height, TJSAMP_420));
  tjhandle handle = tjInitDecompress ();
  tjDecompressToYUV2 (handle, jpeg.data (), jpeg.size (), all.data (), size.width, 1, size.height,
                      0);
  tjDestroy (handle);
  const auto bytes = [&] (int i) {
    return tjPlaneSizeYUV (i, size.width, 0, size.height, TJSAMP_420);
  };
  const std::size_t begin = bytes (0) + (c == 2 ? bytes (1) : 0);
  const auto from = all.begin () + static_cast<std::ptrdiff_t> (begin);
  return Samples (from, from + static_cast<std::ptrdiff_t> (bytes (c)));
}

void expect_same (const JpegBytes &jpeg, const Frame &frame, const Header &header, int scale)
{
  const Size size = frame.to ().frame.size;
  if (header.colors == Colors::rgb) {
    EXPECT_EQ (interleaved (frame), packed (jpeg, size, TJPF_RGB));
    return;
  }
  EXPECT_EQ (frame.component (0), packed (jpeg, size, TJPF_GRAY));
  if (header.colors == Colors::grey) return;
  if (frame.to ().frame.format == PixelFormat::i420 && scale != kFullScale) {
    for (const int c : {1, 2}) EXPECT_EQ (frame.component (c), chroma_in_one (jpeg, size, c));
    return;
  }
  EXPECT_EQ (rgb_of (frame), packed (jpeg, size, TJPF_RGB));
}

struct Decoded {
  Frame frame;
  Outcome outcome;
};

Decoded decoded (Decoder &decoder, const JpegBytes &jpeg, int scale,
                 const Layout &layout = kLayouts[0])
{
  const auto header = read_header (jpeg);
  if (!header || !sampling_of (*header)) throw std::runtime_error ("no header");
  Decoded d{Frame (sampling_of (*header)->format, scaled (header->size, scale), layout), {}};
  d.outcome = decoder.decode (jpeg, *header, d.frame.to ());
  return d;
}

class JpegDecoder : public testing::TestWithParam<std::size_t> {};

TEST_P (JpegDecoder, AllSizesScalesAndLayouts)
{
  Decoder decoder;
  JpegKind kind = kKinds[GetParam ()];
  for (const Size size : kSizes)
    for (const bool progressive : {false, true})
      for (const int restart : {0, 1}) {
        kind.progressive = progressive;
        kind.restart_rows = restart;
        const JpegBytes jpeg = make_jpeg (size, kind);
        for (const int scale : kScales)
          for (const Layout &layout : kLayouts) {
            SCOPED_TRACE (testing::Message () << size.width << "x" << size.height << " at " << scale
                                              << "/8, " << layout.name << ", progressive "
                                              << progressive << ", restart " << restart);
            const Decoded d = decoded (decoder, jpeg, scale, layout);
            EXPECT_EQ (d.outcome.kind, Kind::whole) << d.outcome.why;
            expect_same (jpeg, d.frame, *read_header (jpeg), scale);
            if (HasFailure ()) return;
          }
      }
}

TEST_P (JpegDecoder, NothingIsWrittenWhereThereIsNoRoom)
{
  Decoder decoder;
  for (const Size size : kSizes)
    for (const int scale : kScales) {
      const JpegBytes jpeg = make_jpeg (size, kKinds[GetParam ()]);
      const auto header = read_header (jpeg);
      Frame frame (sampling_of (*header)->format, scaled (size, scale), {"padded", true, 8});
      frame.forbid_padding ();
      EXPECT_EQ (decoder.decode (jpeg, *header, frame.to ()).kind, Kind::whole);
      EXPECT_EQ (frame.written_between (), 0);
      expect_same (jpeg, frame, *header, scale);
    }
}

INSTANTIATE_TEST_SUITE_P (Kinds, JpegDecoder, testing::Range (std::size_t{0}, std::size (kKinds)));

TEST (JpegDecoder, GreyWithSamplingFactors)
{
  Decoder decoder;
  const JpegBytes jpeg =
      test::with_factors (make_jpeg ({21, 19}, {.sampling = TJSAMP_GRAY}), 0, 0x22);
  for (const int scale : kScales) {
    const Decoded d = decoded (decoder, jpeg, scale);
    EXPECT_EQ (d.outcome.kind, Kind::whole);
    expect_same (jpeg, d.frame, *read_header (jpeg), scale);
  }
}

TEST (JpegDecoder, ArithmeticCoding)
{
  Decoder decoder;
  for (const bool progressive : {false, true}) {
    const JpegBytes jpeg = make_jpeg ({33, 17}, {.progressive = progressive, .arithmetic = true});
    const auto header = read_header (jpeg);
    ASSERT_TRUE (header);
    EXPECT_EQ (header->process, progressive ? 0xca : 0xc9);
    for (const int scale : kScales) {
      const Decoded d = decoded (decoder, jpeg, scale);
      EXPECT_EQ (d.outcome.kind, Kind::whole) << d.outcome.why;
      expect_same (jpeg, d.frame, *header, scale);
    }
  }
}

// As webcams and AVI files have it. The tables are the standard ones, whatever the last frame had.
TEST (JpegDecoder, WithoutHuffmanTables)
{
  for (JpegKind kind : kKinds) {
    Decoder decoder;
    const JpegBytes whole = make_jpeg ({33, 17}, kind);
    const JpegBytes bare = test::without_segments (whole, 0xc4);
    kind.optimized = true;
    kind.shade = 3;
    const JpegBytes other = make_jpeg ({33, 17}, kind);
    ASSERT_LT (bare.size (), whole.size ());
    for (const JpegBytes *jpeg : {&bare, &other, &bare}) {
      const Decoded d = decoded (decoder, *jpeg, 8);
      EXPECT_EQ (d.outcome.kind, Kind::whole) << d.outcome.why;
      expect_same (jpeg == &bare ? whole : *jpeg, d.frame, *read_header (*jpeg), 8);
    }
  }
}

TEST (JpegDecoder, TablesOfTheLastPictureAreNotUsed)
{
  Decoder decoder;
  const JpegBytes whole = make_jpeg ({33, 17});
  EXPECT_EQ (decoded (decoder, whole, 8).outcome.kind, Kind::whole);
  const Decoded d = decoded (decoder, test::without_segments (whole, 0xdb), 8);
  EXPECT_EQ (d.outcome.kind, Kind::nothing);
  EXPECT_NE (d.outcome.why, "");
}

TEST (JpegDecoder, AMissingEndIsNoDamage)
{
  Decoder decoder;
  for (const JpegKind &kind : kKinds) {
    const JpegBytes jpeg = make_jpeg ({33, 17}, kind);
    const Decoded d = decoded (decoder, test::without_end (jpeg), 8);
    EXPECT_EQ (d.outcome.kind, Kind::whole) << d.outcome.why;
    expect_same (jpeg, d.frame, *read_header (jpeg), 8);
  }
  // Of a progressive file it may be the last scans that are missing.
  const JpegBytes progressive = make_jpeg ({33, 17}, {.progressive = true});
  EXPECT_EQ (decoded (decoder, test::without_end (progressive), 8).outcome.kind, Kind::damaged);
}

// As some cameras pad it.
TEST (JpegDecoder, BytesBeforeTheEndAreNoDamage)
{
  Decoder decoder;
  for (const bool progressive : {false, true}) {
    const JpegBytes jpeg = make_jpeg ({33, 17}, {.progressive = progressive});
    const JpegBytes padded =
        test::joined ({test::without_end (jpeg), JpegBytes (20), {0xff, 0xd9}});
    const Decoded d = decoded (decoder, padded, 8);
    EXPECT_EQ (d.outcome.kind, Kind::whole) << d.outcome.why;
    EXPECT_EQ (d.outcome.why, "");
    expect_same (jpeg, d.frame, *read_header (jpeg), 8);
  }
}

// A cut file is shown as far as it goes: the rows of blocks before the cut are right.
TEST (JpegDecoder, CutAnywhere)
{
  Decoder decoder;
  for (const bool progressive : {false, true}) {
    const JpegBytes jpeg = make_jpeg ({40, 64}, {.progressive = progressive});
    const Samples luma = decoded (decoder, jpeg, 8).frame.component (0);
    const std::size_t begin = test::marker_at (jpeg, 0xda) + 14;
    for (std::size_t size = begin; size + 3 < jpeg.size (); size += progressive ? 7 : 1) {
      const JpegBytes cut (jpeg.begin (), jpeg.begin () + static_cast<std::ptrdiff_t> (size));
      const Decoded d = decoded (decoder, cut, 8);
      EXPECT_EQ (d.outcome.kind, Kind::damaged) << size;
      if (progressive || size < begin + (jpeg.size () - begin) * 3 / 4) continue;
      const Samples cut_luma = d.frame.component (0);
      EXPECT_TRUE (std::equal (luma.begin (), luma.begin () + 40 * 16, cut_luma.begin ())) << size;
    }
    // And a decoder that met damage decodes on.
    EXPECT_EQ (decoded (decoder, jpeg, 8).frame.component (0), luma);
  }
}

// As some webcams write them. All is shown; but what else is wrong would not be said, so this is.
TEST (JpegDecoder, BytesBeforeARestartMarkerAreSaid)
{
  Decoder decoder;
  const JpegBytes jpeg = make_jpeg ({33, 70}, {.restart_rows = 1});
  std::size_t at = test::marker_at (jpeg, 0xda) + 14;
  while (jpeg[at] != 0xff || jpeg[at + 1] != 0xd1) at++;
  for (const std::size_t count : {9, 100}) {
    JpegBytes other = jpeg;
    other.insert (other.begin () + static_cast<std::ptrdiff_t> (at), count, std::uint8_t{0});
    const Decoded d = decoded (decoder, other, 8);
    EXPECT_EQ (d.outcome.kind, Kind::damaged);
    EXPECT_NE (d.outcome.why, "");
    expect_same (jpeg, d.frame, *read_header (jpeg), 8);
  }
}

// And the next picture is decoded.
TEST (JpegDecoder, AnyByteMayBeAnything)
{
  Decoder decoder;
  for (const JpegKind &kind : kKinds) {
    const JpegBytes jpeg = make_jpeg ({17, 9}, kind);
    for (std::size_t i = 2; i < jpeg.size (); i++)
      for (const int value : {0, 1, 0x11, 0x22, 0x7f, 0xd8, 0xfe, 0xff}) {
        JpegBytes other = jpeg;
        other[i] = static_cast<std::uint8_t> (value);
        const auto header = read_header (other);
        if (!header || !refusal_of (*header, 100'000).empty ()) continue;
        for (const int scale : {1, 8}) (void)decoded (decoder, other, scale, kLayouts[1]);
        ASSERT_EQ (decoded (decoder, jpeg, 1).outcome.kind, Kind::whole) << i << ": " << value;
      }
  }
}

// What a command prints.
std::string output_of (const std::string &command)
{
  std::string all;
  std::FILE *pipe = popen (command.c_str (), "r");
  char part[4096];
  for (std::size_t n; pipe && (n = std::fread (part, 1, sizeof part, pipe)) > 0;)
    all.append (part, n);
  if (pipe) pclose (pipe);
  return all;
}

// "1x2,1x2,1x2" means the same as "1x1,1x1,1x1", but the blocks lie in another order.
TEST (JpegDecoder, UnusualFactorsOfTheSameSampling)
{
  if (output_of ("command -v cjpeg").empty ()) GTEST_SKIP () << "needs libjpeg-turbo-progs";
  const auto file = [] (const std::string &factors) {
    const std::string jpeg = output_of (
        "seq 100000 999999 | head -c 4455 | (printf 'P6 45 33 255 '; cat) | cjpeg -sample " +
        factors);
    return JpegBytes (jpeg.begin (), jpeg.end ());
  };
  Decoder decoder;
  for (const auto &[unusual, usual] : {std::pair{"1x2,1x2,1x2", "1x1,1x1,1x1"},
                                       {"2x1,2x1,2x1", "1x1,1x1,1x1"},
                                       {"1x3,1x3,1x3", "1x1,1x1,1x1"},
                                       {"3x1,3x1,3x1", "1x1,1x1,1x1"},
                                       {"2x2,1x2,1x2", "2x1,1x1,1x1"},
                                       {"2x2,2x1,2x1", "1x2,1x1,1x1"}})
    for (const int scale : kScales) {
      SCOPED_TRACE (std::string{unusual} + " " + std::to_string (scale));
      const Decoded d = decoded (decoder, file (unusual), scale);
      ASSERT_EQ (d.outcome.kind, Kind::whole) << d.outcome.why;
      const Decoded same = decoded (decoder, file (usual), scale);
      for (const int c : {0, 1, 2})
        EXPECT_EQ (d.frame.component (c), same.frame.component (c)) << c;
    }
}

// Another program's files and another program's samples.
TEST (JpegDecoder, FilesOfCjpegAsDjpegShowsThem)
{
  if (output_of ("command -v cjpeg djpeg").empty ()) GTEST_SKIP () << "needs libjpeg-turbo-progs";
  char folder[] = "/tmp/quadjpegXXXXXX";
  ASSERT_TRUE (mkdtemp (folder));
  const std::string file = std::string{folder} + "/file";
  const std::string picture = "seq 100000 999999 | head -c 4455 | (printf 'P6 45 33 255 '; cat) | ";
  Decoder decoder;
  for (const char *options :
       {"-sample 2x2", "-sample 2x1", "-sample 1x1", "-sample 1x2", "-grayscale", "-progressive",
        "-restart 1", "-arithmetic", "-quality 40 -optimize", "-rgb"})
    for (const int scale : kScales) {
      const std::string jpeg = output_of (picture + "cjpeg " + options);
      const JpegBytes bytes (jpeg.begin (), jpeg.end ());
      std::FILE *written = std::fopen (file.c_str (), "wb");
      std::fwrite (bytes.data (), 1, bytes.size (), written);
      std::fclose (written);
      const bool rgb = std::string{options} == "-rgb";
      const std::string shown =
          output_of (std::string{"djpeg -pnm "} + (rgb ? "-rgb" : "-grayscale") + " -scale " +
                     std::to_string (scale) + "/8 " + file);
      const Decoded d = decoded (decoder, bytes, scale);
      ASSERT_EQ (d.outcome.kind, Kind::whole) << options << ": " << d.outcome.why;
      const Samples ours = rgb ? interleaved (d.frame) : d.frame.component (0);
      ASSERT_GT (shown.size (), ours.size ()) << options;
      // The samples are behind a short header.
      const std::string theirs = shown.substr (shown.size () - ours.size ());
      EXPECT_EQ (Samples (theirs.begin (), theirs.end ()), ours) << options << " " << scale;
    }
  std::remove (file.c_str ());
  std::remove (folder);
}

// Thousands of empty scans would take hours.
TEST (JpegDecoder, TooManyScansAreRefused)
{
  const JpegBytes jpeg = make_jpeg ({64, 64}, {.sampling = TJSAMP_GRAY, .progressive = true});
  const std::size_t scan = test::marker_at (jpeg, 0xda);
  JpegBytes many (jpeg.begin (), jpeg.begin () + static_cast<std::ptrdiff_t> (scan));
  for (int i = 0; i < 2000; i++)
    many.insert (many.end (), jpeg.begin () + static_cast<std::ptrdiff_t> (scan),
                 jpeg.begin () + static_cast<std::ptrdiff_t> (scan) + 40);
  Decoder decoder;
  const Decoded d = decoded (decoder, many, 8);
  EXPECT_EQ (d.outcome.kind, Kind::nothing);
  EXPECT_NE (d.outcome.why.find ("scans"), std::string::npos) << d.outcome.why;
}

}  // namespace
}  // namespace quad::jpeg
