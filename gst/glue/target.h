// At which size a picture is shown: the query `quad-target` and the event `quad-full-picture`, by
// which a decoder makes a picture no larger than it is shown. docs/queries.md describes both.
#pragma once

#include <gst/video/video.h>

#include <optional>

#include "core/geometry.h"
#include "glue/owned.h"

namespace quad {

// A picture as it is stored, before it is decoded.
struct FullPicture {
  Size size;
  Ratio sample = {1, 1};  // width over height of a sample
  Orientation orientation = Orientation::identity;

  bool operator== (const FullPicture &) const = default;
};

// What is shown of a picture, seen from the picture as it is stored: `size` is what the shown part
// measures on the output, in pixels. The part is given in fractions of the picture's sides.
struct ShownPart {
  Size size;
  double x = 0;
  double y = 0;
  double width = 1;
  double height = 1;
};

// The shown part of a picture of `picture`, which is drawn at `size`.
ShownPart shown_part (Size size, const FineRect &part, Size picture);

// Asks what lies behind `src` at which size it shows `picture`. Returns the size that the whole
// picture has there, in the picture's own orientation; it may be larger than the picture. None if
// full size is needed: something behind does not answer, or changes the picture on the way. The
// largest of all branches. Any thread; downstream may take its locks, so hold none of your own.
std::optional<Size> ask_target (GstPad *src, const FullPicture &picture);

// For an element that answers. The picture that `query` is about; none if it is another query, or
// one that makes no sense.
std::optional<FullPicture> asked_target (const GstQuery *query);

// Answers `query` for `element`, which must be the one whose pad got it.
void answer_target (GstQuery *query, GstElement *element, const ShownPart &shown);

// A sticky event that goes before the caps of pictures that are decoded smaller than they are:
// their `full` size, and the size of these caps.
Owned<GstEvent> full_picture_event (Size full, Size decoded);

// What such an event said.
struct ReducedPicture {
  Size full;
  Size decoded;
};

// None if it is another event, or one that makes no sense.
std::optional<ReducedPicture> reduced_picture (const GstEvent *event);

}  // namespace quad
