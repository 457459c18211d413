#include "tensor/dlpack.h"

#include <algorithm>

#include "tensor/dlpack_export.h"
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
  Owner owner;
  std::int64_t shape[4] = {}, strides[4] = {};
};

template <typename Managed>
void let_go (Managed *self)
{
  auto *whole = reinterpret_cast<Export<Managed> *> (self);
  const Owner owner = whole->owner;
  delete whole;
  owner.unref (owner.object);
}

template <typename Managed>
Managed *export_as (const Exported &t, Owner owner)
{
  auto *made = new Export<Managed>;
  std::copy_n (t.shape, t.ndim, made->shape);
  std::copy_n (t.strides, t.ndim, made->strides);
  made->managed.tensor = {t.data,
                          {std::int32_t (t.device), t.device_id},
                          std::int32_t (t.ndim),
                          {dlpack::kUnsigned, std::uint8_t (t.bits), 1},
                          made->shape,
                          made->strides,
                          0};
  made->managed.context = owner.object;
  made->owner = owner;
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

void unref_frame (gpointer frame) { quad_frame_unref (static_cast<QuadFrame *> (frame)); }

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
  const Exported what = {tensor.data, tensor.device, tensor.device_id, tensor.bits,
                         tensor.ndim, tensor.shape,  tensor.strides,   true};
  gpointer made = export_dlpack (what, {frame, unref_frame}, versioned);
  quad_frame_ref (frame);
  return made;
}

}  // namespace

gpointer export_dlpack (const Exported &what, Owner owner, bool versioned)
{
  if (!versioned) return export_as<quad::dlpack::Managed> (what, owner);
  auto *managed = export_as<quad::dlpack::ManagedVersioned> (what, owner);
  managed->version = {1, 0};
  managed->flags = what.read_only ? quad::dlpack::kReadOnly : 0;
  return managed;
}

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
