// Makes DLPack's structs.
#pragma once

#include "tensor/quadtensor.h"

namespace quad::tensor {

// What is exported, at most four dimensions.
struct Exported {
  gpointer data;
  QuadDevice device;
  gint device_id;
  guint bits, ndim;
  const gint64 *shape, *strides;
  bool read_only;
};

// Who owns the samples. The struct's deleter calls `unref` with it.
struct Owner {
  gpointer object;
  void (*unref) (gpointer object);
};

// A DLManagedTensor or a DLManagedTensorVersioned. It takes over a reference of the owner, which
// the caller adds when this has returned: it may throw.
gpointer export_dlpack (const Exported &what, Owner owner, bool versioned);

}  // namespace quad::tensor
