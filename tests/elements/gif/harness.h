// Frames through a gifstreamenc, and the pictures that two other decoders read from its file.
#pragma once

#include <gif_lib.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

#include "support/gst_helpers.h"

namespace quad::test {

using Color = std::array<std::uint8_t, 4>;  // R, G, B, A
using Paint = std::function<Color (int x, int y)>;
using Bytes = std::vector<std::uint8_t>;

inline constexpr GstClockTime kMs = GST_MSECOND, kNone = GST_CLOCK_TIME_NONE;

// As a decoder shows it: rows of R, G, B, A.
struct Shown {
  int width = 0, height = 0;
  Bytes pixels;
  Color at (int x, int y) const
  {
    Color c;
    std::memcpy (c.data (), &pixels[std::size_t (4 * (y * width + x))], 4);
    return c;
  }
  bool operator== (const Shown &) const = default;
};

inline Shown shown (int width, int height, const Paint &paint)
{
  Shown s{width, height, {}};
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (const std::uint8_t v : paint (x, y)) s.pixels.push_back (v);
  return s;
}

struct GifImageRead {
  int left, top, width, height, delay, disposal, transparent;
  Shown shown;  // with it
};

// A whole file, read by giflib.
struct GifRead {
  int width = 0, height = 0, loop = -1;
  std::string comment;
  std::vector<GifImageRead> images;
  int error = 0;

  explicit GifRead (const Bytes &bytes)
  {
    struct Source {
      const Bytes *bytes;
      std::size_t at = 0;
    } source{&bytes};
    const auto read = [] (GifFileType *file, GifByteType *to, int count) {
      auto &s = *static_cast<Source *> (file->UserData);
      const std::size_t n = std::min (std::size_t (count), s.bytes->size () - s.at);
      std::memcpy (to, s.bytes->data () + s.at, n);
      s.at += n;
      return int (n);
    };
    GifFileType *file = DGifOpen (&source, read, &error);
    if (!file) return;
    width = file->SWidth;
    height = file->SHeight;
    Shown canvas{width, height, Bytes (std::size_t (4 * width * height))};
    while (read_record (file, canvas)) {
    }
    DGifCloseFile (file, nullptr);
  }
  // Hundredths of a second at which image `i` appears.
  int begin (std::size_t i) const
  {
    int sum = 0;
    for (std::size_t k = 0; k < i; k++) sum += images[k].delay;
    return sum;
  }

 private:
  std::optional<GraphicsControlBlock> control_;  // of the next image

  // One after the other, since giflib's DGifSlurp copies all that it has for each image.
  bool read_record (GifFileType *file, Shown &canvas)
  {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    bool good = DGifGetRecordType (file, &type) == GIF_OK;
    if (good && type == EXTENSION_RECORD_TYPE) good = read_extension (file);
    if (good && type == IMAGE_DESC_RECORD_TYPE) good = read_image (file, canvas);
    if (!good) error = file->Error;
    return good && type != TERMINATE_RECORD_TYPE;
  }
  // A block has its length first.
  bool read_extension (GifFileType *file)
  {
    int code = 0;
    GifByteType *block = nullptr;
    bool good = DGifGetExtension (file, &code, &block) == GIF_OK;
    if (good && block && code == GRAPHICS_EXT_FUNC_CODE) {
      control_.emplace ();
      EXPECT_EQ (DGifExtensionToGCB (block[0], block + 1, &*control_), GIF_OK);
    }
    for (bool first = true; good && block; first = false) {
      if (code == COMMENT_EXT_FUNC_CODE)
        comment.append (reinterpret_cast<char *> (block + 1), block[0]);
      if (code == APPLICATION_EXT_FUNC_CODE && !first && block[0] == 3 && loop < 0)
        loop = block[2] | block[3] << 8;
      good = DGifGetExtensionNext (file, &block) == GIF_OK;
    }
    return good;
  }
  bool read_image (GifFileType *file, Shown &canvas)
  {
    if (DGifGetImageDesc (file) != GIF_OK) return false;
    const GifImageDesc &d = file->Image;
    Bytes symbols (std::size_t (d.Width * d.Height));
    if (DGifGetLine (file, symbols.data (), d.Width * d.Height) != GIF_OK) return false;
    EXPECT_FALSE (d.Interlace);
    EXPECT_TRUE (control_);
    const GraphicsControlBlock control =
        std::exchange (control_, {})
            .value_or (GraphicsControlBlock{0, false, 0, NO_TRANSPARENT_COLOR});
    const ColorMapObject *map = d.ColorMap ? d.ColorMap : file->SColorMap;
    for (int y = 0; y < d.Height; y++)
      for (int x = 0; x < d.Width; x++) {
        const int symbol = symbols[std::size_t (y * d.Width + x)];
        if (symbol == control.TransparentColor) continue;
        const GifColorType &c = map->Colors[symbol];
        const Color color{c.Red, c.Green, c.Blue, 255};
        std::memcpy (&canvas.pixels[std::size_t (4 * ((d.Top + y) * width + d.Left + x))],
                     color.data (), 4);
      }
    images.push_back ({d.Left, d.Top, d.Width, d.Height, control.DelayTime, control.DisposalMode,
                       control.TransparentColor, canvas});
    if (control.DisposalMode == DISPOSE_BACKGROUND)
      for (int y = d.Top; y < d.Top + d.Height; y++)
        std::memset (&canvas.pixels[std::size_t (4 * (y * width + d.Left))], 0,
                     std::size_t (4 * d.Width));
    GifFreeSavedImages (file);
    file->SavedImages = nullptr;
    file->ImageCount = 0;
    return true;
  }
};

// FFmpeg's picture for each of a file's parts, of one image each.
inline std::vector<Shown> read_by_libav (const std::vector<Bytes> &parts, int width, int height)
{
  // By the names that the decoder uses.
  const Owned<GstElement> decoder{
      GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make ("avdec_gif", nullptr)))};
  const Owned<GstPad> pad{gst_element_get_static_pad (decoder.get (), "sink")};
  const Owned<GstCaps> taken{gst_pad_get_pad_template_caps (pad.get ())};
  const std::string name = gst_structure_get_name (gst_caps_get_structure (taken.get (), 0));
  const std::string line = "appsrc name=src format=time caps=" + name +
                           ",parsed=true,framerate=1/1,width=" + std::to_string (width) +
                           ",height=" + std::to_string (height) +
                           " ! avdec_gif ! videoconvert ! video/x-raw,format=RGBA ! "
                           "appsink name=sink sync=false";
  const Owned<GstElement> pipeline{gst_parse_launch (line.c_str (), nullptr)};
  const Owned<GstElement> src{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "src")},
      sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "sink")};
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  for (std::size_t i = 0; i < parts.size (); i++) {
    GstBuffer *buffer = gst_buffer_new_memdup (parts[i].data (), parts[i].size ());
    GST_BUFFER_PTS (buffer) = i * GST_SECOND;
    gst_app_src_push_buffer (GST_APP_SRC (src.get ()), buffer);
  }
  gst_app_src_end_of_stream (GST_APP_SRC (src.get ()));
  std::vector<Shown> all;
  while (const Owned<GstSample> sample{gst_app_sink_pull_sample (GST_APP_SINK (sink.get ()))}) {
    GstVideoInfo info;
    gst_video_info_from_caps (&info, gst_sample_get_caps (sample.get ()));
    Shown s{info.width, info.height, Bytes (std::size_t (4 * info.width * info.height))};
    gst_buffer_extract (gst_sample_get_buffer (sample.get ()), 0, s.pixels.data (),
                        s.pixels.size ());
    all.push_back (std::move (s));
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return all;
}

