// Frames of one shape as one tensor.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <vector>

#include "tensor/block.h"
#include "tensor/dlpack_export.h"
#include "tensor/frame.h"
#include "tensor/guard.h"
#include "tensor/memory.h"
#include "tensor/process.h"
#include "tensor/slices.h"

struct _QuadBatch {
  std::atomic<int> references{1};
  std::vector<QuadBatchTensor> tensors;
  std::vector<std::string> channels;
  // What owns the samples: the frames, where they lie at equal distances, or a block of copies.
  std::vector<QuadFrame *> frames;
  std::shared_ptr<void> block;
  guint copied = 0;
  // How each frame of a block of copies is.
  quad::Planes like;
  int device = -1;

  ~_QuadBatch ()
  {
    for (QuadFrame *frame : frames) quad_frame_unref (frame);
  }
};

namespace quad::tensor {
namespace {

bool same_shape (const Planes &a, const Planes &b)
{
  if (a.count != b.count || a.channels != b.channels) return false;
  for (guint t = 0; t < a.count; t++) {
    const QuadTensor &one = a.tensor[t], &other = b.tensor[t];
    if (one.bits != other.bits || one.ndim != other.ndim ||
        !std::equal (one.shape, one.shape + one.ndim, other.shape))
      return false;
  }
  return true;
}

constexpr const char *kShapesDiffer =
    "The frames of a batch have to be of one size and format, and these are not: the video changes "
    "midway. Give width, height and format.";

std::string problem_of (QuadFrame *const *frames, guint n)
{
  for (guint i = 1; i < n; i++)
    if (frames[i]->device != frames[0]->device ||
        !same_shape (frames[i]->planes, frames[0]->planes))
      return kShapesDiffer;
  return {};
}

std::intptr_t distance (const QuadTensor &from, const QuadTensor &to)
{
  return reinterpret_cast<std::intptr_t> (to.data) - reinterpret_cast<std::intptr_t> (from.data);
}

// The bytes from frame to frame if all of them are pieces of one block, at equal distances; else 0.
std::intptr_t common_distance (QuadFrame *const *frames, guint n)
{
  const Block *block = block_of (frames[0]->buffer ());
  if (!block) return 0;
  for (guint i = 1; i < n; i++)
    if (block_of (frames[i]->buffer ()) != block) return 0;
  const Planes &first = frames[0]->planes;
  const std::intptr_t step =
      n > 1 ? distance (first.tensor[0], frames[1]->planes.tensor[0])
            : static_cast<std::intptr_t> (gst_buffer_get_size (frames[0]->buffer ()));
  if (step <= 0 || step % (first.tensor[0].bits / 8)) return 0;
  for (guint i = 0; i < n; i++)
    for (guint t = 0; t < first.count; t++) {
      const QuadTensor &here = frames[i]->planes.tensor[t];
      if (distance (first.tensor[t], here) != step * std::intptr_t (i) ||
          !std::equal (here.strides, here.strides + here.ndim, first.tensor[t].strides))
        return 0;
    }
  return step;
}

QuadBatchTensor batched (const QuadTensor &one, guint n, std::intptr_t step)
{
  QuadBatchTensor all = {};
  all.data = one.data;
  all.device = one.device;
  all.device_id = one.device_id;
  all.bits = one.bits;
  all.ndim = one.ndim + 1;
  all.shape[0] = n;
  all.strides[0] = step / (one.bits / 8);
  std::copy_n (one.shape, one.ndim, all.shape + 1);
  std::copy_n (one.strides, one.ndim, all.strides + 1);
  return all;
}

gsize bytes_of (const QuadTensor &t)
{
  gsize bytes = t.bits / 8;
  for (guint d = 0; d < t.ndim; d++) bytes *= gsize (t.shape[d]);
  return bytes;
}

// Appends the copies that put the samples without gaps to `to`; returns the end.
std::byte *add_rows (const QuadTensor &t, std::byte *to, std::vector<Rows> &rows)
{
  const gint64 bytes = t.bits / 8;
  const bool flat = t.ndim == 2;
  const gint64 outer = flat ? 1 : t.shape[0], outer_step = flat ? 0 : t.strides[0] * bytes;
  const gint64 *shape = t.shape + (flat ? 0 : 1), *strides = t.strides + (flat ? 0 : 1);
  // The samples of the last axis always lie side by side, and often its rows do.
  const bool whole = strides[0] == shape[1];
  const auto count = std::size_t (whole ? 1 : shape[0]);
  const auto length = std::size_t ((whole ? shape[0] : 1) * shape[1] * bytes);
  const auto step = whole ? length : std::size_t (strides[0] * bytes);
  for (gint64 o = 0; o < outer; o++, to += length * count)
    rows.push_back (
        {static_cast<const std::byte *> (t.data) + o * outer_step, to, step, length, count});
  return to;
}

void pack_strides (QuadTensor &t)
{
  gint64 stride = 1;
  for (guint d = t.ndim; d > 0; stride *= t.shape[--d]) t.strides[d - 1] = stride;
}

// Where each of the tensors of `n` frames begins in a block; the last one is the block's size.
std::vector<gsize> offsets_of (const Planes &one, guint n)
{
  constexpr gsize kLine = 64;
  std::vector<gsize> offsets{0};
  for (guint t = 0; t < one.count; t++)
    // No gap from frame to frame: what NumPy and others call contiguous.
    offsets.push_back (offsets.back () +
                       (bytes_of (one.tensor[t]) * n + kLine - 1) / kLine * kLine);
  return offsets;
}

// Copies a frame to its place in the batch.
std::string copy_frame (const QuadBatch &batch, const QuadFrame &frame, guint place)
{
  std::vector<Rows> rows;
  for (guint t = 0; t < frame.planes.count; t++) {
    const QuadBatchTensor &all = batch.tensors[t];
    auto *to = static_cast<std::byte *> (all.data) + place * all.strides[0] * (all.bits / 8);
    add_rows (frame.planes.tensor[t], to, rows);
  }
  if (frame.on_device ()) return copy_on_device (frame.buffer (), rows);
  for (const Rows &r : rows)
    for (std::size_t i = 0; i < r.count; i++)
      std::memcpy (r.to + i * r.length, r.from + std::ptrdiff_t (i * r.step), r.length);
  return {};
}

// Makes room for copies of `n` frames like this one. Returns why it failed, as a sentence.
std::string make_room (QuadBatch &batch, const QuadFrame &frame, guint n)
{
  const Planes &one = frame.planes;
  const std::vector<gsize> offsets = offsets_of (one, n);
  std::byte *data = nullptr;
  if (frame.on_device ()) {
    std::string why = check_primary_context (frame.buffer ());
    if (why.empty ()) why = allocate_beside (frame.buffer (), offsets.back (), batch.block, data);
    if (!why.empty ()) return why;
  } else {
    const auto block = std::make_shared<Block> (offsets.back ());
    data = block->data ();
    batch.block = block;
  }
  for (guint t = 0; t < one.count; t++) {
    QuadTensor packed = one.tensor[t];
    packed.data = data + offsets[t];
    pack_strides (packed);
    batch.tensors.push_back (batched (packed, n, std::intptr_t (bytes_of (packed))));
  }
  batch.like = one;
  batch.device = frame.device;
  return {};
}

std::string copy_all (QuadBatch &batch, QuadFrame *const *frames, guint n)
{
  if (std::string why = make_room (batch, *frames[0], n); !why.empty ()) return why;
  batch.copied = n;
  for (guint i = 0; i < n; i++)
    if (std::string why = copy_frame (batch, *frames[i], i); !why.empty ()) return why;
  return {};
}

QuadTensorError code_of_failure (const QuadFrame &frame)
{
  return frame.on_device () ? QUAD_TENSOR_ERROR_CUDA : QUAD_TENSOR_ERROR_UNSUPPORTED;
}

void name_channels (QuadBatch &batch, const Planes &one)
{
  for (guint t = 0; t < one.count; t++) batch.channels.emplace_back (one.tensor[t].channels);
  for (guint t = 0; t < one.count; t++) batch.tensors[t].channels = batch.channels[t].c_str ();
}

QuadBatch *batch_of (QuadFrame *const *frames, guint n, GError **error)
{
  if (!check_process (error)) return nullptr;
  if (n == 0) {
    refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "A batch needs one frame or more.");
    return nullptr;
  }
  if (!accept (error, QUAD_TENSOR_ERROR_UNSUPPORTED, problem_of (frames, n))) return nullptr;
  auto batch = std::make_unique<QuadBatch> ();
  const Planes &first = frames[0]->planes;
  if (const std::intptr_t step = common_distance (frames, n)) {
    batch->frames.reserve (n);
    for (guint i = 0; i < n; i++) batch->frames.push_back (quad_frame_ref (frames[i]));
    for (guint t = 0; t < first.count; t++)
      batch->tensors.push_back (batched (first.tensor[t], n, step));
  } else if (!accept (error, code_of_failure (*frames[0]), copy_all (*batch, frames, n))) {
    return nullptr;
  }
  name_channels (*batch, first);
  return batch.release ();
}

QuadBatch *batch_like (QuadFrame *first, guint n, GError **error)
{
  if (!check_process (error) || block_of (first->buffer ())) return nullptr;
  if (n == 0) {
    refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "A batch needs one frame or more.");
    return nullptr;
  }
  auto batch = std::make_unique<QuadBatch> ();
  if (!accept (error, code_of_failure (*first), make_room (*batch, *first, n))) return nullptr;
  name_channels (*batch, first->planes);
  return batch.release ();
}

