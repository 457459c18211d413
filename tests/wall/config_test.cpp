#include "config.h"

#include <gtest/gtest.h>

namespace wall {
namespace {

std::string fault_of (const std::string &text)
{
  Config config;
  std::string why;
  const bool read = read_config (text, config, why);
  EXPECT_EQ (read, why.empty ());
  EXPECT_EQ (config.inputs.size (), 0u);
  return why;
}

TEST (WallConfig, TakesEverySetting)
{
  Config config;
  std::string why;
  ASSERT_TRUE (read_config (R"({
    "inputs": ["test:ball", {"uri": "rtsp://door/1", "name": "Door"}],
    "width": 640, "height": 360, "framerate": 10, "layout": "row", "listen": "0.0.0.0", "port": 0,
    "token": "12345678", "latency": 0, "silence": 3, "bitrate": 900, "hls": "h", "recordings": "r",
    "recording-format": "mkv", "segment": 5, "seconds": 7})",
                            config, why))
      << why;
  ASSERT_TRUE (check_config (config, why)) << why;
  ASSERT_EQ (config.inputs.size (), 2u);
  EXPECT_EQ (config.inputs[0].name, "ball");
  EXPECT_EQ (config.inputs[1].uri, "rtsp://door/1");
  EXPECT_EQ (config.inputs[1].name, "Door");
  EXPECT_EQ (config.width, 640);
  EXPECT_EQ (config.height, 360);
  EXPECT_EQ (config.framerate, 10);
  EXPECT_EQ (config.layout, "row");
  EXPECT_EQ (config.listen, "0.0.0.0");
  EXPECT_EQ (config.port, 0);
  EXPECT_EQ (config.token, "12345678");
  EXPECT_EQ (config.latency, 0);
  EXPECT_EQ (config.silence, 3);
  EXPECT_EQ (config.bitrate, 900);
  EXPECT_EQ (config.hls, "h");
  EXPECT_EQ (config.recordings, "r");
  EXPECT_EQ (config.recording_format, "mkv");
  EXPECT_EQ (config.segment, 5);
  EXPECT_EQ (config.seconds, 7);
}

TEST (WallConfig, RefusesWhatItDoesNotKnow)
{
  const struct {
    const char *text;
    const char *why;
  } kCases[] = {
      {"", "must be one object"},
      {"{", "no JSON"},
      {"[]", "must be one object"},
      {R"({"colour": 1})", "there is no setting colour"},
      {R"({"width": "640"})", "width must be a whole number from 16 to 8192"},
      {R"({"width": 640.5})", "width must be a whole number"},
      {R"({"width": 8})", "width must be a whole number"},
      {R"({"port": 65536})", "port must be a whole number from 0 to 65535"},
      {R"({"token": 1})", "token must be a string"},
      {R"({"inputs": "test:ball"})", "inputs must be an array"},
      {R"({"inputs": [1]})", "each of inputs is a URI"},
      {R"({"inputs": [{}]})", "each of inputs is a URI"},
      {R"({"inputs": [{"url": "x"}]})", "not url"},
      {R"({"inputs": [{"uri": 1}]})", "not uri"},
      {R"({"inputs": ["test:ball"], "width": 1})", "width must be"},
      {R"({"token": "12345678\u0000"})", "U+0000"},
      {R"({"inputs": ["a\\\u0000"]})", "U+0000"},
      {R"({"port": 1, "port": 1})", "port is there twice"},
      {R"({"inputs": [{"uri": "a", "uri": "b"}]})", "uri is there twice"},
  };
  for (const auto &each : kCases)
    EXPECT_NE (fault_of (each.text).find (each.why), std::string::npos)
        << each.text << ": " << fault_of (each.text);
}

TEST (WallConfig, ChecksTheWhole)
{
  const struct {
    const char *text;
    const char *why;
  } kCases[] = {
      {R"({})", "at least one URI"},
      {R"({"inputs": ["a"], "listen": "localhost"})", "numeric address"},
      {R"({"inputs": ["a"], "listen": "0.0.0.0"})", "set a token"},
      {R"({"inputs": ["a"], "listen": "::", "token": "short"})", "at least 8 characters"},
      {R"({"inputs": ["a"], "listen": "::1"})", ""},
      {R"({"inputs": ["a"], "token": "1234567"})", "a token has at least 8 characters"},
      {R"({"inputs": ["\\u0000"]})", ""},
      {R"({"inputs": [{"uri": "a"}, {"uri": "b"}]})", ""},
      {R"({"inputs": ["a"], "layout": "round"})", "no layout round"},
      {R"({"inputs": ["a"], "recording-format": "avi"})", "mp4 or mkv"},
      {R"({"inputs": ["a"], "width": 641})", "must be even"},
  };
  for (const auto &each : kCases) {
    Config config;
    std::string why;
    ASSERT_TRUE (read_config (each.text, config, why)) << why;
    EXPECT_EQ (check_config (config, why), *each.why == '\0') << each.text;
    EXPECT_NE (why.find (each.why), std::string::npos) << each.text << ": " << why;
  }
}

TEST (WallConfig, NumbersEqualNames)
{
  Config config;
  std::string why;
  ASSERT_TRUE (read_config (R"({"inputs": ["http://a/x?1", "http://me@a/x?2", "test:ball",
    {"uri": "test:red", "name": "ball"}, {"uri": "test:red", "name": "ball"}, "http://a/x"]})",
                            config, why));
  ASSERT_TRUE (check_config (config, why)) << why;
  const char *kNames[] = {"a/x", "a/x (2)", "ball (2)", "ball", "ball", "a/x (3)"};
  for (std::size_t i = 0; i < config.inputs.size (); i++)
    EXPECT_EQ (config.inputs[i].name, kNames[i]);
}

TEST (WallConfig, ChecksNumbersOfTheCommandLine)
{
  Config config;
  std::string why;
  config.inputs = {{"a", ""}};
  config.seconds = -1;
  EXPECT_FALSE (check_config (config, why));
  EXPECT_NE (why.find ("seconds must be a whole number from 0"), std::string::npos) << why;
}

}  // namespace
}  // namespace wall
