#include "elements/matte/analytics_mask.h"

#include <gst/analytics/analytics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "elements/matte/image_shape.h"
#include "glue/frame.h"

namespace quad {
namespace {

using Found = AnalyticsMask::Found;

// A rectangle in positions of the picture. Its fields may be anything.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

// Sets the levels of those samples of a row that are not background to foreground. `columns` has
// the sample for each level, or -1.
using MarkRow = void (*) (const std::byte *row, std::span<const int> columns, guint background,
                          std::uint8_t *levels);

template <typename Sample>
constexpr MarkRow mark_with (Sample)
{
  return [] (const std::byte *row, std::span<const int> columns, guint background,
             std::uint8_t *levels) {
    for (std::size_t x = 0; x < columns.size (); x++)
      if (columns[x] >= 0 && Sample{}(row, columns[x]) != background) levels[x] = 255;
  };
}

// The formats that segmentations have.
struct SampleFormat {
  GstVideoFormat format;
  MarkRow mark;
};

constexpr std::array<SampleFormat, 3> kSampleFormats = {{
    {GST_VIDEO_FORMAT_GRAY8,
     mark_with ([] (const std::byte *row, int x) { return guint (row[x]); })},
    {GST_VIDEO_FORMAT_GRAY16_LE, mark_with ([] (const std::byte *row, int x) {
       return guint{GST_READ_UINT16_LE (row + x * 2)};
     })},
    {GST_VIDEO_FORMAT_GRAY16_BE, mark_with ([] (const std::byte *row, int x) {
       return guint{GST_READ_UINT16_BE (row + x * 2)};
     })},
}};

// Samples of a segmentation and where they lie.
struct Segmentation {
  Box box;
  Size size;
  guint background = 0;
  MarkRow mark = nullptr;
  Owned<GstBuffer> buffer;
  std::unique_ptr<MappedBuffer> samples;
};

// Where positions of the buffer's frame are in the picture, which may be a crop of it.
class ToPicture {
 public:
  ToPicture (GstBuffer *picture, const GstVideoInfo &frame)
      : crop_ (crop_of (picture, frame_size (picture, frame))), size_{frame.width, frame.height}
  {
  }
  Box operator() (double x, double y, double width, double height) const
  {
    const double across = double (size_.width) / std::max (crop_.width, 1);
    const double down = double (size_.height) / std::max (crop_.height, 1);
    return {(x - crop_.x) * across, (y - crop_.y) * down, (x + width - crop_.x) * across,
            (y + height - crop_.y) * down};
  }

