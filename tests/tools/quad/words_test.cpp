// Lines, names, values and progress of `quad`, without a pipeline that runs.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

#include "tools/quad/failure.h"
#include "tools/quad/line.h"
#include "tools/quad/names.h"
#include "tools/quad/parts.h"
#include "tools/quad/progress.h"
#include "tools/quad/temporary.h"
#include "tools/quad/values.h"

namespace quad {
namespace {

// Names that a shell, the pipeline's parser or printf may misread.
const std::vector<std::string> kNames = {
    "clip.mp4",
    "two words",
    " around ",
    "it's",
    "\"quoted\"",
    "a\\b",
    "ends\\",
    "and\\\"both\\\\\"\\",
    "line\nbreak",
    "ends\n",
    "$(touch pwned)",
    "`x`",
    "-rf",
    "--print",
    "100%d of %s",
    "Grüße, 日本",
    "*?[a-z]{b,c}~",
    "a;b&c|d<e>f#g=h,i(j)k",
    "NULL",
    "!",
    "x ! fakesink",
    "\x01\x1b[31m\x7f",
    "\\012",
    "!!",
    "tab\tand\rreturn",
    "'\n'",
};

std::string output_of (const std::string &command)
{
  std::unique_ptr<FILE, int (*) (FILE *)> pipe{popen (command.c_str (), "r"), pclose};
  std::string output;
  std::array<char, 256> part;
  while (const std::size_t n = std::fread (part.data (), 1, part.size (), pipe.get ()))
    output.append (part.data (), n);
  return output;
}

// What of `run` is thrown.
template <typename F>
std::string failure_of (F run)
{
  try {
    run ();
  } catch (const Failure &failure) {
    return failure.what ();
  }
  return "";
}

class Folder : public testing::Test {
 protected:
  Folder () : folder_{new_folder ()} {}
  std::string at (const std::string &name) const { return folder_.path () + "/" + name; }
  std::string file (const std::string &name, const std::string &content = "x") const
  {
    std::ofstream{at (name), std::ios::binary} << content;
    return at (name);
  }
  static std::string content (const std::string &path)
  {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  Temporary folder_;
};

TEST (Line, PrintsWordsThatBashReadsBack)
{
  for (const std::string &name : kNames) {
    const std::string command = "printf '%s.' " + shell_word (name);
    EXPECT_EQ (output_of ("bash -c " + shell_word (command)), name + ".") << name;
  }
}

TEST (Line, GivesElementsTheNamesAsTheyAre)
{
  for (const std::string &name : kNames) {
    Line line;
    line.add ("filesrc name=source").path ("location", name).add ("! fakesink");
    const Owned<GstElement> pipeline = line.parse ();
    const Owned<GstElement> source{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "source")};
    ASSERT_TRUE (source);
    gchar *location = nullptr;
    g_object_get (source.get (), "location", &location, nullptr);
    EXPECT_EQ (location, "./" + name);
    g_free (location);
  }
}

TEST (Line, EscapesOnlyTheFolderOfNumberedFiles)
{
  Line line;
  line.add ("fakesrc ! multifilesink name=sink").numbered_path ("/100%d", "frame-%03d.jpg");
  const Owned<GstElement> pipeline = line.parse ();
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "sink")};
  gchar *location = nullptr;
  g_object_get (sink.get (), "location", &location, nullptr);
  EXPECT_STREQ (location, "/100%%d/frame-%03d.jpg");
  g_free (location);
}

TEST (Line, BreaksItsRowsAndAddsAnother)
{
  Line other;
  other.row ().add ("queue ! fakesink");
  Line line;
  line.add (" fakesrc  ! tee ").row ().add ("!").append (other);
  EXPECT_EQ (line.words (),
             (std::vector<std::string>{"fakesrc", "!", "tee", "!", "queue", "!", "fakesink"}));
  EXPECT_EQ (line.shell (), "gst-launch-1.0 -q fakesrc ! tee \\\n  ! \\\n  queue ! fakesink");
}

TEST (Line, SaysWhichElementIsMissing)
{
  const std::string said = failure_of ([] { Line{}.add ("fakesrc ! nosuchelement").parse (); });
  EXPECT_NE (said.find ("there is no nosuchelement here"), std::string::npos) << said;
  EXPECT_NE (failure_of ([] { Line{}.add ("fakesrc ! identity nosuch=1").parse (); }), "");
}

