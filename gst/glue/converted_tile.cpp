#include "glue/converted_tile.h"

#include "glue/colorimetry.h"
#include "glue/video.h"
#include "host/host_renderer.h"

namespace quad {

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

void ConvertedTile::Store::clear ()
{
  frame.reset ();
  buffer.reset ();
}

bool ConvertedTile::Store::allocate (const GstVideoInfo &info)
{
  clear ();
  buffer.reset (gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr));
  if (!buffer) return false;
  frame.emplace (info, buffer.get (), GST_MAP_READWRITE);
  if (*frame) return true;
  clear ();
  return false;
}

Status ConvertedTile::prepare (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                               double peak)
{
  const bool same_kind = ready_ && shape_.target.size () == tile.target.size () &&
                         gst_video_info_is_equal (&from_, &from) &&
                         gst_video_info_is_equal (&to_, &to);
  if (same_kind && shape_.same_picture (tile) && peak_ == peak) return Status::ok;
  ready_ = false;
  peak_ = peak;
  Status status = same_kind ? Status::ok : build (tile, from, to);
  if (status == Status::ok) status = prepare_drawing (tile);
  ready_ = status == Status::ok;
  return status;
}

void ConvertedTile::describe (const Tile &tile)
{
  scene_.tiles.assign (1, tile);
  scene_.canvas = tile.target.size ();
  scene_.format = from_gst (GST_VIDEO_INFO_FORMAT (&to_));
  scene_.site = same_pixels (from_, to_) ? tile.site : chroma_site_of (to_);
  Tile &t = scene_.tiles[0];
  conversion_.set (t, from_, to_, peak_);
  t.target = rect_of (tile.target.size ());
  t.alpha = 255;
  // Alpha is blended when the tile is drawn.
  t.blend = Blend::source;
}

// What depends on the formats and the target's size alone. A zoom that moves keeps it.
Status ConvertedTile::build (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to)
{
  from_ = from;
  to_ = to;
  drawn_.clear ();
  return resized (to, tile.target.size (), drawn_info_) ? Status::ok : Status::unsupported_format;
}

// What depends on the part that is shown, too.
Status ConvertedTile::prepare_drawing (const Tile &tile)
{
  shape_ = tile;
  describe (tile);
  const Size size = tile.target.size ();
  direct_ = same_pixels (from_, to_) && tile.crop == rect_of (size) && tile.hidden == Edges{} &&
            tile.source.size == size && tile.orientation == Orientation::identity;
  if (direct_) return Status::ok;
  if (!renderer_) renderer_ = host::make_host_renderer ({.pool = threads_->pool ()});
  if (!renderer_) return Status::out_of_memory;
  if (const Status s = renderer_->prepare (scene_); s != Status::ok) return s;
  return drawn_.frame || drawn_.allocate (drawn_info_) ? Status::ok : Status::out_of_memory;
}

Status ConvertedTile::draw (const Tile &tile, FrameView &converted)
{
  if (!ready_) return Status::not_prepared;
  converted = tile.source;
  if (direct_) return Status::ok;
  scene_.tiles[0].source = tile.source;
  converted = drawn_.frame->view ();
  return renderer_->draw (scene_, converted);
}

}  // namespace quad