 private:
  Rect crop_;
  Size size_;
};

// Reads a segmentation. False: `why` says what it should be.
bool read (const GstAnalyticsSegmentationMtd &of, const ToPicture &to_picture, Segmentation &s,
           std::string &why)
{
  gint x = 0, y = 0;
  guint width = 0, height = 0;
  s.buffer.reset (gst_analytics_segmentation_mtd_get_mask (&of, &x, &y, &width, &height));
  const GstVideoMeta *meta = s.buffer ? gst_buffer_get_video_meta (s.buffer.get ()) : nullptr;
  const auto *format = std::ranges::find (
      kSampleFormats, meta ? meta->format : GST_VIDEO_FORMAT_UNKNOWN, &SampleFormat::format);
  if (format == kSampleFormats.end ()) {
    why = "it is not GRAY8 or GRAY16 with a GstVideoMeta.";
    return false;
  }
  GstVideoInfo info;
  constexpr guint kMost = 1 << 14;
  if (meta->width == 0 || meta->height == 0 || meta->width > kMost || meta->height > kMost ||
      width == 0 || height == 0 ||
      !gst_video_info_set_format (&info, meta->format, meta->width, meta->height)) {
    why = "it, or the part of the picture that it covers, has no size, or one beyond 16384.";
    return false;
  }
  s.size = {info.width, info.height};
  s.samples = std::make_unique<MappedBuffer> (info, s.buffer.get (), GST_MAP_READ);
  const char *problem =
      *s.samples ? s.samples->problem_of (rect_of (s.size)) : s.samples->problem ();
  if (problem) {
    why = std::string{"its buffer "} + problem + ".";
    return false;
  }
  s.box = to_picture (x, y, width, height);
  s.mark = format->mark;
  if (gst_analytics_segmentation_mtd_get_region_count (&of) > 0)
    s.background = gst_analytics_segmentation_mtd_get_region_id (&of, 0);
  return true;
}

// The part of a picture of `size` that holds all boxes, or nothing. It begins and ends on even
// positions, because samples of chroma do.
Rect part_around (const std::vector<Segmentation> &all, Size size)
{
  Box part = {double (size.width), double (size.height), 0, 0};
  for (const Segmentation &s : all)
    part = {std::min (part.left, s.box.left), std::min (part.top, s.box.top),
            std::max (part.right, s.box.right), std::max (part.bottom, s.box.bottom)};
  const auto first = [] (double at) {
    return static_cast<int> (std::floor (std::max (at, 0.) / 2)) * 2;
  };
  const auto end = [] (double at, int most) {
    return std::min (static_cast<int> (std::ceil (std::clamp (at, 0., double (most)) / 2)) * 2,
                     most);
  };
  if (part.left >= size.width || part.top >= size.height || part.right <= 0 || part.bottom <= 0)
    return {};
  const int x = first (part.left), y = first (part.top);
  return {x, y, end (part.right, size.width) - x, end (part.bottom, size.height) - y};
}

// One direction of a grid on a part of the picture.
struct Axis {
  int part = 0;       // where the part begins
  int part_size = 0;  // in positions
  int count = 1;      // samples of the grid

