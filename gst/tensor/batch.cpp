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
#include "tensor/process.h"

struct _QuadBatch {
  std::atomic<int> references{1};
  std::vector<QuadBatchTensor> tensors;
  std::vector<std::string> channels;
  // What owns the samples: the frames, where they lie at equal distances, or a block of copies.
  std::vector<QuadFrame *> frames;
  std::shared_ptr<quad::tensor::Block> block;
  guint copied = 0;

  ~_QuadBatch ()
  {
    for (QuadFrame *frame : frames) quad_frame_unref (frame);
  }
};

namespace quad::tensor {
namespace {

bool same_shape (const QuadTensor &a, const QuadTensor &b)
{
  return a.bits == b.bits && a.ndim == b.ndim && std::equal (a.shape, a.shape + a.ndim, b.shape) &&
         !g_strcmp0 (a.channels, b.channels);
}

std::string problem_of (QuadFrame *const *frames, guint n)
{
  for (guint i = 0; i < n; i++) {
    if (frames[i]->on_device ())
      return "Frames in CUDA memory are not put into a batch. Read them with device=\"cpu\", or "
             "stack them with your library, as torch.stack does.";
    bool same = frames[i]->planes.count == frames[0]->planes.count;
    for (guint t = 0; same && t < frames[0]->planes.count; t++)
      same = same_shape (frames[i]->planes.tensor[t], frames[0]->planes.tensor[t]);
    if (!same)
      return "The frames of a batch have to be of one size and format, and these are not: the "
             "video changes midway. Give width, height and format.";
  }
  return {};
}

std::intptr_t distance (const QuadTensor &from, const QuadTensor &to)
{
  return reinterpret_cast<std::intptr_t> (to.data) - reinterpret_cast<std::intptr_t> (from.data);
}

// The bytes from frame to frame if all of them lie at equal distances, else 0.
std::intptr_t common_distance (QuadFrame *const *frames, guint n)
{
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

// Copies to where the samples lie without gaps; returns the end.
std::byte *copy_packed (const QuadTensor &t, std::byte *to)
{
  const gint64 bytes = t.bits / 8;
  const bool flat = t.ndim == 2;
  const gint64 outer = flat ? 1 : t.shape[0], outer_step = flat ? 0 : t.strides[0] * bytes;
  const gint64 *shape = t.shape + (flat ? 0 : 1), *strides = t.strides + (flat ? 0 : 1);
  // The samples of the last axis always lie side by side, and often its rows do.
  const bool whole = strides[0] == shape[1];
  const gint64 pieces = whole ? 1 : shape[0];
  const gint64 length = (whole ? shape[0] : 1) * shape[1] * bytes;
  for (gint64 o = 0; o < outer; o++)
    for (gint64 p = 0; p < pieces; p++, to += length)
      std::memcpy (
          to, static_cast<const std::byte *> (t.data) + o * outer_step + p * strides[0] * bytes,
          gsize (length));
  return to;
}

void pack_strides (QuadTensor &t)
{
  gint64 stride = 1;
  for (guint d = t.ndim; d > 0; stride *= t.shape[--d]) t.strides[d - 1] = stride;
}

void copy_all (QuadBatch &batch, QuadFrame *const *frames, guint n)
{
  const Planes &first = frames[0]->planes;
  constexpr gsize kLine = 64;
  std::vector<gsize> offsets;
  gsize size = 0;
  for (guint t = 0; t < first.count; t++) {
    offsets.push_back (size);
    // What NumPy and others call contiguous: no gap from frame to frame.
    size += (bytes_of (first.tensor[t]) * n + kLine - 1) / kLine * kLine;
  }
  batch.block = std::make_shared<Block> (size);
  batch.copied = n;
  for (guint t = 0; t < first.count; t++) {
    QuadTensor packed = first.tensor[t];
    std::byte *to = batch.block->data () + offsets[t];
    packed.data = to;
    pack_strides (packed);
    batch.tensors.push_back (batched (packed, n, std::intptr_t (bytes_of (packed))));
    for (guint i = 0; i < n; i++) {
      to = copy_packed (frames[i]->planes.tensor[t], to);
    }
  }
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
  } else {
    copy_all (*batch, frames, n);
  }
  for (guint t = 0; t < first.count; t++) batch->channels.emplace_back (first.tensor[t].channels);
  for (guint t = 0; t < first.count; t++) batch->tensors[t].channels = batch->channels[t].c_str ();
  return batch.release ();
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

gpointer quad_batch_to_dlpack (QuadBatch *batch, guint index, gint64 stream, gboolean versioned,
                               GError **error)
{
  g_return_val_if_fail (batch, nullptr);
  return contain<gpointer> (nullptr, error, [&] () -> gpointer {
    if (index >= batch->tensors.size () || stream != -1) {
      refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
              "The batch has no such tensor, or the stream is not -1.");
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
