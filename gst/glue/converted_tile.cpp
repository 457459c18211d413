#include "glue/converted_tile.h"

#include "glue/colorimetry.h"
#include "glue/video.h"
#include "host/host_renderer.h"

namespace quad {
namespace {

// With one thread: with more, GstVideoConverter cuts the picture into slices, and gets chroma wrong
// where slices meet. Without dithering, so that a constant picture stays constant.
GstVideoConverter *new_converter (const GstVideoInfo &from, const GstVideoInfo &to)
{
  const bool light = !same_light (from.colorimetry, to.colorimetry);
  return gst_video_converter_new (
      &from, &to,
      gst_structure_new (
          "GstVideoConverter", GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1,
          GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
          GST_VIDEO_DITHER_NONE, GST_VIDEO_CONVERTER_OPT_GAMMA_MODE, GST_TYPE_VIDEO_GAMMA_MODE,
          light ? GST_VIDEO_GAMMA_MODE_REMAP : GST_VIDEO_GAMMA_MODE_NONE,
          GST_VIDEO_CONVERTER_OPT_PRIMARIES_MODE, GST_TYPE_VIDEO_PRIMARIES_MODE,
          light ? GST_VIDEO_PRIMARIES_MODE_FAST : GST_VIDEO_PRIMARIES_MODE_NONE, nullptr));
}

// A buffer whose rows begin at multiples of 64 bytes; `info` gets its strides. GstVideoConverter
// writes some formats in pairs of pixels and with aligned stores: it crashes where rows are closer,
// and where a width is odd it may write a pixel more.
Owned<GstBuffer> allocate_rows (GstVideoInfo &info)
{
  constexpr guint kMask = 63;
  GstVideoAlignment alignment;
  gst_video_alignment_reset (&alignment);
  for (guint &mask : alignment.stride_align) mask = kMask;
  if (!gst_video_info_align (&info, &alignment)) return nullptr;
  GstAllocationParams params = {};
  params.align = kMask;
  return Owned<GstBuffer>{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), &params)};
}

// Of a picture whose source has none: GstVideoConverter takes the byte x of RGBx for alpha, and
// does not write the alpha plane of some pairs (I420 to A420).
void set_opaque (const FrameView &picture)
{
  const RasterInfo &raster = info_of (picture.format).raster[0];
  const ChannelInfo &alpha = raster.channel[static_cast<std::size_t> (raster.alpha)];
  for (int y = 0; y < picture.size.height; y++) {
    std::byte *row = picture.plane[static_cast<std::size_t> (alpha.plane)].row (y) + alpha.offset;
    for (int x = 0; x < picture.size.width; x++) row[x * alpha.step] = std::byte{255};
  }
}

}  // namespace

bool resized (const GstVideoInfo &like, Size size, GstVideoInfo &info)
{
  if (!gst_video_info_set_format (&info, GST_VIDEO_INFO_FORMAT (&like),
                                  static_cast<guint> (size.width),
                                  static_cast<guint> (size.height)))
    return false;
  info.colorimetry = like.colorimetry;
  info.chroma_site = like.chroma_site;
  return true;
}

void ConvertedTile::Passage::clear ()
{
  if (buffer) gst_video_frame_unmap (&frame);
  buffer.reset ();
}

bool ConvertedTile::Passage::allocate (GstVideoInfo info)
{
  clear ();
  Owned<GstBuffer> fresh = allocate_rows (info);
  const auto flags =
      static_cast<GstMapFlags> (int{GST_MAP_READWRITE} | int{GST_VIDEO_FRAME_MAP_FLAG_NO_REF});
  if (!fresh || !gst_video_frame_map (&frame, &info, fresh.get (), flags)) return false;
  buffer = std::move (fresh);
  return true;
}

// GstVideoConverter does not convert the range between formats of one matrix (chain_convert and
// video_converter_lookup_fastpath in video-converter.c compare the matrix alone). So such a pair is
// converted through another matrix.
bool ConvertedTile::make_converters (const GstVideoInfo &scaled, const GstVideoInfo &result)
{
  second_.reset ();
  passage_.clear ();
  const GstVideoColorimetry &a = scaled.colorimetry, &b = result.colorimetry;
  if (a.range == b.range || a.matrix != b.matrix) {
    converter_.reset (new_converter (scaled, result));
    return converter_ != nullptr;
  }
  GstVideoInfo between;
  const bool rgb = GST_VIDEO_INFO_IS_RGB (&scaled) && GST_VIDEO_INFO_IS_RGB (&result);
  if (!gst_video_info_set_format (&between, rgb ? GST_VIDEO_FORMAT_AYUV64 : GST_VIDEO_FORMAT_ARGB64,
                                  static_cast<guint> (result.width),
                                  static_cast<guint> (result.height)))
    return false;
  between.colorimetry = {GST_VIDEO_COLOR_RANGE_0_255,
                         rgb ? GST_VIDEO_COLOR_MATRIX_BT709 : GST_VIDEO_COLOR_MATRIX_RGB,
                         a.transfer, a.primaries};
  if (!passage_.allocate (between)) return false;
  converter_.reset (new_converter (scaled, between));
  second_.reset (new_converter (between, result));
  return converter_ && second_;
}

