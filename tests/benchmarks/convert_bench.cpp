// Times scaling and converting in one pass, beside peers that do both; and what tiles of other
// formats cost on a canvas.
#include <gst/video/video.h>
#include <libyuv/convert_argb.h>
#include <libyuv/planar_functions.h>
#include <libyuv/scale.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "drawing.h"
#include "gst_frames.h"
#include "support/conversion.h"
#include "timing.h"

extern "C" {
#include <libswscale/swscale.h>
}

namespace quad::bench {
namespace {

constexpr PixelFormat kFrom = PixelFormat::nv12;
constexpr PixelFormat kTo[] = {PixelFormat::rgba, PixelFormat::bgra, PixelFormat::rgbp};
constexpr Size kSizes[] = {{960, 540}, {640, 360}, {360, 202}};
constexpr test::Colors kBt601 = {0.299, 0.114, false};

std::uint8_t *data (const PlaneView &p) { return reinterpret_cast<std::uint8_t *> (p.data); }
int stride (const PlaneView &p) { return static_cast<int> (p.stride); }

Contender ours (PixelFormat to, Size size)
{
  Scene scene = scaled (kFrom, kSource, size, Filter::area);
  const FormatInfo &from = info_of (kFrom), &canvas = info_of (to);
  scene.format = to;
  if (to != kFrom)
    scene.tiles[0].colors =
        color_map (test::real_matrix (from, kBt601, canvas, kBt601), from.depth, canvas.depth);
  Contender c = drawing ("gst-quad", Family::area, scene);
  c.format = kFrom;
  c.out = to;
  return c;
}

// libyuv scales in NV12, then converts: it has no step that does both. Planar RGB takes one more.
Contender of_libyuv (PixelFormat to, Size size)
{
  auto small = std::make_shared<Frames> (kFrom, size, 1);
  auto packed = std::make_shared<Frames> (PixelFormat::rgb, size, 1);
  return {"libyuv box + convert",
          Family::area,
          false,
          kFrom,
          [=] (const FrameView &in, const FrameView &out) {
            const auto &i = in.plane, &s = (*small)[0].plane, &o = out.plane;
            libyuv::NV12Scale (data (i[0]), stride (i[0]), data (i[1]), stride (i[1]),
                               in.size.width, in.size.height, data (s[0]), stride (s[0]),
                               data (s[1]), stride (s[1]), size.width, size.height,
                               libyuv::kFilterBox);
            if (to == PixelFormat::rgbp) {
              const PlaneView &p = (*packed)[0].plane[0];
              libyuv::NV12ToRAW (data (s[0]), stride (s[0]), data (s[1]), stride (s[1]), data (p),
                                 stride (p), size.width, size.height);
              libyuv::SplitRGBPlane (data (p), stride (p), data (o[0]), stride (o[0]), data (o[1]),
                                     stride (o[1]), data (o[2]), stride (o[2]), size.width,
                                     size.height);
              return;
            }
            auto *convert = to == PixelFormat::bgra ? libyuv::NV12ToARGB : libyuv::NV12ToABGR;
            convert (data (s[0]), stride (s[0]), data (s[1]), stride (s[1]), data (o[0]),
                     stride (o[0]), size.width, size.height);
          },
          to};
}

Contender of_swscale (PixelFormat to, Size size)
{
  const AVPixelFormat f = to == PixelFormat::rgba   ? AV_PIX_FMT_RGBA
                          : to == PixelFormat::bgra ? AV_PIX_FMT_BGRA
                                                    : AV_PIX_FMT_GBRP;
  std::shared_ptr<SwsContext> context (
      sws_getContext (kSource.width, kSource.height, AV_PIX_FMT_NV12, size.width, size.height, f,
                      SWS_AREA, nullptr, nullptr, nullptr),
      sws_freeContext);
  if (!context) give_up ("swscale made no context");
  return {"swscale area",
          Family::area,
          false,
          kFrom,
          [=] (const FrameView &in, const FrameView &out) {
            const std::uint8_t *src[4] = {};
            std::uint8_t *dst[4] = {};
            int src_stride[4] = {}, dst_stride[4] = {};
            // GBRP is green, blue, red.
            constexpr std::size_t order[] = {1, 2, 0};
            for (std::size_t p = 0; p < 3; p++) {
              src[p] = data (in.plane[p]);
              src_stride[p] = stride (in.plane[p]);
              const std::size_t q = to == PixelFormat::rgbp ? order[p] : p;
              dst[p] = data (out.plane[q]);
              dst_stride[p] = stride (out.plane[q]);
            }
            sws_scale (context.get (), src, src_stride, 0, in.size.height, dst, dst_stride);
          },
          to};
}

GstVideoInfo bt601_of (PixelFormat format, Size size)
{
  GstVideoInfo info = info_for (format, size);
  if (!info_of (format).rgb)
    gst_video_colorimetry_from_string (&info.colorimetry, GST_VIDEO_COLORIMETRY_BT601);
  return info;
}

// As videoconvertscale does it by default.
Contender of_gst (PixelFormat to, Size size)
{
  const GstVideoInfo in = bt601_of (kFrom, kSource), out = bt601_of (to, size);
  std::shared_ptr<GstVideoConverter> converter (
      gst_video_converter_new (
          &in, &out,
          gst_structure_new ("config", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD,
                             GST_TYPE_VIDEO_RESAMPLER_METHOD, GST_VIDEO_RESAMPLER_METHOD_LINEAR,
                             GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1, nullptr)),
      gst_video_converter_free);
  if (!converter) give_up ("GstVideoConverter does not convert this");
  return {"GstVideoConverter linear",
          Family::area,
          false,
          kFrom,
          [=] (const FrameView &source, const FrameView &target) {
            const GstVideoFrame a = frame_on (in, source);
            GstVideoFrame b = frame_on (out, target);
            gst_video_converter_frame (converter.get (), &a, &b);
          },
          to};
}

// A wrong set-up may be fast for the wrong reason. Some peers repeat chroma samples instead of
// interpolating them; the noise in these pictures shows it, by up to 8.3 codes.
void check_pictures (const Contenders &list, Sources &sources, Size size)
{
  const FrameView in = sources.next (kFrom);
  Frames drawn (list[0].target (), size, 2);
  list[0].scale (in, drawn[0]);
  for (const Contender &c : list) {
    c.scale (in, drawn[1]);
    if (const double d = mean_difference (drawn[0], drawn[1]); d > 10)
      give_up (c.name + " draws another picture, " + std::to_string (d) + " off on average");
  }
}

void time_peers (double seconds)
{
  std::printf (
      "### NV12 1920x1080 scaled and converted, ms, and gst-quad's time / the peer's\n\n"
      "| to | |");
  for (const Size s : kSizes) std::printf (" %dx%d |", s.width, s.height);
  std::printf ("\n|---|---|---:|---:|---:|\n");
  Sources sources (true);
  for (const PixelFormat to : kTo) {
    std::vector<std::vector<double>> ms;
    std::vector<std::string> names;
    for (const Size size : kSizes) {
      Contenders list = {ours (to, size), of_swscale (to, size), of_gst (to, size),
                         of_libyuv (to, size)};
      // For information: the same size in NV12.
      check_pictures (list, sources, size);
      list.push_back (ours (kFrom, size));
      list.back ().name = "gst-quad to NV12";
      ms.push_back (time_all (list, sources, size, seconds));
      names.clear ();
      for (const Contender &c : list) names.push_back (c.name);
    }
    for (std::size_t i = 0; i < names.size (); i++) {
      std::printf ("| %s | %s |", info_of (to).name, names[i].c_str ());
      for (const auto &of_size : ms) {
        std::printf (" %.3f", of_size[i]);
        if (i > 0) std::printf (" (%.2f)", of_size[0] / of_size[i]);
        std::printf (" |");
      }
      std::printf ("\n");
    }
    std::fflush (stdout);
  }
}

// Four cells of 960x540 on NV12. The first source changes with every frame.
Contender grid (const char *name, const PixelFormat (&formats)[4],
                const std::shared_ptr<std::vector<Frames>> &kept)
{
  Scene scene = {.format = kFrom, .canvas = kSource};
  for (int i = 0; i < 4; i++) {
    const FormatInfo &from = info_of (formats[i]);
    kept->emplace_back (formats[i], kSource, 1).paint (true);
    Tile tile = {.target = {i % 2 * 960, i / 2 * 540, 960, 540},
                 .source = kept->back ()[0],
                 .crop = rect_of (kSource)};
    if (from.rgb)
      tile.colors = color_map (test::real_matrix (from, kBt601, info_of (kFrom), kBt601), 8, 8);
    scene.tiles.push_back (tile);
  }
  Contender c = drawing (name, Family::area, scene);
  c.format = formats[0];
  c.out = kFrom;
  return c;
}

void time_grid (double seconds)
{
  auto kept = std::make_shared<std::vector<Frames>> ();
  Sources sources (true);
  Contenders grids;
  for (const PixelFormat f : {kFrom, PixelFormat::i420, PixelFormat::rgba, PixelFormat::yuy2})
    grids.push_back (grid (info_of (f).name, {f, f, f, f}, kept));
  grids.push_back (
      grid ("one of each", {kFrom, PixelFormat::i420, PixelFormat::rgba, PixelFormat::yuy2}, kept));
  const std::vector<double> ms = time_all (grids, sources, kSource, seconds);
  std::printf (
      "\n### Four 1920x1080 pictures in one of NV12, one thread\n\n"
      "| pictures | ms | / NV12 |\n|---|---:|---:|\n");
  for (std::size_t i = 0; i < grids.size (); i++)
    std::printf ("| %s | %.3f | %.2f |\n", grids[i].name.c_str (), ms[i], ms[i] / ms[0]);
}

int run (int argc, char **argv)
{
  double seconds = 2;
  bool peers = true;
  for (int i = 1; i < argc; i++)
    if (std::strncmp (argv[i], "--seconds=", 10) == 0)
      seconds = std::atof (argv[i] + 10);
    else if (std::strcmp (argv[i], "--grid") == 0)
      peers = false;
    else
      give_up ("the options are --seconds=N, for each size (2), and --grid, for the grid alone");
  gst_init (nullptr, nullptr);
  std::printf ("%s, one thread on processor %d\n\n", cpu_model ().c_str (), pin (-1));
  if (peers) time_peers (seconds);
  time_grid (seconds);
  return 0;
}

}  // namespace
}  // namespace quad::bench

int main (int argc, char **argv) { return quad::bench::run (argc, argv); }
