// If memory runs out, a C caller gets an error, not an exception.
#include <cstdlib>
#include <new>

#include "clips.h"
#include "samples.h"
#include "tensor/dlpack.h"

using namespace quad::test;

namespace {

// How many more allocations of C++ succeed on this thread; negative: all.
thread_local int allocations_left = -1;
thread_local bool failed = false;

void *allocate (std::size_t size)
{
  if (allocations_left == 0) {
    failed = true;
    throw std::bad_alloc ();
  }
  if (allocations_left > 0) allocations_left--;
  if (void *memory = std::malloc (size ? size : 1)) return memory;
  throw std::bad_alloc ();
}

}  // namespace

// The library uses these too.
void *operator new (std::size_t size) { return allocate (size); }
void *operator new[] (std::size_t size) { return allocate (size); }
// As std::stable_sort uses it.
void *operator new (std::size_t size, const std::nothrow_t &) noexcept
{
  return std::malloc (size ? size : 1);
}
void operator delete (void *memory) noexcept { std::free (memory); }
void operator delete[] (void *memory) noexcept { std::free (memory); }
void operator delete (void *memory, std::size_t) noexcept { std::free (memory); }
void operator delete[] (void *memory, std::size_t) noexcept { std::free (memory); }

namespace {

// Calls `work` with the first, second, ... allocation failing, until none of them fails any more.
// `work` returns true on success.
template <typename Work>
void try_all (Work work)
{
  int tried = 0;
  for (bool last = false; !last; tried++) {
    ASSERT_LT (tried, 2000);
    GError *error = nullptr;
    failed = false;
    allocations_left = tried;
    const bool good = work (&error);
    allocations_left = -1;
    last = !failed;
    if (last) {
      EXPECT_TRUE (good);
    }
    if (!good) {
      EXPECT_NE (text_of (error), "");
    }
    g_clear_error (&error);
  }
  EXPECT_GT (tried, 1);
}

class Exceptions : public testing::Test {
 protected:
  Clips clips;
};

TEST_F (Exceptions, StayInside)
{
  const std::string file = clips.make (
      "two.mov", "videotestsrc num-buffers=2 ! video/x-raw,format=RGB,width=48,height=32 ! qtmux");
  const QuadPicture picture = {};
  try_all ([&] (GError **error) {
    QuadReader *reader =
        quad_reader_open_pictures (file.c_str (), "identity", &picture, -1, 1, error);
    if (reader) quad_reader_close (reader);
    return reader != nullptr;
  });
  try_all ([&] (GError **error) {
    QuadReader *reader = quad_reader_open (file.c_str (), "identity", -1, 1, error);
    if (reader) quad_reader_close (reader);
    return reader != nullptr;
  });

  QuadReader *reader = quad_reader_open_pictures (file.c_str (), nullptr, &picture, -1, 1, nullptr);
  QuadFrame *frame = nullptr;
  ASSERT_EQ (quad_reader_next (reader, 30 * GST_SECOND, &frame, nullptr), QUAD_READER_FRAME);
  try_all ([&] (GError **error) {
    QuadFrame *again = quad_frame_new (quad_frame_get_sample (frame), error);
    if (again) quad_frame_unref (again);
    return again != nullptr;
  });
  for (const bool versioned : {false, true})
    try_all ([&] (GError **error) {
      gpointer managed = quad_frame_to_dlpack (frame, 0, -1, versioned, error);
      if (managed && versioned) {
        auto *self = static_cast<quad::dlpack::ManagedVersioned *> (managed);
        self->deleter (self);
      } else if (managed) {
        auto *self = static_cast<quad::dlpack::Managed *> (managed);
        self->deleter (self);
      }
      return managed != nullptr;
    });
  // They are no pieces of a block, so they are copied.
  for (const guint count : {1u, 2u})
    try_all ([&] (GError **error) {
      QuadFrame *const frames[] = {frame, frame};
      QuadBatch *batch = quad_batch_new (frames, count, error);
      if (!batch) return false;
      EXPECT_EQ (quad_batch_get_n_copied (batch), count);
      gpointer managed = quad_batch_to_dlpack (batch, 0, TRUE, error);
      quad_batch_unref (batch);
      if (!managed) return false;
      auto *self = static_cast<quad::dlpack::ManagedVersioned *> (managed);
      EXPECT_EQ (self->tensor.ndim, 4);
      EXPECT_EQ (self->flags, 0u);
      self->deleter (self);
      return true;
    });
  try_all ([&] (GError **error) {
    QuadBatch *batch = quad_batch_new_like (frame, 2, error);
    if (!batch) return false;
    const gboolean put = quad_batch_put (batch, 1, frame, error);
    quad_batch_unref (batch);
    return put != FALSE;
  });
  quad_frame_unref (frame);
  quad_reader_close (reader);
}

TEST_F (Exceptions, WhileFramesAreRead)
{
  const std::string text = clips.path ("text");
  ASSERT_TRUE (g_file_set_contents (text.c_str (), std::string (3000, 'x').c_str (), -1, nullptr));
  // With its first frame, the end, or an error.
  for (const std::string &file :
       {clips.make ("three.mov",
                    "videotestsrc num-buffers=3 ! video/x-raw,format=RGB,width=48,height=32 ! "
                    "qtmux"),
        text})
    for (int n = 0; n < 12; n++) {
      QuadReader *reader = quad_reader_open (file.c_str (), nullptr, -1, 1, nullptr);
      ASSERT_TRUE (reader);
      QuadFrame *frame = nullptr;
      GError *error = nullptr;
      allocations_left = n;
      const QuadReaderStatus status = quad_reader_next (reader, 30 * GST_SECOND, &frame, &error);
      allocations_left = -1;
      EXPECT_EQ (status == QUAD_READER_FRAME, frame != nullptr);
      EXPECT_EQ (status == QUAD_READER_FAILED, error != nullptr);
      EXPECT_NE (status, QUAD_READER_TIMEOUT);
      if (frame) quad_frame_unref (frame);
      g_clear_error (&error);
      quad_reader_close (reader);
    }
}

}  // namespace
