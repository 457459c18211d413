// The pipeline of `quad grid` for machines and clips of all kinds, also those that are not here.
#include <gtest/gtest.h>

#include <algorithm>

#include "tools/quad/commands/grid.h"
#include "tools/quad/failure.h"

namespace quad {
namespace {

constexpr Machine kCpu, kDecoder{true, true, false}, kGpu{true, true, true};

class GridLine : public testing::Test {
 protected:
  GridLine ()
  {
    options_.out = "o.mp4";
    options_.rows = options_.columns = 2;
    options_.size = {1280, 720};
    for (int i = 0; i < 4; i++) {
      Clip clip;
      clip.path = text ("clip", i);
      clip.plain_h264 = i % 2 == 0;
      clip.duration = 5 * GST_SECOND;
      clip.sound = true;
      options_.clips.push_back (clip.path);
      inputs_.clips.push_back (clip);
    }
    inputs_.length = 5 * GST_SECOND;
  }
  std::vector<std::string> words (const Machine &machine) const
  {
    return grid_line (options_, inputs_, machine, "o.mp4").words ();
  }
  static std::ptrdiff_t count (const std::vector<std::string> &words, std::string_view word)
  {
    return std::count (words.begin (), words.end (), word);
  }

  GridOptions options_;
  GridInputs inputs_;
};

TEST_F (GridLine, UsesWhatTheMachineHas)
{
  struct Row {
    Machine machine;
    const char *decoder, *canvas, *encoder;
    int downloads;
  };
  for (const Row &row :
       {Row{kCpu, "avdec_h264", "video/x-raw,format=I420", "x264enc", 0},
        Row{kDecoder, "nvh264dec", "video/x-raw(memory:CUDAMemory),format=NV12", "x264enc", 1},
        Row{kGpu, "nvh264dec", "video/x-raw(memory:CUDAMemory),format=NV12", "nvh264enc", 0}}) {
    const std::vector<std::string> line = words (row.machine);
    EXPECT_EQ (count (line, row.decoder), 2);
    EXPECT_EQ (count (line, "decodebin"), 2) << "clips that are not plain";
    EXPECT_EQ (count (line, std::string{row.canvas} + ",width=1280,height=720,framerate=30/1"), 1);
    EXPECT_EQ (count (line, row.encoder), 1);
    EXPECT_EQ (count (line, "cudadownload"), row.downloads);
    EXPECT_EQ (count (line, "x264enc") + count (line, "nvh264enc"), 1);
  }
}

TEST_F (GridLine, HasSoundThatEndsWithTheVideo)
{
  EXPECT_EQ (count (words (kCpu), "avwait"), 0);
  for (int heard = 0; heard < 4; heard++) {
    inputs_.heard = heard;
    const std::vector<std::string> line = words (kCpu);
    EXPECT_EQ (count (line, "avwait"), 1);
    EXPECT_EQ (count (line, "avenc_aac"), 1);
    EXPECT_EQ (count (line, text ("clip", heard, heard % 2 == 0 ? ".audio_0" : ".")),
               heard % 2 == 0 ? 1 : 2);
  }
}

TEST_F (GridLine, RepeatsMusicToFillTheLength)
{
  options_.music = inputs_.music.path = "song";
  for (const auto &[seconds, times] : {std::pair{2, 3}, {5, 1}, {9, 1}, {0, 1}}) {
    inputs_.music.duration = static_cast<GstClockTime> (seconds) * GST_SECOND;
    EXPECT_EQ (count (words (kCpu), "location=./song"), times) << seconds;
    EXPECT_EQ (count (words (kCpu), "music."), times) << seconds;
  }
  inputs_.music.duration = 1;
  EXPECT_THROW (words (kCpu), Failure);
}

TEST_F (GridLine, PutsAFrameOverAll)
{
  options_.frame = "frame.png";
  options_.fit = "cover";
  const std::vector<std::string> line = words (kCpu);
  for (const char *word :
       {"sink_4::width=1280", "sink_4::height=720", "sink_4::zorder=1000",
        "sink_4::repeat-after-eos=true", "sink_3::fit=cover", "grid.sink_4", "name=clip5"}) {
    EXPECT_EQ (count (line, word), 1) << word;
  }
}

TEST_F (GridLine, HoldsPictures)
{
  inputs_.clips[1].still = true;
  const std::vector<std::string> line = words (kGpu);
  EXPECT_EQ (count (line, "sink_1::repeat-after-eos=true"), 1);
  EXPECT_EQ (count (line, "imagefreeze"), 1);
}

}  // namespace
}  // namespace quad
