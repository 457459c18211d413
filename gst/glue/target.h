// At which size a picture is shown: the query `quad-target` and the event `quad-full-picture`, by
// which a decoder makes a picture no larger than it is shown. docs/queries.md describes both.
#pragma once

#include <gst/video/video.h>

#include <optional>

#include "core/placement.h"
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

// A picture that is decoded smaller than it is.
struct ReducedPicture {
  Size full;
  Size decoded;  // in its caps
  // How much of that the picture takes, in samples: the decoded size is rounded up.
  double covered_width = 0;
  double covered_height = 0;

  bool operator== (const ReducedPicture &) const = default;
};

// Says in `picture`, which is being placed, how much of it is covered; nothing if its part is not
// the whole decoded picture.
void cover (Picture &picture, const ReducedPicture &reduced);

// A sticky event that goes before the caps of such pictures.
Owned<GstEvent> full_picture_event (const ReducedPicture &reduced);

// None if it is another event, or one that makes no sense.
std::optional<ReducedPicture> reduced_picture (const GstEvent *event);

// What upstream of `sink` has said of pictures of the size `decoded` in such an event that has not
// come yet: capsfilter holds events back that come before the first caps, and lets them go behind
// these. For the streaming thread of `sink`, when its caps come. Takes the locks of the pads and
// elements on the way, so hold none of your own.
std::optional<ReducedPicture> reduced_upstream (GstPad *sink, Size decoded);

}  // namespace quad
