// zimg scales only planar pictures. Beside NV12 it is timed on I420: as many samples, and no need
// to separate them. It has nothing for BGRA.
#include <zimg.h>

#include <cstdlib>
#include <memory>

#include "contender.h"

namespace quad::bench {
namespace {

struct Graph {
  std::unique_ptr<zimg_filter_graph, void (*) (zimg_filter_graph *)> graph{nullptr,
                                                                           zimg_filter_graph_free};
  std::unique_ptr<void, void (*) (void *)> scratch{nullptr, std::free};
};

zimg_image_format format_of (Size size)
{
  zimg_image_format f;
  zimg_image_format_default (&f, ZIMG_API_VERSION);
  f.width = static_cast<unsigned> (size.width);
  f.height = static_cast<unsigned> (size.height);
  f.pixel_type = ZIMG_PIXEL_BYTE;
  f.subsample_w = f.subsample_h = 1;
  f.color_family = ZIMG_COLOR_YUV;
  f.pixel_range = ZIMG_RANGE_LIMITED;
  f.chroma_location = ZIMG_CHROMA_CENTER;
  return f;
}

std::shared_ptr<Graph> make_graph (Size from, Size to, zimg_resample_filter_e filter)
{
  const zimg_image_format src = format_of (from), dst = format_of (to);
  zimg_graph_builder_params params;
  zimg_graph_builder_params_default (&params, ZIMG_API_VERSION);
  params.resample_filter = params.resample_filter_uv = filter;
#if defined(__x86_64__)
  // Also allows the widest vectors that the machine has.
  params.cpu_type = only_avx2 ? ZIMG_CPU_X86_AVX2 : ZIMG_CPU_AUTO_64B;
#endif
  auto g = std::make_shared<Graph> ();
  g->graph.reset (zimg_filter_graph_build (&src, &dst, &params));
  std::size_t size = 0;
  if (!g->graph || zimg_filter_graph_get_tmp_size (g->graph.get (), &size) != ZIMG_ERROR_SUCCESS)
    give_up ("zimg built no graph");
  g->scratch.reset (std::aligned_alloc (64, (size + 63) / 64 * 64));
  return g;
}

void run (const Graph &g, const FrameView &in, const FrameView &out)
{
  zimg_image_buffer_const src = {.version = ZIMG_API_VERSION, .plane = {}};
  zimg_image_buffer dst = {.version = ZIMG_API_VERSION, .plane = {}};
  for (std::size_t p = 0; p < 3; p++) {
    src.plane[p] = {in.plane[p].data, in.plane[p].stride, ZIMG_BUFFER_MAX};
    dst.plane[p] = {out.plane[p].data, out.plane[p].stride, ZIMG_BUFFER_MAX};
  }
  if (zimg_filter_graph_process (g.graph.get (), &src, &dst, g.scratch.get (), nullptr, nullptr,
                                 nullptr, nullptr) != ZIMG_ERROR_SUCCESS)
    give_up ("zimg failed");
}

}  // namespace

void add_zimg (Contenders &list, PixelFormat format, Size from, Size to)
{
  if (format != PixelFormat::i420 && format != PixelFormat::nv12) return;
  const std::string note = format == PixelFormat::nv12 ? ", on I420" : "";
  auto add = [&] (const char *name, Family family, zimg_resample_filter_e filter) {
    list.push_back ({name + note, family, false, PixelFormat::i420,
                     [g = make_graph (from, to, filter)] (
                         const FrameView &in, const FrameView &out) { run (*g, in, out); }});
  };
  add ("zimg bilinear", Family::area, ZIMG_RESIZE_BILINEAR);
  add ("zimg lanczos", Family::lanczos, ZIMG_RESIZE_LANCZOS);
}

}  // namespace quad::bench
