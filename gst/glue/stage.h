// Buffers onto a buffer: an element says what it has and where that goes. The stage brings every
// picture to the canvas's memory and, if the renderer does not convert it, format; it orders the
// device's work, draws and hands on.
//
//     stage.begin (out_info, outbuf);
//     for (const Shown &s : shown) stage.show (*s.input, s.buffer, s.info, s.look);
//     stage.fill (rect, rgb, alpha);
//     if (const Problem p = stage.finish ()) return post (self, p);
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/list_memory.h"
#include "core/placement.h"
#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/converted_tile.h"
#include "glue/frame.h"
#include "glue/threads.h"
#include "glue/video.h"

namespace quad {

// How to show a picture.
struct Look {
  Placement placement;  // without a crop or a target the picture is only checked
  Orientation orientation = Orientation::identity;
  Filter filter = Filter::area;
  int alpha = 255;  // 0 to 255
  Blend blend = Blend::over;
  double peak = 0;  // the brightest light of HDR, in cd/m2; 0: the usual
  // The buffer is never written again. So a frame that shows it in the same way as the last one
  // neither moves it to other memory nor scales and converts it once more.
  bool still = false;
};

// What the caps of a pad say of its frames.
struct Frames {
  GstVideoInfo info = {};
  Memory memory = Memory::host;
};

// What a shown picture needs from frame to frame: a converter, a copy in other memory. It belongs
// to the caller that shows the picture, and outlives the stage's frame. Not thread safe.
class Input {
 public:
  // How the last picture was brought to the canvas's memory, at the size that is shown.
  struct Move {
    Memory from = Memory::host;
    Memory to = Memory::host;
    bool converted = false;  // to the canvas's format and colours
    explicit operator bool () const { return from != to; }
    bool operator== (const Move &) const = default;
  };
  const Move &moved () const { return moved_; }
  // Whether it was brought to another format, other colours or another memory.
  bool is_converted () const { return logged_ && (*logged_ || logged_->converted); }

  // Frees what was kept, the device's memory too.
  void forget ();

 private:
  friend class Stage;

  void free_kept ();
  void take_still (GstBuffer *buffer);  // null: the picture is not still

  std::optional<Memory> memory_;  // where its frames must lie; none: anywhere
  Move moved_;
  std::optional<Move> logged_;        // at INFO; until it changes
  std::shared_ptr<Threads> threads_;  // used by `converted_`
  std::unique_ptr<ConvertedTile> converted_;
  double peak_ = 0;        // of the last picture, see Look
  Conversion conversion_;  // of tiles that the renderer converts

  // What was carried to the canvas's memory last, of a buffer that is still. The picture lies in
  // `there_`.
  struct Carried {
    Owned<GstBuffer> buffer;
    Tile tile;  // before it was carried
    GstVideoInfo to = {};
    FrameView view;
  };
  Owned<GstBuffer> still_;          // the last buffer, if it is still: see Look
  std::uint64_t still_number_ = 0;  // see Tile; 0: it is not still
  Carried carried_;

  // Its copies in the memory where it is found, and in the canvas's memory.
  struct Kept {
    Memory memory = Memory::host;
    std::unique_ptr<Adapter> adapter;
  };
  Kept here_, there_;
};

// Why a frame, or one picture of it, is not drawn. Converts to true if there is a problem.
struct Problem {
  enum class Kind {
    none,
    said,           // an error was posted
    no_renderer,    // this machine cannot draw in the canvas's memory
    foreign,        // the buffer cannot be used where it lies: `why`
    bad_buffer,     // the buffer cannot be mapped, or does not hold its frame: `why`
    unconvertible,  // the picture cannot be converted to the canvas's format
    not_moved,      // pictures could not be moved: `status`
    failed,         // `status`
  };
  Kind kind = Kind::none;
  Status status = Status::ok;
  const Input *input = nullptr;  // whose picture; null: the canvas, or all pictures
  std::string why = {};          // the end of a sentence that begins with "The buffer"
  Memory memory = Memory::host;  // of the device that could not do it

  explicit operator bool () const { return kind != Kind::none; }
  // True if the frame can be drawn without the picture.
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

