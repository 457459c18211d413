// The interface of a backend, and the table of all backends of this build. A new backend is a
// folder that draws (like host and cuda), a file here that defines its row, and the row in
// backends.cpp. Its memory has a name in the enum Memory (core/view.h).
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
#include "matte/renderer.h"

namespace quad {

// Moves the pictures of one input between a device's memory and the host. Its copies are kept
// between frames of the same shape.
// Work is queued between the backend's begin () and end (). Not thread safe.
class Adapter {
 public:
  virtual ~Adapter () = default;

  // Scales the picture of `tile`, which lies in the device's memory and is described by `from`, in
  // its own format and copies it to the host: `frame`, described by `info`. Its pixels are there
  // after the backend's end ().
  virtual Status download (const Tile &tile, const GstVideoInfo &from, MappedFrame *&frame,
                           GstVideoInfo &info) = 0;

  // Copies `picture` from the host to the device. `picture` may be freed when this returns; the
  // backend's end () waits for the copy.
  virtual Status upload (const FrameView &picture, FrameView &copy) = 0;
};

// An element's backend for one kind of memory. For a device, it is the device that the element
// draws on. The defaults fit a backend without a device.
class Backend {
 public:
  virtual ~Backend () = default;

  // take_context is for GstElement::set_context; answer is for CONTEXT queries on any pad, and says
  // whether it answered. set_id chooses the device for the next open (); -1: any. All three on any
  // thread.
  virtual void take_context (GstContext *context);
  virtual bool answer (GstQuery *query);
  virtual void set_id (int id);

  // Finds the device, if the row is available. Returns false after it has posted the reason as an
  // error.
  virtual bool open ();
  // Lets go of the device. Its renderers and adapters must be gone.
  virtual void close ();

  // After open (). Null: the device cannot draw; nothing was posted.
  virtual std::unique_ptr<Renderer> make_renderer (Threads &threads) = 0;
  virtual std::unique_ptr<Adapter> make_adapter ();
  // For devices: null if this one gives pictures no alpha.
  virtual std::unique_ptr<matte::Renderer> make_matte_renderer ();

  // For ALLOCATION queries with caps of the device's memory, after open (). decide makes the
  // query's first pool one of the device, and returns false if the device has no memory for it.
  // propose offers a pool to upstream and asks for at least `min` buffers.
  virtual bool decide (GstQuery *query);
  virtual void propose (GstQuery *query, guint min);

  // Why `buffer` cannot be used on this device, as the end of a sentence after "The buffer"; null
  // if it can.
  virtual const char *problem_of (GstBuffer *buffer);

  // Work is queued between begin and end. It runs after the work that fills the inputs, and their
  // memory is not reused before it is done. After end () the output is ready, or its memory says
  // when it will be.
  virtual Status begin (std::span<GstBuffer *const> inputs, GstBuffer *output);
  virtual Status end (std::span<GstBuffer *const> inputs, GstBuffer *output);
};

// All that is known of a backend without an instance.
struct BackendRow {
  Memory memory = Memory::host;
  const char *feature = nullptr;    // in caps; null: system memory
  const char *name = "system";      // as in "frames in CUDA memory"
  const char *download = nullptr;   // the element that copies frames to system memory
  const char *converter = nullptr;  // the element that converts frames there
  // Sentences for the user.
  const char *usage = nullptr;                     // what lists the users of this memory
  const char *failed = nullptr;                    // where to see why the device failed
  const char *no_kernels = nullptr;                // how to get kernels for the device
  bool (*draws) (PixelFormat) = nullptr;           // null: every format
  bool (*available) (std::string &why) = nullptr;  // null: always
  bool (*holds) (GstBuffer *) = nullptr;           // null: any other
  // Whether pictures of the first can be shown as pictures of the second; null: always. The
  // renderer converts while it draws.
  bool (*converts) (const GstVideoInfo &, const GstVideoInfo &) = nullptr;
  // Whether its renderer draws pictures of other formats, ranges and matrices (Tile::colors).
  bool converts_drawing = false;
  std::unique_ptr<Backend> (*make) (GstElement *) = nullptr;
};

// The table: devices first, the host last. backends.cpp defines nothing else, so that a program can
// link its own table.
std::span<const BackendRow> backends ();

// The row of a memory, and its place in the table; the host's if there is none.
const BackendRow &backend_of (Memory memory);
std::size_t place_of (Memory memory);
bool is_available (const BackendRow &row);
// Whether all pictures there can be shown as any others: light is converted, too.
inline bool converts_light (const BackendRow &row) { return row.converts_drawing && !row.converts; }

// True if the backend can show pictures of `from` as pictures of `to`.
bool converts (const BackendRow &row, const GstVideoInfo &from, const GstVideoInfo &to);

// Why drawing in the row's memory failed, and what the row says of it: the middle of a paragraph
// after "...: ", with its full stop.
std::string describe (Status status, const BackendRow &row);

// The memories of this machine: `first`, then the others in the table's order.
std::vector<Memory> memories_from (Memory first);
// The memories of this machine in the table's order: devices before the host.
std::vector<Memory> memories ();

// The memory that a buffer lies in.
Memory memory_of (GstBuffer *buffer);

// The backends of one element, one per row.
class Backends {
 public:
  // `element` outlives this.
  explicit Backends (GstElement *element);

  GstElement *element () const { return element_; }

  Backend &of (Memory memory);
  // Null for the host.
  Backend *device_of (Memory memory);

  // As in Backend, for all of them.
  void take_context (GstContext *context);
  bool answer (GstQuery *query);
  void close ();

  // The property cuda-device-id. On any thread.
  void set_id (int id);
  int id () const { return id_; }

 private:
  GstElement *element_;
  std::vector<std::unique_ptr<Backend>> all_;  // in the table's order
  std::atomic<int> id_{-1};
};

// The property cuda-device-id, named as in nvcodec's elements. Every build has it, so that a
// command line with it works everywhere.
GParamSpec *cuda_device_id_spec ();

}  // namespace quad
