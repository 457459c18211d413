// Scenes with the pictures they show, and one-call drawing.
#pragma once

#include <memory>
#include <ostream>
#include <vector>

#include "host/host_renderer.h"
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

// Whether make_renderer () draws it.
bool is_drawn (const FormatInfo &format);
// All that are.
std::vector<PixelFormat> every_format ();

// For the names of a format's tests.
std::string format_name (PixelFormat format);

struct OwnedScene {
  Scene scene;
  std::vector<std::unique_ptr<Picture>> pictures;

  Picture &add_picture (Size size, Layout layout = {});
};

// One tile that fills a canvas of `target` with all of a new picture.
OwnedScene scene_of (PixelFormat format, Size source, Size target, Filter filter,
                     Orientation orientation = Orientation::identity, Layout layout = {});

struct RandomSceneOptions {
  int max_side = 300;
  int max_tiles = 4;
  bool blend = true;  // alpha, Blend::source, solids, overlapping tiles
  Layout layout = {};
};

OwnedScene random_scene (PixelFormat format, Random &random, const RandomSceneOptions &options);

// A random rectangle that a tile may fill.
Rect random_target (const FormatInfo &format, Size canvas, Random &random);

// What draw() draws with: the host's renderer, or another one that these tests are built for.
// It takes pictures of the host's.
std::unique_ptr<Renderer> make_renderer (const host::HostOptions &options = {});

// Prepares and draws; records a failure unless both answer ok. The canvas is
// full of `junk` before.
Picture draw (const Scene &scene, const host::HostOptions &options = {}, Layout layout = {},
              std::uint8_t junk = 0xee);

}  // namespace quad::test
