// What scale_bench times: this project's scaler and its peers' behind one face.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/view.h"

namespace quad::bench {

// What a contender is compared with: this project's area or lanczos filter.
enum class Family { area, lanczos, copy };

// Scales frames of `format` and of the sizes it was made for. Everything that
// can be set up beforehand has been. Frames' rows begin on 64 bytes and may be
// written up to the next 64.
struct Contender {
  std::string name;
  Family family;
  bool ours;
  PixelFormat format;
  std::function<void (const FrameView &in, const FrameView &out)> scale;
};

using Contenders = std::vector<Contender>;

// Each adds what it has for frames of `format` scaled from `from` to `to`, one
// file a project.
void add_ours (Contenders &list, PixelFormat format, Size from, Size to);
void add_libyuv (Contenders &list, PixelFormat format, Size from, Size to);
void add_swscale (Contenders &list, PixelFormat format, Size from, Size to);
void add_zimg (Contenders &list, PixelFormat format, Size from, Size to);
void add_gst (Contenders &list, PixelFormat format, Size from, Size to);
void add_memory (Contenders &list, PixelFormat format, Size from, Size to);

// Ends the program: a benchmark that cannot run one of its contenders is wrong.
[[noreturn]] void give_up (const std::string &why);

}  // namespace quad::bench
