// The GPU that an element draws on: a CUDA context, shared with the neighbours, and a stream of its
// own. Without a driver all functions fail.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/owned.h"

namespace quad {

// True if elements can offer CUDA memory on this machine; else `why` says the reason. Loads the
// driver and looks once.
bool device_available (std::string &why);
bool device_available ();

class Device : public Backend {
 public:
  // `element` outlives this.
  explicit Device (GstElement *element);
  ~Device () override;
  Device (const Device &) = delete;
  Device &operator= (const Device &) = delete;

  // cuda-device-id: the GPU, or -1 for any. It counts when the context is next looked for.
  void set_id (int id) override;
  int id () const;

  // For GstElement::set_context and CONTEXT queries on any pad. answer returns whether it answered.
  // On any thread.
  void take_context (GstContext *context) override;
  bool answer (GstQuery *query) override;

  // Finds a context at the neighbours or the application, or makes one. Returns false after it has
  // posted the reason as an error.
  bool open () override;
  // Lets go of the context and the stream. Renderers of this device must be gone.
  void close () override;

  // A renderer that queues its work in the device's stream. After open ().
  std::unique_ptr<Renderer> make_renderer ();
  std::unique_ptr<Renderer> make_renderer (Threads &) override;
  std::unique_ptr<Adapter> make_adapter () override;
  std::unique_ptr<matte::Renderer> make_matte_renderer () override;

  // For ALLOCATION queries with caps of CUDA memory, after open (). decide makes the query's first
  // pool one of the device: the offered one if it is such a pool and accepts the configuration,
  // else a new one. It returns false if the device has no memory for it. propose offers a pool to
  // upstream (or the size of a frame if no pool is wanted) unless one is offered already. `min` is
  // the number of buffers that the element may hold while it waits for more.
  bool decide (GstQuery *query) override;
  void propose (GstQuery *query, guint min) override;

  // Why `buffer` cannot be used on this device, as the end of a sentence after "The buffer";
  // nullptr if it can.
  const char *problem_of (GstBuffer *buffer) override;

  // Launches are queued between begin and end. They run after the work that fills the inputs, and
  // the inputs' memory is not reused before they are done. After end () the output is ready, or its
  // memory says that its stream must be waited for.
  Status begin (std::span<GstBuffer *const> inputs, GstBuffer *output) override;
  Status end (std::span<GstBuffer *const> inputs, GstBuffer *output) override;

  // For this folder only.
  struct Impl;
  Impl &impl () { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace quad
