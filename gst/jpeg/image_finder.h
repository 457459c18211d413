// Finds where JPEGs begin and end in a stream of bytes.
#pragma once

#include <vector>

#include "jpeg/bytes.h"

namespace quad::jpeg {

// Takes a stream in parts of any size. An image begins with FF D8 FF and ends after its EOI; or
// where the next image begins, if its EOI is missing. Segments before its first scan are skipped by
// their length, so that a thumbnail inside of one is no image. From the first scan on only EOI and
// the beginning of an image count, because damaged data holds markers by chance.
//
// A photo's file may hold further images after its EOI, listed in an index (CIPA DC-007, MPF): a
// smaller preview, a depth or gain map. They are not frames of a film. So an image that begins
// exactly where the index of the last one says is garbage here.
class ImageFinder {
 public:
  enum class Kind {
    need_more,  // nothing can be said of these bytes alone: give them again, with more
    garbage,    // belongs to no image
    inside,     // belongs to an image, which goes on
    last,       // ends an image; there may be none of them
  };
  struct Part {
    Kind kind = Kind::need_more;
    std::size_t size = 0;
  };

  // What the first of `bytes` are. The next call gets the bytes after these. At most 2 bytes are
  // ever left for the next call.
  Part next (Bytes bytes);

  // Whether an image has begun and not ended. At the end of a stream it is cut, and the bytes that
  // are left belong to it.
  bool in_image () const { return state_ != State::outside && !skipped_; }

  // Forgets the stream.
  void reset () { *this = ImageFinder{}; }

 private:
  enum class State { outside, marker, segment, scan };

  struct Step {
    std::size_t size = 0;
    bool ended = false;    // the image is over after these bytes
    bool waiting = false;  // for more bytes
  };

  Part find_begin (Bytes bytes);
  Step step (Bytes bytes);
  Step marker (Bytes bytes);
  Step segment (Bytes bytes);
  Step scan (Bytes bytes);
  void begin_image ();
  void end_segment ();

  State state_ = State::outside;
  bool skipped_ = false;   // the image is listed in the index of the one before
  std::uint8_t kind_ = 0;  // the marker of the segment
  std::size_t left_ = 0;   // bytes of the segment that are to come
  bool captures_ = false;  // the segment may be an index: it is in captured_
  std::uint64_t position_ = 0;
  std::uint64_t captured_at_ = 0;
  std::vector<std::uint8_t> captured_;
  std::vector<std::uint64_t> listed_;  // positions of images that are skipped
};

// The first image in `bytes`, which hold all of it: up to its EOI, or to the end. Empty if none
// begins there.
Bytes first_image (Bytes bytes);

}  // namespace quad::jpeg