  // The number of threads that draw and convert on the host; 0: one per processor.
  void set_threads (int count);

  // For an element with one input. Prepares for frames of `in` on frames of `out`, so that what
  // cannot be drawn fails here. From then on frames must lie in the memory that the caps say.
  Problem prepare (Input &input, const Frames &in, const Frames &out, const Look &look);

  // Begins a frame and maps `out`, which must live until finish () or cancel () returns.
  // `background` is 0xAARRGGBB.
  Problem begin (const GstVideoInfo &info, GstBuffer *out, guint background = 0xff000000);

  // Shows a picture over those before it. If that fails and is_of_one_picture (), the picture is
  // left out and the frame goes on; else the frame is over.
  Problem show (Input &input, GstBuffer *buffer, const GstVideoInfo &info, const Look &look);

  // Fills a rectangle with the colour 0xRRGGBB. `alpha` is 0 to 255.
  void fill (const Rect &rect, guint rgb, int alpha);

  // Draws, makes the output ready to be handed on, and lets go of all buffers. Waits for the device
  // at most once: before the host uses downloaded pictures, or when the output is done.
  Problem finish ();

  // Ends a frame without drawing it. Waits for the work that is queued for it on the device,
  // because that work still reads the inputs. Does nothing if no frame has begun.
  void cancel ();

  // Frees everything that was kept for the next frame.
  void reset ();

 private:
  // A picture that the device copies to the host. It is there when the device has been waited for.
  struct Download {
    std::size_t tile = 0;  // its index in the scene
    Input *input = nullptr;
    Memory from = Memory::host;
    GstVideoInfo info = {};
    MappedFrame *frame = nullptr;
  };
  // The work of a device for the frame.
  struct Work {
    std::vector<GstBuffer *> inputs;  // the inputs in its memory
    bool queued = false;              // work is queued and was not waited for
  };

  Problem open (Memory memory);
  Problem ready (Memory memory);
  void describe_canvas (const GstVideoInfo &info);
  Tile tile_of (const FrameView &view, const GstVideoInfo &info, const Look &look) const;
  Problem map (Input &input, GstBuffer *buffer, const GstVideoInfo &info, MappedFrame *&mapped);
  Work &work_of (Memory memory);
  Adapter *adapter (Input::Kept &kept, Memory memory);
  Status download (Input &input, Adapter &adapter, const GstVideoInfo &from, Tile &tile);
  Status upload (Input &input, Tile &tile);
  Status end (Memory memory, GstBuffer *output);
  void log (Input &input, const Input::Move &move, const GstVideoInfo &from,
            const Tile &tile) const;
  bool converts_drawing (const GstVideoInfo &from, Memory here) const;
  Status bring (Input &input, const GstVideoInfo &from, Tile &tile);
  GstVideoInfo carried (const Tile &tile) const;
  Status prepare_conversion (Input &input, const GstVideoInfo &from, const GstVideoInfo &to,
                             const Tile &tile);
  Status convert (Input &input, const GstVideoInfo &from, const GstVideoInfo &to, Tile &tile);
  Status carry (Input &input, const GstVideoInfo &from, Tile &tile);
  bool was_carried (const Input &input, const Tile &tile, const GstVideoInfo &to) const;
  Problem take_downloads ();
  Status begin_output ();
  Status end_all ();
  Problem over (Problem problem);

  Backends &backends_;
  int n_threads_ = 0;
  std::shared_ptr<Threads> threads_;
  std::unique_ptr<Renderer> renderer_;
  std::optional<Memory> memory_;  // where the output must lie; none: anywhere

  // The frame that has begun.
  GstVideoInfo info_ = {};
  guint background_ = 0xff000000;
  GstBuffer *out_ = nullptr;
  std::optional<MappedFrame> canvas_;
  Scene scene_;
  // The sources. They stay mapped until the frame is drawn.
  ListMemory frame_memory_;
  std::pmr::deque<MappedFrame> frames_{&frame_memory_};
  std::vector<Owned<GstBuffer>> buffers_;
  std::vector<Work> works_;  // one a backend, in the table's order
  std::vector<Download> downloads_;
};

}  // namespace quad
