// The library's version, and the sizes of its structs.
#include <string_view>

#include "tensor/quadtensor.h"

namespace {

struct Size {
  std::string_view name;
  gsize bytes;
};

constexpr Size kSizes[] = {
    {"QuadAudioInfo", sizeof (QuadAudioInfo)}, {"QuadBatchTensor", sizeof (QuadBatchTensor)},
    {"QuadClipInfo", sizeof (QuadClipInfo)},   {"QuadReaderOptions", sizeof (QuadReaderOptions)},
    {"QuadFrameInfo", sizeof (QuadFrameInfo)}, {"QuadMissed", sizeof (QuadMissed)},
    {"QuadPicture", sizeof (QuadPicture)},     {"QuadTableEntry", sizeof (QuadTableEntry)},
    {"QuadTensor", sizeof (QuadTensor)},
};

}  // namespace

guint quad_tensor_version ()
{
  return QUAD_TENSOR_VERSION_NUMBER (QUAD_TENSOR_VERSION_MAJOR, QUAD_TENSOR_VERSION_MINOR,
                                     QUAD_TENSOR_VERSION_MICRO);
}

gsize quad_tensor_struct_size (const gchar *name)
{
  g_return_val_if_fail (name, 0);
  for (const Size &size : kSizes)
    if (size.name == name) return size.bytes;
  return 0;
}
