// The pipeline of `quad shrink` for machines and clips of all kinds, also those that are not here.
#include <gtest/gtest.h>

#include <algorithm>

#include "tools/quad/commands/shrink.h"

namespace quad {
namespace {

TEST (ShrinkLine, UsesWhatTheMachineHas)
{
  struct Row {
    Machine machine;
    const char *decoder, *kind, *encoder;
    int downloads;
  };
  constexpr const char *kCuda = "video/x-raw(memory:CUDAMemory),format=NV12";
  for (const Row &row : {Row{{}, "decodebin", "video/x-raw", "x264enc", 0},
                         Row{{true, true, false}, "nvh264dec", kCuda, "x264enc", 1},
                         Row{{true, true, true}, "nvh264dec", kCuda, "nvh264enc", 0}}) {
    for (const bool sound : {false, true}) {
      SCOPED_TRACE (testing::Message () << row.decoder << " " << row.encoder << " " << sound);
      ShrinkOptions options;
      options.out = "o.mp4";
      options.size = {640, 361};
      Clip clip;
      clip.path = "clip";
      clip.plain_h264 = true;
      clip.sound = sound;
      const std::vector<std::string> line =
          shrink_line (options, clip, row.machine, "o.mp4").words ();
      const auto count = [&] (std::string_view word) {
        return std::count (line.begin (), line.end (), word);
      };
      const bool gpu = row.machine.decodes ();
      EXPECT_EQ (count (row.decoder), 1);
      EXPECT_EQ (count (std::string{row.kind} + ",width=[2,640,2],height=[2,360,2]"), 1);
      EXPECT_EQ (count (row.encoder), 1);
      EXPECT_EQ (count ("x264enc") + count ("nvh264enc"), 1);
      EXPECT_EQ (count ("cudadownload"), row.downloads);
      EXPECT_EQ (count ("avenc_aac"), sound);
      EXPECT_EQ (count ("clip0.audio_0"), gpu && sound);
      EXPECT_EQ (count ("videoflip"), !gpu);
    }
  }
}

}  // namespace
}  // namespace quad
