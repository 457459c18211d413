// Videos in memory: when the bytes are let go. sources_test.py has what comes of them.
#include <atomic>
#include <string>

#include "clips.h"
#include "samples.h"

using namespace quad::test;

namespace {

class Bytes : public testing::Test {
 protected:
  void SetUp () override
  {
    gchar *read = nullptr;
    gsize size = 0;
    ASSERT_TRUE (g_file_get_contents (Clips{}.video ().c_str (), &read, &size, nullptr));
    data.assign (read, size);
    g_free (read);
    bytes = quad_bytes_new (
        data.data (), data.size (), [] (gpointer n) { ++*static_cast<std::atomic<int> *> (n); },
        &let_go);
    uri = quad_bytes_get_uri (bytes);
  }
  // How many frames there are until the end.
  int count (QuadReader *reader)
  {
    int n = 0;
    QuadFrame *frame = nullptr;
    for (; quad_reader_next (reader, 30 * GST_SECOND, &frame, &error) == QUAD_READER_FRAME; n++)
      quad_frame_unref (frame);
    EXPECT_EQ (text_of (error), "");
    return n;
  }

  std::string data, uri;
  std::atomic<int> let_go = 0;
  QuadBytes *bytes = nullptr;
  GError *error = nullptr;
};

TEST_F (Bytes, AreHeldByWhoHasOpenedThem)
{
  QuadReader *reader = quad_reader_open (uri.c_str (), nullptr, -1, 1, &error);
  ASSERT_TRUE (reader) << text_of (error);
  quad_bytes_free (bytes);
  EXPECT_EQ (let_go, 0);
  EXPECT_GT (count (reader), 1);
  quad_reader_close (reader);
  EXPECT_EQ (let_go, 1);
}

TEST_F (Bytes, AreOpenedTwice)
{
  QuadReader *one = quad_reader_open (uri.c_str (), nullptr, -1, 1, &error);
  QuadReader *other = quad_reader_open (uri.c_str (), nullptr, -1, 1, &error);
  ASSERT_TRUE (one && other) << text_of (error);
  EXPECT_EQ (count (one), count (other));
  quad_reader_close (one);
  quad_reader_close (other);
  EXPECT_EQ (let_go, 0);
  quad_bytes_free (bytes);
  EXPECT_EQ (let_go, 1);
}

TEST_F (Bytes, LeadNowhereWhenTheyAreFreed)
{
  quad_bytes_free (bytes);
  EXPECT_EQ (let_go, 1);
  QuadReader *reader = quad_reader_open (uri.c_str (), nullptr, -1, 1, &error);
  if (reader) {
    QuadFrame *frame = nullptr;
    EXPECT_EQ (quad_reader_next (reader, 30 * GST_SECOND, &frame, &error), QUAD_READER_FAILED);
    quad_reader_close (reader);
  }
  EXPECT_NE (text_of (error), "");
}

TEST (NoBytes, AreNoVideo)
{
  GError *error = nullptr;
  QuadBytes *bytes = quad_bytes_new (nullptr, 0, nullptr, nullptr);
  QuadTable *table = quad_table_open (quad_bytes_get_uri (bytes), 0, TRUE, &error);
  if (table) {
    EXPECT_EQ (quad_table_wait (table, 30 * GST_SECOND, &error), QUAD_READER_FAILED);
    quad_table_close (table);
  }
  ASSERT_TRUE (error);
  EXPECT_EQ (error->code, QUAD_TENSOR_ERROR_NO_VIDEO) << error->message;
  g_error_free (error);
  quad_bytes_free (bytes);
}

}  // namespace
