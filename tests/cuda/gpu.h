// The device that a test program draws on: the driver's double or, where its folder is not
// put before the system's libraries, a GPU.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/driver.h"
#include "support/picture.h"

namespace quad::test {

// The program's context; made when it is first asked for and let go of after the last test,
// when nothing may be left in it.
GstCudaContext *gpu_context ();

// What the double counted of allocations, modules, streams and events that are alive; 0 on a GPU.
std::uint64_t things_alive ();

// Device memory of the driver's.
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
  tight,    // from the allocation's beginning to its end, nothing between them
  aligned,  // as the driver's own pitch
  odd,      // neither begins nor goes on at a word
  mixed,    // any of those, another one for each plane, by turns
};

// A picture of the host's, copied to the device. Rows keep their order; what lies before,
// between and after them is marked.
class DevicePicture {
 public:
  DevicePicture (GstCudaContext *context, const FrameView &picture, Pitch pitch = Pitch::mixed,
                 bool bottom_up = false);

  const FrameView &view () const { return view_; }
  // Copies the rows back to where `picture` has them. Returns whether all marks are as they were.
  bool read (const FrameView &picture) const;
  // Whether all of it is as it was.
  bool unchanged () const;

 private:
  struct Plane {
    std::vector<std::byte> bytes;  // as first written
    std::unique_ptr<DeviceBytes> device;
    std::ptrdiff_t first = 0, stride = 0;
  };
  Plane laid_out (const FrameView &picture, int p, Pitch pitch, bool bottom_up) const;

  FrameView view_;
  std::vector<Plane> planes_;
};

// Copies a picture of the device's to one of the host's of the same format and size.
void download (GstCudaContext *context, const FrameView &from, const FrameView &to);

// `scene` with its pictures' pointers gone, and said to lie on the device: all that prepare()
// may look at.
Scene without_pointers (const Scene &scene);

}  // namespace quad::test
