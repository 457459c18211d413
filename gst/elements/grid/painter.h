// Draws one output frame of quadmux-grid: compose, show, draw.
#pragma once

#include <gst/video/video.h>

#include <memory_resource>
#include <string>
#include <vector>

#include "elements/grid/composition.h"
#include "elements/grid/labels.h"
#include "elements/grid/shown.h"
#include "glue/stage.h"

struct GstQuadMuxGrid;

namespace quad {

struct GridSnapshot;
struct PadSnapshot;

class GridPainter {
 public:
  explicit GridPainter (Backends &backends) : stage_ (backends), labels_ (stage_) {}

  // Draws the inputs' current frames into `out`. Problems are posted to the bus.
  GstFlowReturn draw (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const GstVideoInfo &info,
                      GstBuffer *out);

  // Lets go of everything that was kept for the next frame.
  void reset ()
  {
    stage_.reset ();
    labels_.restart ();
  }

 private:
  // Of the frame that is drawn.
  struct Frame {
    GstQuadMuxGrid *self;
    const GridSnapshot &snapshot;
    const GstVideoInfo &info;
    GstClockTime time;  // its running time
    std::pmr::vector<ShownPicture> shown;
  };

  bool show (Frame &frame, const PadSnapshot &pad, const Place &place);
  bool show_texts (const Frame &frame, const PadSnapshot &pad, const Place &place);
  void draw_border (const Place &place);
  bool leave_out (const Frame &frame, const PadSnapshot &pad, const std::string &sentence) const;
  GstFlowReturn fail (const Frame &frame, const Problem &problem);

  Stage stage_;
  LabelPainter labels_;
};

}  // namespace quad