void ConvertedTile::Store::clear ()
{
  frame.reset ();
  buffer.reset ();
}

bool ConvertedTile::Store::allocate (GstVideoInfo info)
{
  clear ();
  buffer = allocate_rows (info);
  if (!buffer) return false;
  frame.emplace (info, buffer.get (), GST_MAP_READWRITE);
  if (*frame) return true;
  clear ();
  return false;
}

Status ConvertedTile::prepare (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                               guint background)
{
  const Colorimetries known = completed_colorimetries (from, to);
  engine_ = same_light (known.from, known.to);
  const Color back =
      engine_ ? color_of (background | 0xff000000u, to) : backdrop_of (background, from, to);
  const bool same_kind = ready_ && shape_.target.size () == tile.target.size () &&
                         gst_video_info_is_equal (&from_, &from) &&
                         gst_video_info_is_equal (&to_, &to);
  if (same_kind && shape_.same_picture (tile) && scene_.background == back) return Status::ok;
  ready_ = false;
  scene_.background = back;
  Status status = same_kind ? Status::ok : build (tile, from, to);
  if (status == Status::ok) status = prepare_scaling (tile);
  ready_ = status == Status::ok;
  return status;
}

void ConvertedTile::describe (const Tile &tile)
{
  scene_.tiles.assign (1, tile);
  scene_.canvas = tile.target.size ();
  scene_.format = engine_ ? from_gst (GST_VIDEO_INFO_FORMAT (&to_)) : tile.source.format;
  scene_.site = engine_ && !same_pixels (from_, to_) ? chroma_site_of (to_) : tile.site;
  Tile &t = scene_.tiles[0];
  if (engine_) t.colors = colors_between (from_, to_);
  t.target = rect_of (tile.target.size ());
  t.alpha = 255;
  // Alpha is blended when the tile is drawn; flatten here only if the canvas has none.
  t.blend =
      info_of (from_gst (GST_VIDEO_INFO_FORMAT (&to_))).has_alpha () ? Blend::source : Blend::over;
}

// What depends on the formats and the target's size alone. A zoom that moves keeps it.
Status ConvertedTile::build (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to)
{
  from_ = from;
  to_ = to;
  const Size size = tile.target.size ();
  GstVideoInfo result;
  if (!resized (from, size, scaled_info_) || !resized (to, size, result))
    return Status::unsupported_format;
  const Colorimetries known = completed_colorimetries (from, to);
  scaled_info_.colorimetry = known.from;
  result.colorimetry = known.to;
  scaled_.clear ();
  converter_.reset ();
  if (engine_) {
    scaled_info_ = result;
    return Status::ok;
  }
  if (!converted_.allocate (result)) return Status::out_of_memory;
  return make_converters (scaled_info_, result) ? Status::ok : Status::unsupported_format;
}

// What depends on the part that is shown, too.
Status ConvertedTile::prepare_scaling (const Tile &tile)
{
  shape_ = tile;
  describe (tile);
  const Size size = tile.target.size ();
  const bool flattens =
      scene_.tiles[0].blend == Blend::over && info_of (tile.source.format).has_alpha ();
  direct_ = (!engine_ || same_pixels (from_, to_)) && !flattens && tile.crop == rect_of (size) &&
            tile.hidden == Edges{} && tile.source.size == size &&
            tile.orientation == Orientation::identity;
  if (direct_) return Status::ok;
  if (!renderer_) renderer_ = host::make_host_renderer ({.pool = threads_->pool ()});
  if (!renderer_) return Status::out_of_memory;
  if (const Status s = renderer_->prepare (scene_); s != Status::ok) return s;
  return scaled_.frame || scaled_.allocate (scaled_info_) ? Status::ok : Status::out_of_memory;
}

Status ConvertedTile::scale (const Tile &tile, GstVideoFrame &frame, FrameView &converted)
{
  if (!ready_) return Status::not_prepared;
  from_frame_ = &frame;
  if (!direct_) {
    scene_.tiles[0].source = tile.source;
    if (const Status s = renderer_->draw (scene_, scaled_.frame->view ()); s != Status::ok)
      return s;
    from_frame_ = &scaled_.frame->frame ();
  }
  if (converter_)
    converted = converted_.frame->view ();
  else
    converted = direct_ ? tile.source : scaled_.frame->view ();
  return Status::ok;
}

void ConvertedTile::convert ()
{
  if (!converter_) return;
  GstVideoFrame &result = converted_.frame->frame ();
  gst_video_converter_frame (converter_.get (), from_frame_, second_ ? &passage_.frame : &result);
  if (second_) gst_video_converter_frame (second_.get (), &passage_.frame, &result);
  const FrameView converted = converted_.frame->view ();
  if (info_of (converted.format).has_alpha () && !info_of (scene_.format).has_alpha ())
    set_opaque (converted);
}

}  // namespace quad
