// What a backend is, and the table of those that this build has. A new backend is a folder that
// draws (as host and cuda are), a file here that defines its row, and the row in backends.cpp.
#pragma once

#include <gst/video/video.h>

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/renderer.h"
#include "glue/frame.h"
#include "glue/owned.h"
#include "glue/threads.h"

namespace quad {

// Pictures that one input has in a device's memory, kept between frames of the same shape. Not
// thread safe. The work is queued between the backend's begin () and end ().
class Adapter {
 public:
  virtual ~Adapter () = default;

  // The picture of `tile`, of `from` in the device's memory, at its target's size in the format
  // of `to`; valid until the next call. A picture with alpha on one without is laid over
  // `background` (0xAARRGGBB, taken as opaque).
  virtual Status convert (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                          guint background, FrameView &converted) = 0;

  // The same in its own format, copied to the host: `frame`, which `info` describes. Its
  // pixels are there after the backend's end ().
  virtual Status download (const Tile &tile, const GstVideoInfo &from, MappedFrame *&frame,
                           GstVideoInfo &info) = 0;

  // A copy of `picture`, which lies on the host, on the device. The picture may go when this
  // returns; the backend's end () waits for the copy.
  virtual Status upload (const FrameView &picture, FrameView &copy) = 0;
};

// One backend of one element: for a device, the device that the element draws on. What is not
// overridden is right for a backend without a device.
class Backend {
 public:
  virtual ~Backend () = default;

  // GstElement::set_context, and CONTEXT queries on any pad: whether it was answered. On any
  // thread, as set_id (): which device, or -1 for any, when it is next looked for.
  virtual void take_context (GstContext *context);
  virtual bool answer (GstQuery *query);
  virtual void set_id (int id);

  // Finds the device. False where there is none: the reason has been posted as an error.
  virtual bool open ();
  // Lets go of it; renderers and adapters have to be gone.
  virtual void close ();

  // After open (); null where there is none.
  virtual std::unique_ptr<Renderer> make_renderer (Threads &threads) = 0;
  virtual std::unique_ptr<Adapter> make_adapter ();

  // For ALLOCATION queries whose caps are of the device's memory; after open (). decide: makes the
  // query's first pool one of the device; false where it has no memory for that. propose: offers
  // upstream a pool, and asks for at least `min` buffers.
  virtual bool decide (GstQuery *query);
  virtual void propose (GstQuery *query, guint min);

  // Why `buffer` cannot be used on this device; null where it can. A sentence's end after "The
  // buffer".
  virtual const char *problem_of (GstBuffer *buffer);

  // Between begin and end work is queued: it comes after what fills the inputs, and the inputs'
  // memory is not filled anew before it is over. After end () the output is ready, or says itself
  // when it will be.
  virtual Status begin (std::span<GstBuffer *const> inputs, GstBuffer *output);
  virtual Status end (std::span<GstBuffer *const> inputs, GstBuffer *output);
};

// All that is known of a backend before an element has one.
struct BackendRow {
  Memory memory = Memory::host;
  const char *feature = nullptr;          // of caps; null: none, system memory
  const char *name = "system";            // as in "frames in CUDA memory"
  const char *download = nullptr;         // the element that brings frames to system memory
  const char *converter = nullptr;        // the element that converts frames there
  bool (*draws) (PixelFormat) = nullptr;  // null: every format
  bool (*available) (std::string &why) = nullptr;                           // null: always
  bool (*holds) (GstBuffer *) = nullptr;                                    // null: any other
  bool (*converts) (const GstVideoInfo &, const GstVideoInfo &) = nullptr;  // null: all
  std::unique_ptr<Backend> (*make) (GstElement *) = nullptr;
};

// The table: devices first, the host last. The one thing that backends.cpp defines, so that a
// program can link a table of its own.
std::span<const BackendRow> backends ();

// The row of a memory; the host's for one that is not known.
const BackendRow &backend_of (Memory memory);
bool is_available (const BackendRow &row);
// Whether the backend can turn pictures of `from` into such of `to`.
bool converts (const BackendRow &row, const GstVideoInfo &from, const GstVideoInfo &to);

// The memories that this machine has, in the table's order, `first` before the others.
std::vector<Memory> memories_from (Memory first);
// The same in the table's order: the devices' before the host's.
std::vector<Memory> memories ();

// The memory that a buffer lies in.
Memory memory_of (GstBuffer *buffer);

// The backends of one element, one a row.
class Backends {
 public:
  // `element` outlives this.
  explicit Backends (GstElement *element);

  Backend &of (Memory memory);
  // Null for the host.
  Backend *device_of (Memory memory);

  // As Backend, for all of them.
  void take_context (GstContext *context);
  bool answer (GstQuery *query);
  void close ();

  // The property cuda-device-id. On any thread.
  void set_id (int id);
  int id () const { return id_; }

 private:
  std::vector<std::unique_ptr<Backend>> all_;  // in the table's order
  std::atomic<int> id_{-1};
};

// The property cuda-device-id, as nvcodec's elements have it. It is there in every build, so that
// a command line that sets it is understood everywhere.
GParamSpec *cuda_device_id_spec ();

}  // namespace quad
