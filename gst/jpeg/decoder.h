// Decodes JPEGs, whole or at a part of their size, into planes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/view.h"
#include "jpeg/header.h"

namespace quad::jpeg {

// Where a picture is decoded to. `room` is how many bytes may be written from a plane's first
// sample on, also those between its rows.
struct Destination {
  FrameView frame;
  std::array<std::size_t, kMaxPlanes> room = {};
};

struct Outcome {
  enum class Kind {
    whole,
    damaged,  // the frame is filled, but parts of it are wrong
    nothing,  // the frame's content is not defined
    lacking,  // the same, and this TurboJPEG decodes no such files
  };
  Kind kind = Kind::whole;
  std::string why;  // the library's message, or ours

  bool undefined () const { return kind == Kind::nothing || kind == Kind::lacking; }
};

// One thread at a time may use it.
class Decoder {
 public:
  Decoder ();
  ~Decoder ();
  Decoder (const Decoder &) = delete;
  Decoder &operator= (const Decoder &) = delete;

  // Decodes `jpeg`, whose header is `header` and has a sampling_of. `to.frame` has that row's
  // format, and a size that `scaled` gives for the header's. Samples beyond the picture's edges are
  // written too (up to whole chroma samples), where there is room; a plane without it is decoded
  // elsewhere and copied. A JPEG without EOI is whole if nothing else is missing.
  Outcome decode (Bytes jpeg, const Header &header, const Destination &to);

 private:
  struct Plane;

  Outcome try_to_decode (Bytes jpeg, const Header &header, const Destination &to);
  bool renew ();
  std::string fault_of (Bytes jpeg, const Header &header, const Sampling &sampling);
  Outcome decode_planes (Bytes jpeg, const Sampling &sampling, const Destination &to);
  std::string message () const;

  void *handle_ = nullptr;
  std::vector<std::uint8_t> ended_;                 // a JPEG with an EOI behind it
  std::array<std::vector<std::uint8_t>, 3> spare_;  // planes without room
};

}  // namespace quad::jpeg
