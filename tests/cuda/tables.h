// Reads on the host the tables that a SceneProgram sends to the device.
#pragma once

#include <map>
#include <vector>

#include "core/scene.h"
#include "cuda/scene_program.h"
#include "gpu.h"

namespace quad::test {

class Tables {
 public:
  explicit Tables (const Scene &scene) : program_ (scene) {}

  const std::vector<cuda::Launch> &launches () const { return program_.launches (); }
  std::size_t size () const { return bytes ().size (); }

  cuda::Patch patch (const cuda::Launch &launch, int i) const
  {
    return at (program_.params (launch, kAddress).patches, i);
  }
  cuda::Part part (int i) const { return at (params ().parts, i); }
  cuda::Layer layer (int i) const { return at (params ().layers, i); }
  cuda::Picture picture (int i) const { return at (params ().pictures, i); }
  cuda::Conversion conversion (int i) const { return at (params ().conversions, i); }
  // The pictures of a layer with a source.
  std::vector<cuda::Picture> pictures (const cuda::Layer &layer) const
  {
    const int count = layer.conversion < 0 ? 1 : conversion (layer.conversion).pictures;
    std::vector<cuda::Picture> all;
    for (int i = 0; i < count; i++) all.push_back (picture (layer.picture + i));
    return all;
  }

  std::int32_t left (const cuda::AxisTable &axis, int o) const { return at (axis.left, o); }
  std::int16_t weight (const cuda::AxisTable &axis, int i) const { return at (axis.weight, i); }

  // The pictures that layers show.
  std::vector<cuda::Picture> pictures () const
  {
    std::vector<cuda::Picture> found;
    std::vector<bool> seen;
    for (const cuda::Launch &launch : launches ())
      for (int i = 0; i < launch.count; i++) {
        const cuda::Part p = part (patch (launch, i).part);
        for (int k = 0; k < p.layers; k++) {
          const cuda::Layer l = layer (p.first_layer + k);
          if (l.source < 0) continue;
          const auto index = static_cast<std::size_t> (l.picture);
          if (seen.size () <= index) seen.resize (index + 1, false);
          if (!seen[index])
            for (const cuda::Picture &of : pictures (l)) found.push_back (of);
          seen[index] = true;
        }
      }
    return found;
  }

 private:
  // A made-up address of the tables on the device.
  static constexpr std::uint64_t kAddress = 0x10000;

  const std::vector<std::byte> &bytes () const { return program_.tables (); }
  cuda::DrawParams params () const { return program_.params (launches ().front (), kAddress); }

  template <typename T>
  T at (cuda::Offset<T> array, int i) const
  {
    const std::size_t offset = array.bytes + static_cast<std::size_t> (i) * sizeof (T);
    if (offset % alignof (T) != 0 || offset + sizeof (T) > bytes ().size ())
      throw std::out_of_range ("an entry outside of the tables");
    T value;
    std::copy_n (bytes ().data () + offset, sizeof (T), reinterpret_cast<std::byte *> (&value));
    return value;
  }

  cuda::SceneProgram program_;
};

// How often each method is used for a picture that the scene shows.
inline std::map<cuda::Method, int> methods_of (const Scene &scene)
{
  std::map<cuda::Method, int> count;
  for (const cuda::Picture &p : Tables (without_pointers (scene)).pictures ()) count[p.method]++;
  return count;
}

}  // namespace quad::test