TEST (Names, AreTakenApart)
{
  EXPECT_EQ (folder_of ("a/b/c.mp4"), "a/b/");
  EXPECT_EQ (folder_of ("c.mp4"), "./");
  EXPECT_EQ (folder_of ("/c"), "/");
  EXPECT_EQ (base_name ("a/b/c.mp4"), "c.mp4");
  EXPECT_EQ (ending_of ("a.b/c.MP4"), "mp4");
  EXPECT_EQ (ending_of ("a.b/c"), "");
  EXPECT_EQ (shown ("a\n\x1b\x7f\\é"), "a\\n\\033\\177\\é");
}

TEST_F (Folder, InputsHaveToBeFiles)
{
  const std::string name = file ("in");
  EXPECT_EQ (failure_of ([&] { check_input (name); }), "");
  EXPECT_EQ (failure_of ([&] { check_input (at ("none")); }), "there is no file " + at ("none"));
  EXPECT_NE (
      failure_of ([&] { check_input (folder_.path ()); }).find ("not a file that can be read"),
      std::string::npos);
  EXPECT_NE (failure_of ([&] { check_input (file ("\xff")); }).find ("is not UTF-8"),
             std::string::npos);
  EXPECT_EQ (failure_of ([&] { check_input (""); }), "a name of a file is empty");
}

TEST_F (Folder, OutputsMustNotBeInputs)
{
  const std::string name = file ("in");
  ASSERT_EQ (link (name.c_str (), at ("hard").c_str ()), 0);
  ASSERT_EQ (symlink ("in", at ("soft").c_str ()), 0);
  for (const char *other : {"in", "hard", "soft"}) {
    EXPECT_NE (failure_of ([&] {
                 check_output (at (other), {at ("none"), name});
               }).find ("is the clip itself"),
               std::string::npos);
  }
  EXPECT_EQ (failure_of ([&] { check_output (at ("new"), {name}); }), "");
  EXPECT_EQ (failure_of ([&] { check_output (file ("old"), {name}); }), "");
  EXPECT_NE (failure_of ([&] {
               check_output (folder_.path (), {});
             }).find ("is there already and not a file"),
             std::string::npos);
  EXPECT_NE (failure_of ([&] { check_output ("/dev/null", {}); }).find ("not a file"),
             std::string::npos);
  EXPECT_NE (failure_of ([&] {
               check_output (at ("none/new"), {});
             }).find ("not a folder that can be written"),
             std::string::npos);
}

TEST_F (Folder, TwoResultsMayNotBeOne)
{
  const std::string there = file ("there"), link = at ("link");
  ASSERT_EQ (symlink ("there", link.c_str ()), 0);
  ASSERT_EQ (mkdir (at ("sub").c_str (), 0777), 0);
  const std::string same[][2] = {{there, there},
                                 {there, link},
                                 {there, at ("sub/../there")},
                                 {at ("new"), at ("new")},
                                 {at ("new"), at ("./new")},
                                 {at ("new"), at ("sub/../new")},
                                 {at ("new"), at ("new/")},
                                 {at ("sub"), at ("sub/")}};
  for (const auto &[a, b] : same) {
    EXPECT_TRUE (same_place (a, b)) << a << " " << b;
    EXPECT_NE (failure_of ([&] { check_different ({"", a, "", b}); }), "") << a << " " << b;
    EXPECT_THROW (check_report (a, {"", b}), NoReport) << a << " " << b;
  }
  const std::string other[][2] = {{there, at ("new")}, {at ("new"), at ("sub/new")}, {"", ""}};
  for (const auto &[a, b] : other) {
    EXPECT_EQ (failure_of ([&] { check_different ({"", a, "", b}); }), "") << a << " " << b;
    EXPECT_NO_THROW (check_report (a, {"", b})) << a << " " << b;
  }
}

TEST (Values, Seconds)
{
  EXPECT_EQ (read_seconds ("12.5"), 12500 * GST_MSECOND);
  EXPECT_EQ (read_seconds ("0"), 0U);
  EXPECT_EQ (read_seconds ("0.000000001"), 1U);
  EXPECT_EQ (read_seconds ("1:02:03.25"), 3723250 * GST_MSECOND);
  EXPECT_EQ (read_seconds ("2:05"), 125 * GST_SECOND);
  for (const char *wrong : {"", "soon", "-1", "1.", ".5", "1e3", "1:", ":1", "1:2:3:4",
                            "1.1234567890", " 1", "12345678"}) {
    EXPECT_FALSE (read_seconds (wrong)) << wrong;
  }
}

