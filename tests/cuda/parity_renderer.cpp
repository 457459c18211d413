// The renderer for the host's tests when they are built a second time. The host's renderer and the
// device's draw each scene. Their bytes must be the same; the test gets the device's.
#include <gtest/gtest.h>

#include "cuda/cuda_renderer.h"
#include "cuda/scene_program.h"
#include "gpu.h"
#include "host/scenes.h"

namespace quad::test {
namespace {

class ParityRenderer : public Renderer {
 public:
  explicit ParityRenderer (const host::HostOptions &options)
      : host_ (host::make_host_renderer (options)),
        device_ (cuda::make_cuda_renderer (gpu_context (), nullptr))
  {
    EXPECT_EQ (device_->memory (), Memory::cuda);
  }

  Memory memory () const override { return host_->memory (); }

  Status prepare (const Scene &scene) override
  {
    const Status expected = host_->prepare (scene);
    const Status status = device_->prepare (without_pointers (scene));
    EXPECT_EQ (status, expected) << describe (scene);
    return status;
  }

  Status draw (const Scene &scene, const FrameView &out) override
  {
    const DevicePicture canvas (gpu_context (), out, Pitch::mixed, out.plane[0].stride < 0);
    const Status expected = host_->draw (scene, out);
    Scene there = without_pointers (scene);
    if (expected != Status::ok) {
      EXPECT_EQ (device_->draw (there, canvas.view ()), expected);
      EXPECT_EQ (device_->finish (), Status::ok);
      EXPECT_TRUE (canvas.unchanged ()) << "drawn where it was refused";
      return expected;
    }
    std::vector<std::unique_ptr<DevicePicture>> pictures;
    for (std::size_t i = 0; i < there.tiles.size (); i++) {
      if (there.tiles[i].solid) continue;
      const FrameView &source = scene.tiles[i].source;
      pictures.push_back (std::make_unique<DevicePicture> (gpu_context (), source, Pitch::mixed,
                                                           source.plane[0].stride < 0));
      there.tiles[i].source = pictures.back ()->view ();
    }
    const Status drawn = device_->draw (there, canvas.view ());
    const Status finished = device_->finish ();
    EXPECT_EQ (drawn, Status::ok) << describe (scene);
    EXPECT_EQ (finished, Status::ok) << describe (scene);
    compare (scene, canvas, out);
    for (const auto &p : pictures) EXPECT_TRUE (p->unchanged ()) << "a source was written";
    return drawn;
  }

 private:
  static Picture copied (const FrameView &view)
  {
    Picture copy (view.format, view.size);
    for (int p = 0; p < copy.info ().planes; p++) {
      const PlaneView &from = view.plane[std::size_t (p)];
      for (int y = 0; y < from.size.height; y++)
        std::copy_n (from.row (y), from.size.width * copy.info ().bytes_per_position (p),
                     copy.view ().plane[std::size_t (p)].row (y));
    }
    return copy;
  }

  // Replaces the host's rows with the device's.
  static void compare (const Scene &scene, const DevicePicture &canvas, const FrameView &out)
  {
    const Picture expected = copied (out);
    EXPECT_TRUE (canvas.read (out)) << "written beside the canvas's rows: " << describe (scene);
    EXPECT_EQ (first_difference (copied (out), expected), "")
        << "device and host: " << describe (scene);
  }

  std::unique_ptr<Renderer> host_, device_;
};

}  // namespace

bool is_drawn (const FormatInfo &format) { return cuda::draws (format); }
bool converts () { return true; }
// The driver's double takes long for a scene.
int scenes (int count) { return (count + 7) / 8; }

std::unique_ptr<Renderer> make_renderer (const host::HostOptions &options)
{
  return std::make_unique<ParityRenderer> (options);
}

}  // namespace quad::test
