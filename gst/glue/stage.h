// Buffers onto a buffer: an element says what it has and where that goes. The stage brings every
// picture to the canvas's memory and format, orders the device's work, draws and hands on.
//
//     stage.begin (out_info, outbuf);
//     for (const Shown &s : shown) stage.show (*s.input, s.buffer, s.info, s.look);
//     stage.fill (rect, rgb, alpha);
//     if (const Problem p = stage.finish ()) return post (self, p);
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/placement.h"
#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/converted_tile.h"
#include "glue/frame.h"
#include "glue/threads.h"
#include "glue/video.h"

namespace quad {

// How a picture is shown.
struct Look {
  Placement placement;  // without a crop or a target the picture is checked, and not drawn
  Orientation orientation = Orientation::identity;
  Filter filter = Filter::area;
  int alpha = 255;  // 0 to 255
  Blend blend = Blend::over;
};

// What one shown picture needs from frame to frame: a converter, a copy in other memory. It belongs
// to whoever shows the picture, and outlives the stage's frame. Not thread safe.
class Input {
 public:
  // From where to where the last picture had to be brought, at the size that is shown.
  struct Move {
    Memory from = Memory::host;
    Memory to = Memory::host;
    explicit operator bool () const { return from != to; }
  };
  const Move &moved () const { return moved_; }

  // Lets go of what was kept, the device's memory included.
  void forget ();

 private:
  friend class Stage;

  std::optional<Memory> memory_;  // where its frames must lie; none: where they are found
  Move moved_;
  std::shared_ptr<Threads> threads_;  // that `converted_` works with
  std::unique_ptr<ConvertedTile> converted_;

  // What it has in the memory where it is found, and in the canvas's.
  struct Kept {
    Memory memory = Memory::host;
    std::unique_ptr<Adapter> adapter;
  };
  Kept here_, there_;
};

// Why a frame, or one picture of it, is not drawn. True where there is a problem.
struct Problem {
  enum class Kind {
    none,
    said,           // the bus has been told
    no_renderer,    // this machine draws nothing in the canvas's memory
    foreign,        // the buffer cannot be used where it lies: `why`
    bad_buffer,     // the buffer cannot be mapped, or does not hold its frame: `why`
    unconvertible,  // the picture cannot have the canvas's format or colours
    not_moved,      // the pictures that were to be moved are lost: `status`
    failed,         // `status`
  };
  Kind kind = Kind::none;
  Status status = Status::ok;
  const Input *input = nullptr;  // whose picture; null: the canvas, or all
  std::string why = {};          // the end of a sentence after "The buffer"

  explicit operator bool () const { return kind != Kind::none; }
  // Whether the frame can be drawn without the picture.
  bool is_of_one_picture () const;
};

// Not thread safe.
class Stage {
 public:
  // `backends` outlive this.
  explicit Stage (Backends &backends);
  ~Stage () { cancel (); }
  Stage (const Stage &) = delete;
  Stage &operator= (const Stage &) = delete;

  // As n-threads: for all that is drawn and converted on the host. 0: one a processor.
  void set_threads (int count);

  // For an element with one input: gets ready for frames of `in` on frames of `out`, so that what
  // cannot be drawn fails here. From then on frames must lie in the memory that the caps say.
  Problem prepare (Input &input, const GstCaps *in, const GstCaps *out, const Look &look);

  // Begins a frame: maps `out`, which lives until finish () or cancel () returns. `background` is
  // 0xAARRGGBB.
  Problem begin (const GstVideoInfo &info, GstBuffer *out, guint background = 0xff000000);

  // Shows a picture over those before. Where that fails and is_of_one_picture (), the picture is
  // left out and the frame goes on; where not, the frame is over.
  Problem show (Input &input, GstBuffer *buffer, const GstVideoInfo &info, const Look &look);

  // Fills a rectangle with a colour, 0xRRGGBB, at an alpha of 0 to 255.
  void fill (const Rect &rect, guint rgb, int alpha);

  // Draws, hands the output on and lets go of all buffers. The device is waited for at most once:
  // before the host takes what was downloaded, or when the output is handed on.
  Problem finish ();

  // Ends a frame that is not to be drawn. What was queued for it on the device is waited for, as it
  // still reads the inputs; nothing happens where no frame has begun.
  void cancel ();

  // Lets go of all that was kept for the next frame.
  void reset ();

 private:
  // A picture that the device copies to the host: there when the device has been waited for.
  struct Download {
    std::size_t tile = 0;  // which of the scene's
    Input *input = nullptr;
    Memory from = Memory::host;
    GstVideoInfo info = {};
    MappedFrame *frame = nullptr;
  };
  // What a device does for the frame.
  struct Work {
    std::vector<GstBuffer *> inputs;  // those that lie in its memory
    bool queued = false;              // and nobody has waited for it
  };

  Problem ready (Memory memory);
  void describe_canvas (const GstVideoInfo &info);
  Tile tile_of (const FrameView &view, const GstVideoInfo &info, const Look &look) const;
  Problem map (Input &input, GstBuffer *buffer, const GstVideoInfo &info, MappedFrame *&mapped);
  Work &work_of (Memory memory);
  Adapter *adapter (Input::Kept &kept, Memory memory);
  Status upload (Input &input, Tile &tile);
  Status end (Memory memory, GstBuffer *output);
  Status bring (Input &input, const GstVideoInfo &from, MappedFrame &frame, Tile &tile);
  Status convert (Input &input, const GstVideoInfo &from, MappedFrame &frame, Tile &tile);
  Problem take_downloads ();
  Status render ();
  Problem over (Problem problem);

  Backends &backends_;
  int n_threads_ = 0;
  std::shared_ptr<Threads> threads_;
  std::unique_ptr<Renderer> renderer_;
  std::optional<Memory> memory_;  // where the output must lie; none: where it is found

  // Of the frame that has begun.
  GstVideoInfo info_ = {};
  guint background_ = 0xff000000;
  GstBuffer *out_ = nullptr;
  std::optional<MappedFrame> canvas_;
  Scene scene_;
  // The sources: they stay mapped until the frame is drawn.
  std::deque<MappedFrame> frames_;
  std::vector<Owned<GstBuffer>> buffers_;
  std::vector<Work> works_;  // one a backend, in the table's order
  std::vector<Download> downloads_;
};

}  // namespace quad
