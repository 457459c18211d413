// Gives pictures an alpha channel from a mask, refined to the picture's own edges.
//
//     matting.prepare (in, out);
//     matting.sees (buffer, part, {256, 256}, rgb);      // what a model looks at
//     matting.draw (buffer, mask, look, outbuf);
#pragma once

#include <memory>
#include <utility>

#include "glue/stage.h"
#include "matte/foreground.h"
#include "matte/guided_filter.h"
#include "matte/smoothing.h"

namespace quad {

// A small picture of 8 bits in system memory, as a buffer that a stage draws on or shows.
class SmallFrame {
 public:
  // `format` has planes of one size: GRAY8, Y444, RGBP. Keeps what it has if nothing changes.
  // `colorimetry` may be null: then it has GStreamer's defaults for the format, sRGB or gray of
  // the full range.
  void set (GstVideoFormat format, Size size, const GstVideoColorimetry *colorimetry = nullptr);

  const GstVideoInfo &info () const { return info_; }
  GstBuffer *buffer () const { return buffer_.get (); }
  matte::SmallPicture &picture () { return picture_; }
  const matte::SmallPicture &picture () const { return picture_; }

 private:
  GstVideoInfo info_ = {};
  matte::SmallPicture picture_;
  Owned<GstBuffer> buffer_;
};

// Levels of 0 (background) to 255 (foreground), and the part of the picture that they cover. Its
// surroundings are background.
struct Mask {
  GstBuffer *buffer = nullptr;
  GstVideoInfo info = {};  // GRAY8, of any size
  Rect area;
  bool fresh = true;  // false: the last one again
};

struct MatteLook {
  bool refined = true;  // else the mask is only enlarged
  matte::Refinement refinement;
  double smoothing = 0;  // see matte::Smoother
  bool inverted = false;
  bool cleaned = false;  // colours where alpha is partial are the foreground's alone
};

// Not thread safe.
class Matting {
 public:
  explicit Matting (Backends &backends);
  Matting (const Matting &) = delete;
  Matting &operator= (const Matting &) = delete;

  // The number of threads that draw; 0: one per processor.
  void set_threads (int count);

  // Frames of `in` become frames of `out`, which have alpha or are GRAY8, and the same size.
  void prepare (const Frames &in, const Frames &out);

  // Draws `part` of the picture, in the output's samples, as RGBP of `size` in sRGB.
  Problem sees (GstBuffer *picture, const Rect &part, Size size, const matte::SmallPicture *&rgb);

  // Draws the mask at `size`.
  Problem fits (const Mask &mask, Size size, const matte::SmallPicture *&levels);

  // Writes the picture with its alpha to `out`.
  Problem draw (GstBuffer *picture, const Mask &mask, const MatteLook &look, GstBuffer *out);

  // What comes is not smoothed with what was.
  void forget_masks () { shown_ = smoothed_ = {}; }
  // Frees everything.
  void reset ();

 private:
  // A stage with what it shows: each keeps its own scene.
  struct Drawing {
    explicit Drawing (Backends &backends) : stage (backends) {}
    Stage stage;
    Input input;
    // A small picture that is drawn where the input lies, before it is copied to the host.
    Owned<GstBuffer> there;
    GstVideoInfo info = {};
  };

  Size grid_of (const Mask &mask) const;
  void make_scratch ();
  static Problem draw_part (Drawing &with, GstBuffer *picture, const GstVideoInfo &info,
                            const FineRect &part, const GstVideoInfo &to, GstBuffer *out);
  Problem draw_small (Drawing &with, GstBuffer *picture, const GstVideoInfo &info,
                      const FineRect &part, SmallFrame &to);
  Problem draw_colors (GstBuffer *picture, GstBuffer *out);
  Problem copy_colors (GstBuffer *picture, GstBuffer *out);
  Problem take_mask (const Mask &mask, const MatteLook &look);
  matte::Rows<const float> weights_for (const MatteLook &look);
  template <typename Work>
  void split (int height, const Work &work);
  void estimate_colors (Size area);
  void solve (const Mask &mask, const MatteLook &look);
  Problem write_alpha_there (const Mask &mask, const MatteLook &look, GstBuffer *out);
  Problem write_alpha (GstBuffer *colors, const Mask &mask, const MatteLook &look, GstBuffer *out);
  FineRect part_of (GstBuffer *picture, const Rect &part) const;

  Backends &backends_;
  Drawing colors_, guide_, seen_, fitted_, mask_;
  std::unique_ptr<Threads> threads_;
  int n_threads_ = 0;
  Frames in_, out_;
  bool copies_ = false;       // the output has the input's planes, and alpha
  GstVideoInfo guided_ = {};  // of the picture whose samples are the guide
  Owned<GstBuffer> scratch_;  // that picture, if it is neither the input nor the output
  SmallFrame seen_frame_, fitted_frame_, guide_frame_, mask_frame_;
  std::unique_ptr<matte::Renderer> there_;  // where the output lies in a device's memory
  matte::GuidedFilter filter_;
  matte::Foreground foreground_;
  matte::Smoother smoother_;
  std::vector<std::uint16_t> kept_;  // see matte::History
  struct Shown {
    Size grid;
    Rect area;
    bool inverted = false;
    bool operator== (const Shown &) const = default;
  };
  Shown shown_;     // what mask_frame_ has
  Shown smoothed_;  // what the smoother knows and kept_ has
  struct Prepared {
    Size mask, picture;
    matte::Refinement refinement;
    int workers = 0;
    bool operator== (const Prepared &) const = default;
  } prepared_;
};

}  // namespace quad
