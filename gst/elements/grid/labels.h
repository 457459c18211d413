// Labels and texts over the inputs of quadmux-grid.
#pragma once

#include <set>
#include <string>

#include "elements/grid/label_settings.h"
#include "elements/grid/label_text.h"
#include "elements/grid/text_picture.h"
#include "glue/stage.h"

struct GstQuadMuxGrid;

namespace quad {

struct PadSnapshot;
struct Place;

// A pattern with its picture.
struct PatternPicture {
  std::string source;  // of the pattern
  LabelPattern pattern;
  TextPicture picture;
};

// Opens what renders text, and the fonts, once a process: it takes longer than a frame may. Any
// thread.
void prepare_texts ();

// What a pad keeps of its texts from frame to frame.
struct PadTexts {
  PatternPicture label, placeholder;
};

// Used only by the thread that makes the output.
class LabelPainter {
 public:
  explicit LabelPainter (Stage &stage) : stage_ (stage) {}

  // Where labels are shown.
  struct Output {
    GstQuadMuxGrid *self;
    const LabelSettings &settings;
    Canvas canvas;
    GstClockTime time;  // running time of the frame
  };
  // Shows the pad's placeholder text and its label over what the stage has shown so far. A text
  // that cannot be made is left out, with one warning. Returns a problem only if the frame is over.
  Problem show (const Output &output, const PadSnapshot &pad, const Place &place);

  // Warnings may come again.
  void restart () { told_.clear (); }

 private:
  struct Text;

  Problem draw (const Output &output, const PadSnapshot &pad, const Place &place, const Text &text);
  void tell (GstQuadMuxGrid *self, const std::string &sentence);

  Stage &stage_;
  std::set<std::string> told_;
};

}  // namespace quad
