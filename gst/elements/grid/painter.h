// Draws one output frame of quadmux-grid: map, describe, draw.
#pragma once

#include <gst/video/video.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/renderer.h"
#include "glue/device.h"
#include "glue/frame.h"
#include "glue/threads.h"

struct GstQuadMuxGrid;

namespace quad {

struct GridSnapshot;
struct PadSnapshot;
struct ShownPicture;

class GridPainter {
 public:
  // Draws the inputs' current frames into `out`. Problems are posted to the bus.
  GstFlowReturn draw (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const GstVideoInfo &info,
                      GstBuffer *out);

  // Lets go of everything that was kept for the next frame.
  void reset ();

 private:
  // A picture that the device copies to the host: there when the device has been waited for.
  struct Download {
    std::size_t tile = 0;  // which of the scene's
    const PadSnapshot *pad = nullptr;
    GstVideoInfo info = {};
    MappedFrame *frame = nullptr;
  };

  bool ready (GstQuadMuxGrid *self, const GridSnapshot &snapshot, Memory memory);
  GstFlowReturn draw_on (GstQuadMuxGrid *self, const GridSnapshot &snapshot,
                         const GstVideoInfo &info, GstBuffer *out);
  Status render (Device &device, GstBuffer *target, const FrameView &canvas);
  // `shown` becomes what is to be seen of it, which may be nothing.
  bool add_picture (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad,
                    const GstVideoInfo &info, ShownPicture &shown);
  void add_border (const PadSnapshot &pad, const Rect &cell, const Rect &inner, guint argb,
                   const GstVideoInfo &info);
  bool map (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &info,
            GstBuffer *buffer, MappedFrame *&mapped);
  bool leave_out (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &info,
                  GstBuffer *buffer, const std::string &sentence);
  Status bring (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &from,
                const GstVideoInfo &to, guint background, MappedFrame &frame, Tile &tile);
  bool take_downloads (GstQuadMuxGrid *self, const GstVideoInfo &to, guint background);
  Status convert (const PadSnapshot &pad, const GstVideoInfo &from, const GstVideoInfo &to,
                  guint background, GstVideoFrame &frame, Tile &tile);

  std::unique_ptr<Renderer> renderer_;
  int n_threads_ = -1;
  std::shared_ptr<Threads> threads_;  // of n_threads_, for all that draws on the host
  Scene scene_;
  // Sources of this frame: they stay mapped until it is drawn.
  std::deque<MappedFrame> frames_;
  std::vector<Owned<GstBuffer>> buffers_;
  std::vector<GstBuffer *> on_device_;  // those of them that lie in CUDA memory
  GstClockTime now_ = 0;                // the frame's running time
  bool queued_ = false;                 // work on the device that nobody has waited for
  std::vector<Download> downloads_;
};

}  // namespace quad
