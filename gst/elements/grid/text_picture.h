// One text as a picture, which is made again only when something of it changes.
#pragma once

#include <gst/video/video.h>

#include <string>

#include "glue/owned.h"
#include "text/picture.h"

namespace quad {

// Used by one thread.
class TextPicture {
 public:
  // Change its fields, then call update (). Strings that are assigned keep their memory, so a text
  // that stays the same costs no allocation.
  text::Request wanted;

  // Makes the picture if it is not what is wanted; a room that makes no difference does not count.
  // Its sides are multiples of `unit`: background is added on the right and below.
  // `wanted.greatest` is in such multiples. Returns true if it was made.
  bool update (const Size &unit);

  // Why it could not be made, and the font that is missing: sentences; empty: nothing is wrong.
  const std::string &problem () const { return problem_; }
  const std::string &font_problem () const { return font_problem_; }

  // RGBA in system memory that is never written again; null: there is nothing to see.
  GstBuffer *buffer () const { return buffer_.get (); }
  const GstVideoInfo &info () const { return info_; }
  Size size () const { return {info_.width, info_.height}; }

 private:
  bool is_good (const Size &unit);
  void keep (const text::Picture &picture, const Size &unit);

  bool is_made_ = false;
  bool is_whole_ = false;  // any room that it fits into will do
  text::Request made_;
  Size unit_;
  Owned<GstBuffer> buffer_;
  GstVideoInfo info_ = {};
  std::string problem_, font_problem_;
};

}  // namespace quad
