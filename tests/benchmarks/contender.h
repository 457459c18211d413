// The interface of what scale_bench times: this project's scaler and its peers'.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/view.h"

namespace quad::bench {

// The filter of this project that a contender is compared with: area or lanczos.
enum class Family { area, lanczos, copy };

// Scales frames of one `format` and one pair of sizes, to the format `out` if it is known. All
// set-up is done before. Rows of frames begin on 64 bytes and may be written up to the next 64.
struct Contender {
  std::string name;
  Family family;
  bool ours;
  PixelFormat format;
  std::function<void (const FrameView &in, const FrameView &out)> scale;
  PixelFormat out = PixelFormat::unknown;

  PixelFormat target () const { return out == PixelFormat::unknown ? format : out; }
};

using Contenders = std::vector<Contender>;

// Each project adds its contenders for frames of `format` scaled from `from` to `to`. One file for
// each project.
void add_ours (Contenders &list, PixelFormat format, Size from, Size to);
void add_libyuv (Contenders &list, PixelFormat format, Size from, Size to);
void add_swscale (Contenders &list, PixelFormat format, Size from, Size to);
void add_zimg (Contenders &list, PixelFormat format, Size from, Size to);
void add_gst (Contenders &list, PixelFormat format, Size from, Size to);
void add_memory (Contenders &list, PixelFormat format, Size from, Size to);

// Whether this project and zimg may only use the instructions of processors with AVX2.
inline bool only_avx2 = false;

// Ends the program: a benchmark that cannot run one of its contenders is wrong.
[[noreturn]] void give_up (const std::string &why);

}  // namespace quad::bench