// A gifstreamenc that is fed frame by frame.
class GifEncoding {
 public:
  explicit GifEncoding (const std::string &properties = "", int width = 16, int height = 12,
                        const std::string &format = "RGBA", const std::string &rate = "0/1")
      : harness_{harness_of ("gifstreamenc " + properties)}, bus_{harness_->element}
  {
    set_caps (width, height, format, rate);
  }
  void set_caps (int width, int height, const std::string &format, const std::string &rate = "0/1")
  {
    const std::string caps = "video/x-raw,format=" + format + ",width=" + std::to_string (width) +
                             ",height=" + std::to_string (height) + ",framerate=" + rate;
    gst_harness_set_src_caps (harness (), caps_of (caps).release ());
    info_ = info_of_caps (caps);
  }

  GstHarness *harness () const { return harness_.get (); }
  GstElement *element () const { return harness_->element; }

  Owned<GstBuffer> buffer (const Paint &paint, GstClockTime pts,
                           GstClockTime duration = kNone) const
  {
    const int r = GST_VIDEO_INFO_COMP_POFFSET (&info_, 0),
              g = GST_VIDEO_INFO_COMP_POFFSET (&info_, 1),
              b = GST_VIDEO_INFO_COMP_POFFSET (&info_, 2);
    const bool grey = GST_VIDEO_INFO_IS_GRAY (&info_);
    Owned<GstBuffer> made = painted (info_, [&] (int, int x, int y, int k) {
      const Color c = paint (x, y);
      return int (grey || k == r ? c[0] : k == g ? c[1] : k == b ? c[2] : c[3]);
    });
    GST_BUFFER_PTS (made.get ()) = pts;
    GST_BUFFER_DURATION (made.get ()) = duration;
    return made;
  }
  GstFlowReturn push (const Paint &paint, GstClockTime pts, GstClockTime duration = kNone)
  {
    return gst_harness_push (harness (), buffer (paint, pts, duration).release ());
  }
  bool end () { return gst_harness_push_event (harness (), gst_event_new_eos ()); }

  // All that has come out so far.
  const Bytes &bytes ()
  {
    while (const Owned<GstBuffer> out{gst_harness_try_pull (harness ())}) {
      Bytes part (gst_buffer_get_size (out.get ()));
      gst_buffer_extract (out.get (), 0, part.data (), part.size ());
      bytes_.insert (bytes_.end (), part.begin (), part.end ());
      parts_.push_back (std::move (part));
    }
    return bytes_;
  }
  // The same, buffer by buffer.
  const std::vector<Bytes> &parts ()
  {
    bytes ();
    return parts_;
  }
  GifRead read () { return GifRead (bytes ()); }
  Bus &bus () { return bus_; }

 private:
  Harness harness_;
  Bus bus_;
  GstVideoInfo info_;
  Bytes bytes_;
  std::vector<Bytes> parts_;
};

}  // namespace quad::test
