// The device that a test program draws on: the driver's double, or a GPU if the double's folder is
// not in front of the system's libraries.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/driver.h"
#include "support/picture.h"

namespace quad::test {

// The program's context. The first call makes it; it is released after the last test and must be
// empty then.
GstCudaContext *gpu_context ();

// The number of live allocations, modules, streams and events that the double counts; 0 on a GPU.
std::uint64_t things_alive ();

// Device memory that the driver allocates.
class DeviceBytes {
 public:
  DeviceBytes (GstCudaContext *context, const std::vector<std::byte> &bytes);
  std::uint8_t *data () const { return reinterpret_cast<std::uint8_t *> (memory_.address ()); }
  void write (const std::vector<std::byte> &bytes);
  std::vector<std::byte> read () const;

 private:
  GstCudaContext *context_;
  std::size_t size_;
  cuda::DeviceBuffer memory_;
};

// How rows lie in device memory.
enum class Pitch {
  tight,    // from the allocation's beginning to its end, without gaps
  aligned,  // the driver's own pitch
  odd,      // neither the beginning nor the pitch is a multiple of a word
  mixed,    // each plane in turn has another of those
};

// A picture copied from the host to the device. Rows keep their order. The bytes before, between
// and after them are marked.
class DevicePicture {
 public:
  DevicePicture (GstCudaContext *context, const FrameView &picture, Pitch pitch = Pitch::mixed,
                 bool bottom_up = false);

  const FrameView &view () const { return view_; }
  // Copies the rows back to `picture`. Returns whether all marks are unchanged.
  bool read (const FrameView &picture) const;
  // Whether all bytes are unchanged.
  bool unchanged () const;

 private:
  struct Plane {
    std::vector<std::byte> bytes;  // as written at first
    std::unique_ptr<DeviceBytes> device;
    std::ptrdiff_t first = 0, stride = 0;
  };
  Plane laid_out (const FrameView &picture, int p, Pitch pitch, bool bottom_up) const;

  FrameView view_;
  std::vector<Plane> planes_;
};

// Copies a picture from the device to one on the host that has the same format and size.
void download (GstCudaContext *context, const FrameView &from, const FrameView &to);

// `scene` without its pictures' pointers, marked as device memory. prepare() may look at nothing
// else.
Scene without_pointers (const Scene &scene);

}  // namespace quad::test
