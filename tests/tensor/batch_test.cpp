// Batches in C: where frames are drawn, and what is copied. batch_test.py has what is in them.
#include <cstring>
#include <vector>

#include "clips.h"
#include "samples.h"

using namespace quad::test;

namespace {

struct CloseReader {
  void operator() (QuadReader *reader) const { quad_reader_close (reader); }
};
struct UnrefBatch {
  void operator() (QuadBatch *batch) const { quad_batch_unref (batch); }
};
using OwnedReader = std::unique_ptr<QuadReader, CloseReader>;
using OwnedBatch = std::unique_ptr<QuadBatch, UnrefBatch>;

class Batch : public testing::Test {
 protected:
  OwnedReader open (const std::vector<guint> &places, const QuadPicture &picture)
  {
    QuadReaderOptions options = {};
    options.places = places.data ();
    options.n_places = guint (places.size ());
    return OwnedReader{quad_reader_open_with (file.c_str (), "frameextract rate=1/1", &picture, -1,
                                              1, &options, &error)};
  }
  std::vector<OwnedFrame> frames (const OwnedReader &reader)
  {
    std::vector<OwnedFrame> all;
    QuadFrame *frame = nullptr;
    while (quad_reader_next (reader.get (), 30 * GST_SECOND, &frame, &error) == QUAD_READER_FRAME)
      all.emplace_back (frame);
    EXPECT_EQ (text_of (error), "");
    return all;
  }
  OwnedBatch batch_of (const std::vector<OwnedFrame> &all, const std::vector<guint> &order)
  {
    std::vector<QuadFrame *> chosen;
    for (const guint i : order) chosen.push_back (all.at (i).get ());
    const auto n = guint (chosen.size ());
    chosen.push_back (nullptr);
    return OwnedBatch{quad_batch_new (chosen.data (), n, &error)};
  }

