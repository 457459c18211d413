// The GPU that an element draws on: a CUDA context that it shares with its
// neighbours, and a stream of its own. Without a driver on this machine all of it says no.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/owned.h"

namespace quad {

// Whether elements can offer CUDA memory on this machine; where they cannot, `why`
// says the reason. Looks once, and loads the driver.
bool device_available (std::string &why);
bool device_available ();

class Device : public Backend {
 public:
  // `element` outlives this.
  explicit Device (GstElement *element);
  ~Device () override;
  Device (const Device &) = delete;
  Device &operator= (const Device &) = delete;

  // cuda-device-id: which GPU, or -1 for any. Counts when the context is next found.
  void set_id (int id) override;
  int id () const;

  // GstElement::set_context, and CONTEXT queries on any pad: whether it was answered.
  // On any thread.
  void take_context (GstContext *context) override;
  bool answer (GstQuery *query) override;

  // Finds a context among the neighbours and the application, or makes one. False where
  // there is none: the reason has been posted as an error.
  bool open () override;
  // Lets go of it all; renderers of this device have to be gone.
  void close () override;

  // A renderer that queues its work in the device's stream; after open ().
  std::unique_ptr<Renderer> make_renderer ();
  std::unique_ptr<Renderer> make_renderer (Threads &) override;
  std::unique_ptr<Adapter> make_adapter () override;

  // For ALLOCATION queries whose caps are of CUDA memory; after open (). decide: makes the
  // query's first pool one of the device, the offered one where it is such a pool and takes
  // the configuration; false where the device has no memory for it. propose: offers upstream
  // a pool, or where it needs none the size of a frame, unless one is offered already, and
  // asks for at least `min` buffers: as many as the element may hold while it waits for more.
  bool decide (GstQuery *query) override;
  void propose (GstQuery *query, guint min) override;

  // Why `buffer` cannot be used on this device; nullptr where it can. A sentence's end
  // after "The buffer".
  const char *problem_of (GstBuffer *buffer) override;

  // Between begin and end the renderers' launches are queued: they come after what
  // fills the inputs, and the inputs' memory is not filled anew before they are over.
  // After end() the output is ready, or says itself that it will be when its stream is.
  Status begin (std::span<GstBuffer *const> inputs, GstBuffer *output) override;
  Status end (std::span<GstBuffer *const> inputs, GstBuffer *output) override;

  // For the glue alone.
  struct Impl;
  Impl &impl () { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace quad
