// Random caps and segments.
#include <cmath>
#include <iterator>

#include "random.h"

namespace quad::fuzz {
namespace {

constexpr const char *kDrawn[] = {
    "I420", "NV12", "YV12", "NV21", "Y42B", "Y444", "I420_10LE", "P010_10LE", "BGRA",  "RGBA",
    "ARGB", "ABGR", "BGRx", "RGBx", "xRGB", "xBGR", "RGB",       "BGR",       "GRAY8", "GRAY16_LE"};
constexpr const char *kPacked[] = {"RGBA", "BGRA", "RGBx", "BGRx", "RGB", "BGR", "GRAY8"};
constexpr const char *kOther[] = {"YUY2",    "UYVY",     "v210",       "RGB16", "RGB8P", "AYUV",
                                  "ENCODED", "nonsense", "NV12_64Z32", "Y410",  "A420"};
constexpr const char *kNoPicture[] = {
    "audio/x-raw,format=S16LE,rate=8000,channels=1,layout=interleaved",
    "image/jpeg",
    "video/x-h264,width=16,height=16",
    "video/x-raw",
    "video/x-raw,format=I420",
    "video/x-raw,format=I420,width=0,height=0",
    "text/x-raw"};

template <std::size_t n>
const char *pick (Random &random, const char *const (&list)[n])
{
  return list[random.below (static_cast<int> (n))];
}

int some_side (Random &random)
{
  if (random.one_in (60))
    return random.pick ({0, -1, 16384, 16385, 65535, 65536, 32768, G_MAXINT, G_MAXINT / 16});
  return random.one_in (4) ? 1 + random.below (5) : 1 + random.below (80);
}

struct Fraction {
  int n, d;
};
void set_fraction (GstCaps *caps, const char *field, Fraction f)
{
  gst_caps_set_simple (caps, field, GST_TYPE_FRACTION, f.n, f.d, nullptr);
}
void set_text (GstCaps *caps, const char *field, const char *text)
{
  gst_caps_set_simple (caps, field, G_TYPE_STRING, text, nullptr);
}

Owned<GstCaps> some_jpeg_caps (Random &random)
{
  Owned<GstCaps> caps{gst_caps_new_empty_simple ("image/jpeg")};
  if (!random.one_in (4))
    set_fraction (caps.get (), "framerate",
                  random.pick<Fraction> ({{30, 1}, {0, 1}, {G_MAXINT, 1}, {1, G_MAXINT}}));
  if (random.one_in (3))
    gst_caps_set_simple (caps.get (), "width", G_TYPE_INT, some_side (random), "height", G_TYPE_INT,
                         some_side (random), nullptr);
  if (random.one_in (3))
    gst_caps_set_simple (caps.get (), "parsed", G_TYPE_BOOLEAN, random.one_in (2), nullptr);
  if (random.one_in (6)) set_fraction (caps.get (), "pixel-aspect-ratio", {4, 3});
  if (random.one_in (6)) set_text (caps.get (), "colorimetry", "bt709");
  return caps;
}

}  // namespace

Taken taken_by (const std::string &element)
{
  if (element == "gifstreamenc") return Taken::packed;
  return element == "quadjpegdec" || element == "jpegdec" ? Taken::jpeg : Taken::raw;
}

Owned<GstCaps> some_caps (Random &random, Taken taken)
{
  if (random.one_in (40)) return Owned<GstCaps>{gst_caps_from_string (pick (random, kNoPicture))};
  if (taken == Taken::jpeg) return some_jpeg_caps (random);
  const char *format = random.one_in (30)       ? pick (random, kOther)
                       : taken == Taken::packed ? pick (random, kPacked)
                       : taken == Taken::mask   ? "GRAY8"
                                                : pick (random, kDrawn);
  Owned<GstCaps> owned{gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format, "width",
                                            G_TYPE_INT, some_side (random), "height", G_TYPE_INT,
                                            some_side (random), nullptr)};
  GstCaps *caps = owned.get ();
  if (!random.one_in (10))
    set_fraction (caps, "framerate",
                  random.pick<Fraction> ({{30, 1},
                                          {25, 1},
                                          {24000, 1001},
                                          {0, 1},
                                          {1, 1},
                                          {1000, 1},
                                          {60, 1},
                                          {1, 60},
                                          {G_MAXINT, 1},
                                          {1, G_MAXINT}}));
  if (random.one_in (5))
    set_fraction (caps, "pixel-aspect-ratio",
                  random.pick<Fraction> ({{1, 1},
                                          {4, 3},
                                          {1, 2},
                                          {G_MAXINT, 1},
                                          {1, G_MAXINT},
                                          {G_MAXINT, G_MAXINT - 1},
                                          {16, 11}}));
  if (random.one_in (5))
    set_text (
        caps, "colorimetry",
        random.pick ({"bt601", "bt709", "bt2020", "bt2100-pq", "bt2100-hlg", "sRGB", "1:4:0:0",
                      "2:0:0:0", "2:4:5:1", "nonsense", "0:0:0:0", "smpte240m", "1:1:7:1"}));
  if (random.one_in (6))
    set_text (
        caps, "chroma-site",
        random.pick ({"mpeg2", "jpeg", "cosited", "v-cosited", "none", "dv", "alt-line", "junk"}));
  if (random.one_in (15))
    set_text (caps, "interlace-mode",
              random.pick ({"progressive", "interleaved", "mixed", "alternate", "fields"}));
  if (random.one_in (25)) set_text (caps, "multiview-mode", "side-by-side");
  if (random.one_in (40))
    gst_caps_set_features_simple (
        caps,
        gst_caps_features_new (random.pick ({"memory:CUDAMemory", "memory:GLMemory",
                                             "memory:DMABuf", "meta:GstVideoOverlayComposition"}),
                               nullptr));
  return owned;
}

GstSegment some_segment (Random &random)
{
  constexpr guint64 kSigned = G_MAXINT64;
  GstSegment s;
  gst_segment_init (&s, random.one_in (25) ? random.pick ({GST_FORMAT_BYTES, GST_FORMAT_DEFAULT,
                                                           GST_FORMAT_PERCENT})
                                           : GST_FORMAT_TIME);
  if (random.one_in (3)) s.start = random.time_below (3'000);
  if (random.one_in (4)) s.stop = s.start + random.time_below (3'000);
  if (random.one_in (4)) s.time = random.time_below (3'000);
  if (random.one_in (4)) s.base = random.time_below (3'000);
  if (random.one_in (5)) s.position = s.start;
  if (random.one_in (6)) s.duration = random.time_below (3'000);
  if (random.one_in (8))
    s.rate = random.pick<double> ({-1., 2., 0.5, 100., 1e-9, 1e9, -0.25, INFINITY});
  if (random.one_in (12)) s.applied_rate = random.pick ({-1., 2., 0.5, 1e9});
  if (random.one_in (20)) s.offset = random.time_below (1'000);
  if (random.one_in (30)) s.start = random.pick<guint64> ({kSigned, kSigned + 1, G_MAXUINT64 - 1});
  if (random.one_in (40)) s.time = random.pick<guint64> ({kSigned, G_MAXUINT64 - 1, G_MAXUINT64});
  if (random.one_in (40)) s.base = random.pick<guint64> ({kSigned, G_MAXUINT64 - 1});
  if (random.one_in (10)) s.flags = static_cast<GstSegmentFlags> (random.bits () & 0x1ff);
  return s;
}

}  // namespace quad::fuzz
