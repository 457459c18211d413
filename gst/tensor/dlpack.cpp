#include "tensor/dlpack.h"

#include <algorithm>
#include <utility>

#include "tensor/frame.h"
#include "tensor/guard.h"
#include "tensor/memory.h"
#include "tensor/process.h"

namespace quad::tensor {
namespace {

// The capsule's pointer points at `managed`, the first member.
template <typename Managed>
struct Export {
  Managed managed = {};
  std::int64_t shape[3] = {}, strides[3] = {};
};

template <typename Managed>
void let_go (Managed *self)
{
  quad_frame_unref (static_cast<QuadFrame *> (self->context));
  delete reinterpret_cast<Export<Managed> *> (self);
}

template <typename Managed>
Managed *export_as (QuadFrame *frame, const QuadTensor &t)
{
  auto *made = new Export<Managed>;
  std::copy_n (t.shape, 3, made->shape);
  std::copy_n (t.strides, 3, made->strides);
  made->managed.tensor = {t.data,
                          {std::int32_t (t.device), t.device_id},
                          std::int32_t (t.ndim),
                          {dlpack::kUnsigned, std::uint8_t (t.bits), 1},
                          made->shape,
                          made->strides,
                          0};
  made->managed.context = quad_frame_ref (frame);
  made->managed.deleter = let_go<Managed>;
  return &made->managed;
}

// Python's PyCapsule_IsValid and PyCapsule_GetPointer.
int (*capsule_is_valid) (void *, const char *) = nullptr;
void *(*capsule_get_pointer) (void *, const char *) = nullptr;

template <typename Managed>
void free_in (void *capsule, const char *name)
{
  auto *managed = static_cast<Managed *> (capsule_get_pointer (capsule, name));
  if (managed && managed->deleter) managed->deleter (managed);
}

void note_reader (QuadFrame &frame, gint64 stream)
{
  const int reader = stream == kLegacyStream ? QuadFrame::legacy_stream : QuadFrame::anybody;
  int before = frame.readers;
  while (before < reader && !frame.readers.compare_exchange_weak (before, reader)) {
  }
}

gpointer exported (QuadFrame *frame, guint index, gint64 stream, bool versioned, GError **error)
{
  QuadTensor tensor;
  if (!quad_frame_get_tensor (frame, index, &tensor)) {
    refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "The frame has no such tensor.");
    return nullptr;
  }
  if (frame->on_device ()) {
    if (!check_process (error) ||
        !accept (error, QUAD_TENSOR_ERROR_CUDA, check_primary_context (frame->buffer ())) ||
        !quad_frame_order (frame, stream, error))
      return nullptr;
    note_reader (*frame, stream);
  }
  if (!versioned) return export_as<quad::dlpack::Managed> (frame, tensor);
  auto *managed = export_as<quad::dlpack::ManagedVersioned> (frame, tensor);
  managed->version = {1, 0};
  managed->flags = quad::dlpack::kReadOnly;
  return managed;
}

}  // namespace
}  // namespace quad::tensor

using namespace quad::tensor;

gpointer quad_frame_to_dlpack (QuadFrame *frame, guint index, gint64 stream, gboolean versioned,
                               GError **error)
{
  g_return_val_if_fail (frame, nullptr);
  return contain<gpointer> (
      nullptr, error, [&] { return exported (frame, index, stream, versioned != FALSE, error); });
}

const gchar *quad_dlpack_capsule_name (gboolean versioned)
{
  return versioned ? "dltensor_versioned" : "dltensor";
}

void quad_dlpack_use_python (int (*is_valid) (void *, const char *),
                             void *(*get_pointer) (void *, const char *))
{
  capsule_is_valid = is_valid;
  capsule_get_pointer = get_pointer;
}

void quad_dlpack_capsule_destructor (void *capsule)
{
  // A consumer renames a capsule that it has taken.
  const char *plain = quad_dlpack_capsule_name (FALSE);
  const char *versioned = quad_dlpack_capsule_name (TRUE);
  if (capsule_is_valid (capsule, plain))
    free_in<quad::dlpack::Managed> (capsule, plain);
  else if (capsule_is_valid (capsule, versioned))
    free_in<quad::dlpack::ManagedVersioned> (capsule, versioned);
}
