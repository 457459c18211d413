// The CUDA driver: functions that libgstcuda does not wrap, and owners for the objects that it
// does.
#pragma once

// GStreamer calls its CUDA library unstable. The functions used here are the same from 1.22 to
// 1.28.
#ifndef GST_USE_UNSTABLE_API
#define GST_USE_UNSTABLE_API
#endif
// Its headers and cuda.h use old-style casts.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#include <gst/cuda/gstcudabufferpool.h>
#include <gst/cuda/gstcudacontext.h>
#include <gst/cuda/gstcudaloader.h>
#include <gst/cuda/gstcudamemory.h>
#include <gst/cuda/gstcudautils.h>
#pragma GCC diagnostic pop

#include <cstddef>
#include <string>

#include "core/renderer.h"

namespace quad::cuda {

// This backend's log category: quadcuda.
GstDebugCategory *debug_category ();

// Logs a failed call, and returns what it means for the caller. Any later call may report the error
// of an earlier launch.
Status status_of (CUresult result, const char *call);

// Makes a context current in the calling thread for a scope.
class Current {
 public:
  explicit Current (GstCudaContext *context);
  ~Current ();
  Current (const Current &) = delete;
  Current &operator= (const Current &) = delete;
  explicit operator bool () const { return pushed_; }

 private:
  bool pushed_;
};

// Device memory of one context. Frees it in that context.
class DeviceBuffer {
 public:
  DeviceBuffer () = default;
  ~DeviceBuffer () { reset (); }
  DeviceBuffer (const DeviceBuffer &) = delete;
  DeviceBuffer &operator= (const DeviceBuffer &) = delete;

  // Makes room for `size` bytes. If the buffer has to grow, its content is lost. The context must
  // be current; the buffer keeps a reference to it.
  Status reserve (GstCudaContext *context, std::size_t size);
  void reset ();

  CUdeviceptr address () const { return address_; }
  std::size_t size () const { return size_; }

 private:
  void free_memory ();  // the context must be current
  void forget ();

  GstCudaContext *context_ = nullptr;
  CUdeviceptr address_ = 0;
  std::size_t size_ = 0;
};

// Looks up a function of the driver; null if there is no driver, or it has no such function. The
// driver stays loaded.
void *driver_function (const char *name);

// The driver's functions that libgstcuda does not wrap. They have no link to libcuda, so what uses
// them starts on machines without a driver.
struct Driver {
  CUresult (*event_create) (CUevent *, unsigned) = nullptr;
  CUresult (*event_destroy) (CUevent) = nullptr;
  CUresult (*event_record) (CUevent, CUstream) = nullptr;
  CUresult (*event_query) (CUevent) = nullptr;
  CUresult (*event_synchronize) (CUevent) = nullptr;
  CUresult (*stream_wait_event) (CUstream, CUevent, unsigned) = nullptr;
  CUresult (*primary_retain) (CUcontext *, CUdevice) = nullptr;
  CUresult (*primary_release) (CUdevice) = nullptr;
  CUresult (*primary_state) (CUdevice, unsigned *, int *) = nullptr;
  CUresult (*synchronize_context) () = nullptr;  // the current one

  bool has_events = false;    // whether the driver has all functions that order work
  bool has_contexts = false;  // whether it has all functions on contexts

  static const Driver &get ();

 private:
  Driver ();
};

// Copies to the device without waiting on the host. The bytes go through memory that the driver has
// pinned: the device reads it by itself. Other host memory must not change until the stream has
// done the copy.
class Uploader {
 public:
  Uploader () = default;
  ~Uploader () { reset (); }
  Uploader (const Uploader &) = delete;
  Uploader &operator= (const Uploader &) = delete;

  // Queues a copy of `size` bytes in `stream`. The caller may change `from` when this returns. The
  // context must be current, and the same until reset (); the uploader keeps a reference to it.
  // Waits only if the last copy but one is not done.
  Status copy (GstCudaContext *context, CUdeviceptr to, const void *from, std::size_t size,
               CUstream stream);
  // Frees the memory. All copies must be done.
  void reset ();

 private:
  struct Slot {
    void *data = nullptr;
    std::size_t size = 0;
    CUevent copied = nullptr;
    bool pending = false;  // a copy was queued, and nobody has seen its end
  };
  static Status make_ready (Slot &slot, std::size_t size);

  GstCudaContext *context_ = nullptr;
  Slot slots_[2];
  unsigned next_ = 0;
};

// A stream of a context. Keeps a reference to the context.
class Stream {
 public:
  // The stream is null if the device refuses to make one.
  explicit Stream (GstCudaContext *context);
  ~Stream ();
  Stream (const Stream &) = delete;
  Stream &operator= (const Stream &) = delete;
  CUstream get () const { return stream_; }

 private:
  GstCudaContext *context_;
  CUstream stream_ = nullptr;
};

}  // namespace quad::cuda
