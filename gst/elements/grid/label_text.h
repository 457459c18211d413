// The text of a label: a pattern with fields, such as "{name} {clock:%H:%M:%S}".
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quad {

// What fields show. A dash stands for what is not known.
struct LabelFacts {
  std::string_view name;                   // the pad's
  std::string_view state;                  // of its input
  GstClockTime pts = GST_CLOCK_TIME_NONE;  // of the frame that is shown, or was shown last
  std::int64_t arrival = -1;               // when it came, in microseconds of Unix time; -1: never
  GstClockTime age = GST_CLOCK_TIME_NONE;  // since then
  int rate_num = 0, rate_den = 1;          // frames a second as the caps say; 0: unknown
  int width = 0, height = 0;               // of the frame; 0: unknown
};

// A pattern, read once. "{{" and "}}" are braces. A field that is not known, or has no end, stays
// as it is.
class LabelPattern {
 public:
  LabelPattern () = default;
  explicit LabelPattern (std::string_view pattern);

  // The first field that is not known, as it is written; empty: all are known.
  const std::string &unknown () const { return unknown_; }

  // Replaces `text`. Allocates only where the text outgrows its memory.
  void write (const LabelFacts &facts, std::string &text) const;

  // The fields for the user: "{name}, {state}, ...".
  static std::string known_fields ();

 private:
  // What a field writes. `format` is what stands behind its colon.
  using Write = void (const LabelFacts &facts, const char *format, std::string &text);
  struct Field {
    std::string_view name;
    Write *write;
  };
  static const Field kFields[];
  struct Part {
    Write *write;      // null: the text itself
    std::string text;  // or the format
  };

  static const Field *find (std::string_view name);
  void add_text (std::string_view text);

  std::vector<Part> parts_;
  std::string unknown_;
};

}  // namespace quad