bool put (QuadBatch &batch, guint place, const QuadFrame &frame, GError **error)
{
  if (!check_process (error)) return false;
  if (batch.like.count == 0 || place >= batch.tensors[0].shape[0])
    return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "The batch has no such place to be filled.");
  if (frame.device != batch.device || !same_shape (frame.planes, batch.like))
    return refuse (error, QUAD_TENSOR_ERROR_UNSUPPORTED, kShapesDiffer);
  if (!accept (error, code_of_failure (frame), copy_frame (batch, frame, place))) return false;
  batch.copied++;
  return true;
}

void unref (gpointer batch) { quad_batch_unref (static_cast<QuadBatch *> (batch)); }

}  // namespace
}  // namespace quad::tensor

using namespace quad::tensor;

QuadBatch *quad_batch_new (QuadFrame *const *frames, guint n_frames, GError **error)
{
  g_return_val_if_fail (frames, nullptr);
  return contain<QuadBatch *> (nullptr, error, [&] { return batch_of (frames, n_frames, error); });
}

QuadBatch *quad_batch_new_like (QuadFrame *first, guint n_frames, GError **error)
{
  g_return_val_if_fail (first, nullptr);
  return contain<QuadBatch *> (nullptr, error, [&] { return batch_like (first, n_frames, error); });
}