TEST (Values, SecondsInWords)
{
  EXPECT_EQ (seconds_text (12500 * GST_MSECOND), "12.500");
  EXPECT_EQ (seconds_text (1, 9), "0.000000001");
  EXPECT_EQ (seconds_text (1764348246123456789U, 9), "1764348246.123456789");
  EXPECT_EQ (seconds_text (1999600000U), "2.000");
  EXPECT_EQ (seconds_text (1999400000U), "1.999");
  EXPECT_EQ (seconds_text (1500 * GST_MSECOND, 0), "2");
  EXPECT_EQ (color_text (0xff00a000), "0xff00a000");
}

TEST (Values, Rates)
{
  const auto read = [] (const char *text) {
    const auto rate = read_rate (text);
    return rate ? text_of (*rate) : "";
  };
  EXPECT_EQ (read ("12"), "12/1");
  EXPECT_EQ (read ("25/2"), "25/2");
  EXPECT_EQ (read ("0.5"), "1/2");
  EXPECT_EQ (read ("29.97"), "30000/1001");
  EXPECT_EQ (read ("23.976"), "24000/1001");
  for (const char *wrong : {"0", "0/1", "1/0", "-1", "a", "1/2/3", "", "0.0001"})
    EXPECT_EQ (read (wrong), "") << wrong;
}

TEST (Values, SizesBytesAndColors)
{
  ASSERT_TRUE (read_size ("640x360"));
  EXPECT_EQ (read_size ("640x360")->width, 640);
  EXPECT_EQ (read_size ("640X360")->height, 360);
  for (const char *wrong : {"640", "x", "0x1", "1x0", "16385x1", "1x2x3", "-1x2", ""})
    EXPECT_FALSE (read_size (wrong)) << wrong;
  EXPECT_EQ (read_bytes ("800000"), 800000U);
  EXPECT_EQ (read_bytes ("800k"), 800000U);
  EXPECT_EQ (read_bytes ("1.5M"), 1500000U);
  EXPECT_EQ (read_bytes ("12345678901"), 12345678901U);
  for (const char *wrong : {"", "k", "0", "-1", "1G", "1kk"})
    EXPECT_FALSE (read_bytes (wrong)) << wrong;
  EXPECT_EQ (read_color ("#00a0Ff"), 0xff00a0ffU);
  for (const char *wrong : {"", "#", "00a000", "#00a00g", "#00a0000"})
    EXPECT_FALSE (read_color (wrong)) << wrong;
}

TEST (Progress, SaysHowFarAndHowLong)
{
  EXPECT_EQ (progress_line ("quad gif", 0.25, "30 frames", 10),
             "quad gif: 25 %, 30 frames, 30 s left");
  EXPECT_EQ (progress_line ("quad gif", -1, "30 frames", 10), "quad gif: 30 frames");
  EXPECT_EQ (progress_line ("quad gif", 0.001, "1 frames", 10), "quad gif: 0 %, 1 frames");
  EXPECT_EQ (progress_line ("quad gif", 1.5, "9 frames", 10),
             "quad gif: 100 %, 9 frames, 0 s left");
  EXPECT_EQ (time_text (59.4), "59 s");
  EXPECT_EQ (time_text (-1), "0 s");
  EXPECT_EQ (time_text (125), "2 min 5 s");
  EXPECT_EQ (time_text (3 * 3600 + 240), "3 h 4 min");
}

TEST (Parts, ChooseByTheMachine)
{
  EXPECT_EQ (sentence_on ({true, true, true}), "On the GPU: nvh264dec, CUDA memory, nvh264enc");
  EXPECT_EQ (sentence_on ({true, true, false}),
             "On the GPU: nvh264dec, CUDA memory; there is no nvh264enc, so x264enc encodes");
  EXPECT_EQ (sentence_on ({false, true, true}), "On the CPU: avdec_h264, x264enc");
  EXPECT_EQ (sentence_on ({true, false, true}), "On the CPU: avdec_h264, x264enc");
}

TEST (Parts, ChooseByTheEnding)
{
  EXPECT_EQ (container_of ("a.MP4").muxer, "mp4mux");
  EXPECT_EQ (container_of ("a.webm").sound_name, "Opus");
  const std::string said = failure_of ([] { container_of ("a.avi"); });
  EXPECT_NE (said.find ("name it a.avi.mp4"), std::string::npos) << said;
}

}  // namespace
}  // namespace quad
