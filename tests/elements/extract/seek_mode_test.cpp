// For any selection of any file, seeks change nothing: frames, times and misses are those of
// seek-mode=never.
#include <random>

#include "elements/extract/container_clips.h"
#include "elements/extract/playback.h"

namespace quad::test {
namespace {

constexpr int kLength = 24;  // seconds
// Shorter and longer than 5 s, the distance from which seeks are tried.
constexpr int kGops[] = {8, 130};

struct Case {
  Coding coding;
  int gop;
};

void PrintTo (const Case &c, std::ostream *out) { *out << c.coding.name << " " << c.gop; }

std::vector<Case> all_cases ()
{
  std::vector<Case> cases;
  for (const Coding &coding : kCodings)
    for (const int gop : kGops) cases.push_back ({coding, gop});
  return cases;
}

// What came of a selection.
struct Outcome {
  Result result;
  std::vector<std::string> errors;
};

Outcome select (const std::string &path, const std::string &decode, const std::string &properties)
{
  Playback play{path, decode, properties};
  Outcome outcome;
  outcome.result = play.run ();
  outcome.errors = play.errors ();
  EXPECT_TRUE (play.ended () || !outcome.errors.empty ());
  return outcome;
}

// Times all over the film and beyond its end; the same in each run.
std::string random_list (std::mt19937 &random)
{
  std::string text = "timestamp-list=\"";
  for (std::size_t i = 0, count = 1 + random () % 5; i < count; i++) {
    if (i > 0) text += ", ";
    text += std::to_string (random () % 25) + "." + std::to_string (100 + random () % 900);
  }
  return text + "\"";
}

std::vector<std::string> selections (std::mt19937 &random)
{
  const std::string start = "start-time=", stop = " stop-time=";
  return {
      random_list (random),
      random_list (random) + (random () % 2 ? " policy=nearest" : " policy=next"),
      "timestamp-list=\"0, 7.3, 7.4, 15.55, 23.85, 24.5\" tolerance-before=200000000",
      random () % 2 ? "rate=1/7" : "rate=3/1",
      start + std::to_string (8'000'000'000 + random () % 13'000'000'000),
      start + "13000000000" + stop + "15000000000",
      "every-nth=5 start-time=" + std::to_string (6'000'000'000 + random () % 13'000'000'000),
  };
}

class SeekMode : public testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite ()
  {
    // Sometimes a plugin of 1.26 calls gst_caps_is_any without caps while clips of AV1 are made or
    // read.
    if (kIs126) g_log_set_always_fatal (static_cast<GLogLevelFlags> (G_LOG_FATAL_MASK));
  }

  // Makes a clip for each container that takes the coding.
  void SetUp () override
  {
    std::string missing;
    const auto paths = make_container_clips (folder_, coding_, gop_, frames_, missing);
    if (!missing.empty ()) GTEST_SKIP () << missing;
    for (const Container &container : containers ())
      if (const auto path = paths.find (container.name); path != paths.end ())
        clips_.push_back (
            {container.name, path->second,
             std::string (container.demuxer) + " ! " + coding_.parser + " ! " + coding_.decoder});
  }

  struct Clip {
    const char *container;
    std::string path, decode;
  };
  const Coding coding_ = GetParam ().coding;
  const int gop_ = GetParam ().gop;
  const int frames_ = kLength * coding_.per_second;
  const TemporaryFolder folder_;
  std::vector<Clip> clips_;
};

TEST_P (SeekMode, ChangesNothing)
{
  std::mt19937 random (static_cast<unsigned> (gop_));
  for (const Clip &clip : clips_) {
    const std::vector<Shown> all = decode_all (clip.path, clip.decode);
    // GStreamer's muxers and demuxers lose some frames.
    EXPECT_GE (all.size (), static_cast<std::size_t> (frames_) - 20) << clip.container;
    for (const std::string &properties : selections (random)) {
      const Outcome never = select (clip.path, clip.decode, properties + " seek-mode=never");
      EXPECT_TRUE (never.errors.empty ()) << never.errors[0];
      for (const char *mode : {"auto", "always"}) {
        SCOPED_TRACE (std::string (clip.container) + " " + properties + " " + mode);
        const Outcome sought = select (clip.path, clip.decode, properties + " seek-mode=" + mode);
        expect_equal (sought.result, never.result);
        EXPECT_TRUE (sought.errors.empty ()) << sought.errors[0];
      }
    }
  }
}

// All frames, as with everything decoded; or an error.
TEST_P (SeekMode, KeyframesOrAnError)
{
  for (const Clip &clip : clips_) {
    SCOPED_TRACE (clip.container);
    const Outcome outcome = select (clip.path, clip.decode, "keyframes=true");
    if (!outcome.errors.empty ()) {
      EXPECT_TRUE (outcome.errors[0].starts_with (
          "extract: Which of these frames were keyframes cannot be known"))
          << outcome.errors[0];
      continue;
    }
    std::vector<int> numbers;
    for (const Extracted &e : outcome.result.frames) numbers.push_back (e.number);
    ASSERT_FALSE (numbers.empty ());
    EXPECT_EQ (numbers[0], 0);
    EXPECT_TRUE (std::is_sorted (numbers.begin (), numbers.end ()));
    const auto expected = static_cast<std::size_t> ((frames_ + gop_ - 1) / gop_);
    // Decoders take some I pictures for keyframes that are no entry points.
    EXPECT_LE (numbers.size (), expected + 1);
    if (coding_.all_entries) {
      EXPECT_GE (numbers.size () + 2, expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P (Codings, SeekMode, testing::ValuesIn (all_cases ()),
                          [] (const auto &info) {
                            return std::string (info.param.coding.name) + "_" +
                                   std::to_string (info.param.gop);
                          });

}  // namespace
}  // namespace quad::test
