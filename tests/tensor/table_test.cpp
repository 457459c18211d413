// Tables of frames in C: how they are waited for, and what becomes of them when they are closed.
// table_test.py compares what they say with what decoding gives.
#include "clips.h"
#include "samples.h"

using namespace quad::test;

namespace {

struct CloseTable {
  void operator() (QuadTable *table) const { quad_table_close (table); }
};
using OwnedTable = std::unique_ptr<QuadTable, CloseTable>;

class Table : public testing::Test {
 protected:
  OwnedTable open (const std::string &file, bool frames)
  {
    OwnedTable table{quad_table_open (file.c_str (), 0, frames, &error)};
    EXPECT_EQ (table == nullptr, error != nullptr);
    return table;
  }
  QuadReaderStatus wait (const OwnedTable &table, GstClockTime timeout = 30 * GST_SECOND)
  {
    return quad_table_wait (table.get (), timeout, &error);
  }

  Clips clips;
  GError *error = nullptr;
};

TEST_F (Table, HasEachFrame)
{
  const OwnedTable table = open (clips.video_with_sound (), true);
  ASSERT_EQ (wait (table), QUAD_READER_END) << text_of (error);
  guint64 count = 0;
  const QuadTableEntry *entries = quad_table_get_entries (table.get (), &count);
  ASSERT_EQ (count, 50u);
  for (guint64 i = 0; i < count; i++) {
    EXPECT_EQ (entries[i].time, i * 100 * GST_MSECOND);
    EXPECT_EQ (entries[i].duration, 100 * GST_MSECOND);
    EXPECT_EQ (entries[i].keyframe != FALSE, i % 10 == 0);
  }
  QuadClipInfo info;
  quad_table_get_info (table.get (), &info);
  EXPECT_EQ (info.n_audio, 1u);
  QuadAudioInfo audio;
  ASSERT_TRUE (quad_table_get_audio (table.get (), 0, &audio));
  EXPECT_STREQ (audio.codec, "vorbis");
  EXPECT_FALSE (quad_table_get_audio (table.get (), 1, &audio));
}

TEST_F (Table, WithoutFramesHasNoEntries)
{
  const OwnedTable table = open (clips.video (), false);
  ASSERT_EQ (wait (table), QUAD_READER_END) << text_of (error);
  guint64 count = 7;
  quad_table_get_entries (table.get (), &count);
  EXPECT_EQ (count, 0u);
  QuadClipInfo info;
  quad_table_get_info (table.get (), &info);
  EXPECT_EQ (info.width, 320);
  EXPECT_EQ (info.duration, 5 * GST_SECOND);
}

// As an application does that shows something meanwhile.
TEST_F (Table, IsWaitedForInSteps)
{
  const OwnedTable table = open (clips.video (), true);
  QuadReaderStatus status = QUAD_READER_TIMEOUT;
  while (status == QUAD_READER_TIMEOUT) status = wait (table, GST_MSECOND);
  EXPECT_EQ (status, QUAD_READER_END) << text_of (error);
  EXPECT_EQ (wait (table, 0), QUAD_READER_END);
}

TEST_F (Table, ClosesAtAnyTime)
{
  const std::string file = clips.video ();
  for (const GstClockTime spent : {0, 1, 2, 5, 20}) {
    const OwnedTable table = open (file, true);
    const GstClockTime timeout = spent * GST_MSECOND;
    EXPECT_NE (wait (table, timeout), QUAD_READER_FAILED) << text_of (error);
  }
}

TEST_F (Table, SaysWhatIsWrong)
{
  EXPECT_EQ (open (clips.path ("none.mp4"), true), nullptr);
  EXPECT_TRUE (g_error_matches (error, QUAD_TENSOR_ERROR, QUAD_TENSOR_ERROR_NOT_FOUND));
  g_clear_error (&error);

  const OwnedTable table = open (clips.sound (), true);
  EXPECT_EQ (wait (table), QUAD_READER_FAILED);
  EXPECT_TRUE (g_error_matches (error, QUAD_TENSOR_ERROR, QUAD_TENSOR_ERROR_NO_VIDEO));
  g_clear_error (&error);
}

// Who waits once more learns the same, and does not get what was read until then.
TEST_F (Table, FailsAgain)
{
  char *data = nullptr;
  gsize size = 0;
  ASSERT_TRUE (g_file_get_contents (clips.video ().c_str (), &data, &size, nullptr));
  const quad::Owned<char> owned{data};
  // Without its table (moov), the demuxer fails where nobody hears it.
  const std::string cut = clips.path ("cut.mp4");
  ASSERT_TRUE (g_file_set_contents (cut.c_str (), data, gssize (size / 2), nullptr));
  for (const std::string &file : {clips.sound (), cut}) {
    const OwnedTable table = open (file, true);
    EXPECT_EQ (wait (table), QUAD_READER_FAILED);
    const std::string first = text_of (error);
    EXPECT_NE (first, "");
    EXPECT_EQ (wait (table), QUAD_READER_FAILED);
    EXPECT_EQ (text_of (error), first);
    guint64 count = 7;
    quad_table_get_entries (table.get (), &count);
    EXPECT_EQ (count, 0u);
  }
}

}  // namespace