  // The sample of a segmentation for each sample of the grid, or -1. The segmentation has `samples`
  // from position `from` to `to`.
  std::vector<int> samples_at (double from, double to, int samples) const
  {
    std::vector<int> all;
    for (int i = 0; i < count; i++) {
      const double at = part + (i + 0.5) * part_size / count;
      const bool inside = at >= from && at < to;
      const int sample = inside ? static_cast<int> ((at - from) / (to - from) * samples) : -1;
      all.push_back (std::min (sample, samples - 1));
    }
    return all;
  }
};

// One mask of all segmentations. It is as fine as the finest one, but not finer than the picture.
void join (const std::vector<Segmentation> &all, Size picture, SmallFrame &levels, Mask &mask)
{
  const Rect part = part_around (all, picture);
  Axis across = {part.x, part.width}, down = {part.y, part.height};
  const auto refine = [] (Axis &axis, double from, double to, int samples) {
    const double count = std::round (axis.part_size * (samples / (to - from)));
    axis.count = std::max (axis.count, static_cast<int> (std::min<double> (count, axis.part_size)));
  };
  for (const Segmentation &s : all) {
    refine (across, s.box.left, s.box.right, s.size.width);
    refine (down, s.box.top, s.box.bottom, s.size.height);
  }
  levels.set (GST_VIDEO_FORMAT_GRAY8, {across.count, down.count});
  std::ranges::fill (levels.picture ().bytes (), std::uint8_t{0});
  mask = {levels.buffer (), levels.info (), part.empty () ? rect_of (picture) : part};
  for (const Segmentation &s : all) {
    const std::vector<int> columns = across.samples_at (s.box.left, s.box.right, s.size.width);
    const std::vector<int> rows = down.samples_at (s.box.top, s.box.bottom, s.size.height);
    for (int y = 0; y < down.count; y++)
      if (const int row = rows[std::size_t (y)]; row >= 0)
        s.mark (s.samples->data (0) + std::ptrdiff_t{s.samples->stride (0)} * row, columns,
                s.background, levels.picture ().row (0, y));
  }
}

Found find_segmentations (GstBuffer *picture, const GstVideoInfo &frame, SmallFrame &levels,
                          Mask &mask, std::string &why)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta (picture);
  if (!meta) return Found::none;
  const ToPicture to_picture (picture, frame);
  std::vector<Segmentation> all;
  gpointer state = nullptr;
  GstAnalyticsMtd one = {};
  while (gst_analytics_relation_meta_iterate (
      meta, &state, gst_analytics_segmentation_mtd_get_mtd_type (), &one)) {
    if (read (one, to_picture, all.emplace_back (), why)) continue;
    why.insert (0, "A segmentation of the video cannot be a mask: ");
    return Found::unusable;
  }
  if (all.empty ()) return Found::none;
  join (all, {frame.width, frame.height}, levels, mask);
  return Found::mask;
}

// The types of tensors, and the level of an element.
struct ElementType {
  GstTensorDataType type;
  gsize bytes;
  std::uint8_t (*level) (const guint8 *at);
};

constexpr std::array<ElementType, 2> kElementTypes = {{
    {GST_TENSOR_DATA_TYPE_UINT8, 1, [] (const guint8 *at) { return std::uint8_t{*at}; }},
    {GST_TENSOR_DATA_TYPE_FLOAT32, 4,
     [] (const guint8 *at) {
       float value = 0;
       std::memcpy (&value, at, sizeof value);
       // Not a number is background.
       return static_cast<std::uint8_t> (value > 0 ? std::lround (std::min (value, 1.F) * 255) : 0);
     }},
}};

std::optional<ImageShape> shape_of (const GstTensor &tensor)
{
  std::vector<std::int64_t> shape;
  for (gsize i = 0; i < tensor.num_dims; i++)
    shape.push_back (static_cast<std::int64_t> (std::min<gsize> (tensor.dims[i], G_MAXINT)));
  if (shape.size () == 3) return std::nullopt;
  constexpr int kOne = 1;
  return image_shape (shape, {&kOne, 1});
}

// Whether `tensor` was taken.
bool take (const GstTensor &tensor, Size picture, SmallFrame &levels, Mask &mask)
{
  const auto *type = std::ranges::find (kElementTypes, tensor.data_type, &ElementType::type);
  const std::optional<ImageShape> shape = shape_of (tensor);
  if (type == kElementTypes.end () || !shape || !tensor.data ||
      tensor.dims_order != GST_TENSOR_DIM_ORDER_ROW_MAJOR)
    return false;
  const Size size = shape->size ({});
  const auto width = static_cast<gsize> (size.width), height = static_cast<gsize> (size.height);
  GstMapInfo map;
  if (!gst_buffer_map (tensor.data, &map, GST_MAP_READ)) return false;
  const bool whole = map.size >= width * height * type->bytes;
  if (whole) {
    levels.set (GST_VIDEO_FORMAT_GRAY8, size);
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        levels.picture ().row (0, y)[x] =
            type->level (map.data + (gsize (y) * width + gsize (x)) * type->bytes);
    mask = {levels.buffer (), levels.info (), rect_of (picture)};
  }
  gst_buffer_unmap (tensor.data, &map);
  return whole;
}

Found find_tensor (GstBuffer *picture, const GstVideoInfo &frame, SmallFrame &levels, Mask &mask,
                   std::string &why)
{
  const GstTensorMeta *meta = gst_buffer_get_tensor_meta (picture);
  if (!meta || meta->num_tensors == 0) return Found::none;
  for (gsize i = 0; i < meta->num_tensors; i++)
    if (take (*meta->tensors[i], {frame.width, frame.height}, levels, mask)) return Found::mask;
  why =
      "No tensor of the video can be a mask: wanted is one of HxW, 1xHxWx1 or 1x1xHxW with "
      "elements of float32 (0 to 1) or uint8, row-major and complete.";
  return Found::unusable;
}

}  // namespace

const char *AnalyticsMask::advice ()
{
  return ", or send a video whose pictures have a segmentation or a tensor as a meta";
}

Found AnalyticsMask::find (GstBuffer *picture, const GstVideoInfo &frame, Mask &mask,
                           std::string &why)
{
  const Found found = find_segmentations (picture, frame, levels_, mask, why);
  return found == Found::none ? find_tensor (picture, frame, levels_, mask, why) : found;
}

}  // namespace quad
