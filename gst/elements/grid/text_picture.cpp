#include "elements/grid/text_picture.h"

#include <algorithm>
#include <array>

#include "text/library.h"

namespace quad {
namespace {

constexpr std::ptrdiff_t kPixel = 4;  // bytes

int whole (int value, int unit) { return (value + unit - 1) / unit * unit; }

std::array<guint8, kPixel> pixel_of (guint argb)
{
  auto part = [argb] (int shift) { return static_cast<guint8> (argb >> shift & 0xff); };
  return {part (16), part (8), part (0), part (24)};
}

}  // namespace

// Whether what was made is what is wanted, or would be the same in the room that is wanted.
bool TextPicture::is_good (const Size &unit)
{
  if (!is_made_ || unit != unit_) return false;
  if (wanted == made_) return true;
  const bool fits = info_.width <= wanted.greatest.width && info_.height <= wanted.greatest.height;
  made_.greatest = wanted.greatest;
  return is_whole_ && fits && wanted == made_;
}

bool TextPicture::update (const Size &unit)
{
  if (is_good (unit)) return false;
  is_made_ = true;
  made_ = wanted;
  unit_ = unit;
  buffer_.reset ();
  font_problem_.clear ();
  text::Picture picture;
  problem_ = text::Library::shared ().render (made_, picture);
  if (!picture.missing_font.empty ())
    font_problem_.append ("The font ")
        .append (picture.missing_font)
        .append (" is missing: ")
        .append (picture.used_font)
        .append (" is used for labels. Install the font, or set font-desc.");
  is_whole_ = picture.is_whole;
  if (!picture.size.empty ()) keep (picture, unit);
  return true;
}

// Text is sRGB, which is what the format's defaults say.
void TextPicture::keep (const text::Picture &picture, const Size &unit)
{
  gst_video_info_set_format (&info_, GST_VIDEO_FORMAT_RGBA,
                             static_cast<guint> (whole (picture.size.width, unit.width)),
                             static_cast<guint> (whole (picture.size.height, unit.height)));
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info_), nullptr)};
  GstMapInfo map;
  if (!buffer || !gst_buffer_map (buffer.get (), &map, GST_MAP_WRITE)) {
    problem_ = "Text cannot be rendered: there is not enough memory.";
    return;
  }
  const auto background = pixel_of (made_.background);
  for (std::size_t i = 0; i < map.size; i++) map.data[i] = background[i % kPixel];
  for (int y = 0; y < picture.size.height; y++)
    std::copy_n (picture.rgba.data () + std::ptrdiff_t{y} * picture.stride (), picture.stride (),
                 map.data + std::ptrdiff_t{y} * GST_VIDEO_INFO_PLANE_STRIDE (&info_, 0));
  gst_buffer_unmap (buffer.get (), &map);
  buffer_ = std::move (buffer);
}

}  // namespace quad