gboolean quad_batch_put (QuadBatch *batch, guint place, QuadFrame *frame, GError **error)
{
  g_return_val_if_fail (batch && frame, FALSE);
  return contain<gboolean> (FALSE, error, [&] { return put (*batch, place, *frame, error); });
}

void quad_batch_unref (QuadBatch *batch)
{
  g_return_if_fail (batch);
  if (batch->references.fetch_sub (1, std::memory_order_acq_rel) != 1) return;
  if (was_forked ()) return;
  contain ([&] { delete batch; });
}

gboolean quad_batch_get_tensor (QuadBatch *batch, guint index, QuadBatchTensor *tensor)
{
  g_return_val_if_fail (batch && tensor, FALSE);
  if (index >= batch->tensors.size ()) return FALSE;
  *tensor = batch->tensors[index];
  return TRUE;
}

guint quad_batch_get_n_copied (QuadBatch *batch)
{
  g_return_val_if_fail (batch, 0);
  return batch->copied;
}

gpointer quad_batch_to_dlpack (QuadBatch *batch, guint index, gboolean versioned, GError **error)
{
  g_return_val_if_fail (batch, nullptr);
  return contain<gpointer> (nullptr, error, [&] () -> gpointer {
    if (index >= batch->tensors.size ()) {
      refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "The batch has no such tensor.");
      return nullptr;
    }
    const QuadBatchTensor &t = batch->tensors[index];
    const Exported what = {t.data, t.device, t.device_id, t.bits,
                           t.ndim, t.shape,  t.strides,   false};
    gpointer made = export_dlpack (what, {batch, unref}, versioned != FALSE);
    batch->references.fetch_add (1, std::memory_order_relaxed);
    return made;
  });
}
