// Scenes that own the pictures they show, and functions that draw with one call.
#pragma once

#include <memory>
#include <ostream>
#include <vector>

#include "host/host_renderer.h"
#include "support/conversion.h"
#include "support/picture.h"

namespace quad {

inline void PrintTo (PixelFormat format, std::ostream *out) { *out << info_of (format).name; }

}  // namespace quad

namespace quad::test {

inline const std::vector<Filter> kFilters = every_filter ();
inline constexpr Orientation kOrientations[] = {
    Orientation::identity,   Orientation::rotate_90,       Orientation::rotate_180,
    Orientation::rotate_270, Orientation::flip_horizontal, Orientation::flip_vertical,
    Orientation::transpose,  Orientation::anti_transpose};
inline constexpr ChromaSite kSites[] = {{false, false}, {true, false}, {false, true}, {true, true}};

// Whether the renderer of make_renderer () draws the format.
bool is_drawn (const FormatInfo &format);
// Whether it draws sources of other formats than the canvas's.
bool converts ();
// How many scenes a test of conversions draws where `count` would do for the host's renderer.
int scenes (int count);
// All formats that it draws.
std::vector<PixelFormat> every_format ();

// A name for the format's tests.
std::string format_name (PixelFormat format);

struct OwnedScene {
  Scene scene;
  std::vector<std::unique_ptr<Picture>> pictures;
  std::vector<ColorMatrix> matrices;  // one for each tile, if the scene has conversions

  // In the canvas's format, or in another one.
  Picture &add_picture (Size size, Layout layout = {});
  Picture &add_picture (PixelFormat format, Size size, Layout layout = {});
};

// A scene of one tile that fills a canvas of `target` with all of a new picture.
OwnedScene scene_of (PixelFormat format, Size source, Size target, Filter filter,
                     Orientation orientation = Orientation::identity, Layout layout = {});

struct RandomSceneOptions {
  int max_side = 300;
  int max_tiles = 4;
  bool blend = true;  // alpha, Blend::source, solids, overlapping tiles
  Layout layout = {};
  bool zooms = false;     // crops at fractions of samples
  bool converts = false;  // sources of other formats and colours
};

OwnedScene random_scene (PixelFormat format, Random &random, const RandomSceneOptions &options);

// A random conversion from `from` to `to`: its integers, and in `matrix` the real numbers. None if
// only the places of samples differ.
std::optional<ColorMap> random_colors (const FormatInfo &from, const FormatInfo &to, Random &random,
                                       ColorMatrix &matrix);

// One tile of a random picture of `from` on a canvas of `to`, with everything that moves samples.
OwnedScene converted_scene (const FormatInfo &from, const FormatInfo &to, Random &random);

// Nine pictures of `from`, which move and change their sizes from frame to frame.
class GlidingScene {
 public:
  struct Way {
    bool scales = true;  // else pictures keep their size and only move
    Filter filter = Filter::area;
    Orientation orientation = Orientation::identity;
    bool still = false;  // each picture has a number, see Tile
  };

  GlidingScene (PixelFormat from, PixelFormat canvas, const Way &way);

  // The scene as it is in frame `frame`. In each frame the pictures lie elsewhere, on odd positions
  // too, over one another, and in part beyond the canvas. One grows all the time, up to frame
  // kFrames, from a third of the canvas's width to all of it.
  const Scene &at (int frame);

  static constexpr int kFrames = 120;

 private:
  Way way_;
  OwnedScene owned_;
};

// Makes the tile show a random part of its source at fractions of samples. Sometimes the samples
// around it may be read.
void zoom (Tile &tile, Random &random);

// A random rectangle that a tile can fill.
Rect random_target (const FormatInfo &format, Size canvas, Random &random);

// The renderer that draw() uses: the host's, or another one for which these tests are built. It
// takes pictures in host memory.
std::unique_ptr<Renderer> make_renderer (const host::HostOptions &options = {});

// Prepares and draws. Records a failure unless both return ok. Fills the canvas with `junk` before.
Picture draw (const Scene &scene, const host::HostOptions &options = {}, Layout layout = {},
              std::uint8_t junk = 0xee);

}  // namespace quad::test