  Clips clips;
  const std::string file = clips.video ();
  const QuadPicture small = {32, 18, "RGB", QUAD_ORIENTATION_AUTO, 0, {}};
  GError *error = nullptr;
};

TEST_F (Batch, FramesAreDrawnAtTheirPlaces)
{
  const std::vector<guint> places = {3, 0, 4, 2, 1};
  const auto all = frames (open (places, small));
  ASSERT_EQ (all.size (), 5u);
  // The frames in the order of their places.
  const OwnedBatch batch = batch_of (all, {1, 4, 3, 0, 2});
  ASSERT_TRUE (batch) << text_of (error);
  EXPECT_EQ (quad_batch_get_n_copied (batch.get ()), 0u);
  QuadBatchTensor tensor;
  ASSERT_TRUE (quad_batch_get_tensor (batch.get (), 0, &tensor));
  EXPECT_EQ (tensor.ndim, 4u);
  EXPECT_EQ (std::vector<gint64> (tensor.shape, tensor.shape + 4),
             (std::vector<gint64>{5, 18, 32, 3}));
  EXPECT_EQ (std::vector<gint64> (tensor.strides, tensor.strides + 4),
             (std::vector<gint64>{18 * 96, 96, 3, 1}));
  for (guint k = 0; k < 5; k++)
    EXPECT_EQ (tensor_of (all[k], 0).data,
               static_cast<guint8 *> (tensor.data) + places[k] * tensor.strides[0]);
  EXPECT_FALSE (quad_batch_get_tensor (batch.get (), 1, &tensor));
}

TEST_F (Batch, OtherOrdersAreCopied)
{
  const auto all = frames (open ({0, 1, 2, 3, 4}, small));
  for (const std::vector<guint> &order :
       {std::vector<guint>{1, 0, 2, 3, 4}, {0, 0}, {0, 1, 3}, {4, 3, 2}}) {
    const OwnedBatch batch = batch_of (all, order);
    EXPECT_EQ (quad_batch_get_n_copied (batch.get ()), order.size ());
    QuadBatchTensor tensor;
    ASSERT_TRUE (quad_batch_get_tensor (batch.get (), 0, &tensor));
    for (guint n = 0; n < order.size (); n++) {
      const QuadTensor one = tensor_of (all[order[n]], 0);
      const auto *copy = static_cast<const guint8 *> (tensor.data) + n * tensor.strides[0];
      EXPECT_EQ (at (one, 9, 16, 1), copy[9 * tensor.strides[1] + 16 * tensor.strides[2] + 1]);
    }
  }
  // Frames at equal distances are a batch of their own.
  EXPECT_EQ (quad_batch_get_n_copied (batch_of (all, {1, 3}).get ()), 0u);
}

// Frames that nobody has to keep.
TEST_F (Batch, IsFilledAsFramesCome)
{
  const auto drawn = frames (open ({0, 1, 2, 3, 4}, small));
  EXPECT_FALSE (quad_batch_new_like (drawn[0].get (), 2, &error));
  EXPECT_EQ (text_of (error), "");
  const auto all = frames (open ({}, small));
  ASSERT_EQ (all.size (), 5u);
  const OwnedBatch batch{quad_batch_new_like (all[0].get (), 6, &error)};
  ASSERT_TRUE (batch) << text_of (error);
  const std::vector<guint> from = {4, 0, 2, 2, 1, 3};
  for (guint n = 0; n < from.size (); n++)
    EXPECT_TRUE (quad_batch_put (batch.get (), n, all[from[n]].get (), &error)) << text_of (error);
  EXPECT_EQ (quad_batch_get_n_copied (batch.get ()), 6u);
  QuadBatchTensor tensor;
  ASSERT_TRUE (quad_batch_get_tensor (batch.get (), 0, &tensor));
  EXPECT_EQ (std::vector<gint64> (tensor.shape, tensor.shape + 4),
             (std::vector<gint64>{6, 18, 32, 3}));
  EXPECT_STREQ (tensor.channels, "RGB");
  for (guint n = 0; n < from.size (); n++)
    for (guint y = 0; y < 18; y++) {
      const QuadTensor one = tensor_of (all[from[n]], 0);
      EXPECT_EQ (std::memcmp (static_cast<guint8 *> (tensor.data) + n * tensor.strides[0] +
                                  y * tensor.strides[1],
                              static_cast<const guint8 *> (one.data) + y * one.strides[0], 96),
                 0)
          << n << " " << y;
    }
  EXPECT_FALSE (quad_batch_put (batch.get (), 6, all[0].get (), &error));
  EXPECT_NE (text_of (error).find ("no such place"), std::string::npos);
  EXPECT_FALSE (quad_batch_new_like (all[0].get (), 0, &error));
  EXPECT_NE (text_of (error).find ("one frame or more"), std::string::npos);
  const auto gray = frames (open ({}, {32, 18, "GRAY8", QUAD_ORIENTATION_AUTO, 0, {}}));
  EXPECT_FALSE (quad_batch_put (batch.get (), 0, gray[0].get (), &error));
  EXPECT_NE (text_of (error).find ("of one size and format"), std::string::npos);
  const OwnedBatch whole = batch_of (drawn, {0, 1, 2, 3, 4});
  EXPECT_FALSE (quad_batch_put (whole.get (), 0, all[0].get (), &error));
  EXPECT_NE (text_of (error).find ("no such place"), std::string::npos);
}

// More frames than places have memory of their own.
TEST_F (Batch, PlacesMayBeTooFew)
{
  const auto all = frames (open ({1, 0}, small));
  ASSERT_EQ (all.size (), 5u);
  EXPECT_EQ (quad_batch_get_n_copied (batch_of (all, {1, 0}).get ()), 0u);
  EXPECT_EQ (quad_batch_get_n_copied (batch_of (all, {0, 1, 2, 3, 4}).get ()), 5u);
}

// Wherever the allocator put them: two frames are always at one distance.
TEST_F (Batch, FramesOfTheirOwnAreCopied)
{
  const auto all = frames (open ({0}, small));
  ASSERT_EQ (all.size (), 5u);
  for (guint i = 1; i < 5; i++)
    for (const std::vector<guint> &order : {std::vector<guint>{i}, {i, i % 4 + 1}, {0, i}}) {
      const OwnedBatch batch = batch_of (all, order);
      EXPECT_EQ (quad_batch_get_n_copied (batch.get ()), order.size ());
      QuadBatchTensor tensor;
      ASSERT_TRUE (quad_batch_get_tensor (batch.get (), 0, &tensor));
      EXPECT_EQ (tensor.strides[0], 18 * 96);
    }
}

// The block lives as long as anything that lies in it.
TEST_F (Batch, OutlivesReaderAndFrames)
{
  OwnedReader reader = open ({0, 1, 2, 3, 4}, small);
  auto all = frames (reader);
  const int before = at (tensor_of (all[2], 0), 9, 16, 1);
  OwnedBatch batch = batch_of (all, {0, 1, 2, 3, 4});
  all.clear ();
  reader.reset ();
  QuadBatchTensor tensor;
  ASSERT_TRUE (quad_batch_get_tensor (batch.get (), 0, &tensor));
  const auto *third = static_cast<const guint8 *> (tensor.data) + 2 * tensor.strides[0];
  EXPECT_EQ (third[9 * 96 + 16 * 3 + 1], before);
}

TEST_F (Batch, Refuses)
{
  for (const std::vector<guint> &places : {std::vector<guint>{0, 0}, {1}, {0, 2}}) {
    EXPECT_FALSE (open (places, small));
    EXPECT_NE (text_of (error).find ("each once"), std::string::npos);
  }
  const auto all = frames (open ({0, 1, 2, 3, 4}, small));
  EXPECT_FALSE (batch_of (all, {}));
  EXPECT_NE (text_of (error).find ("one frame or more"), std::string::npos);
}

}  // namespace
