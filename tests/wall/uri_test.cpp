#include "uri.h"

#include <gtest/gtest.h>

namespace wall {
namespace {

TEST (WallUri, SplitsCredentialsOff)
{
  const struct {
    const char *uri, *bare, *user, *password;
  } kCases[] = {
      {"rtsp://host/a", "rtsp://host/a", "", ""},
      {"rtsp://me:secret@host:554/a?b", "rtsp://host:554/a?b", "me", "secret"},
      {"rtsp://me@host/a", "rtsp://host/a", "me", ""},
      {"http://me:p%40ss%2F@host/", "http://host/", "me", "p@ss/"},
      {"http://me:p@ss@host/", "http://host/", "me", "p@ss"},
      {"http://me:pa/ss@host/x", "http://host/x", "me", "pa/ss"},
      {"http://host/video@hd", "http://host/video@hd", "", ""},
      {"http://host:80/video@hd", "http://host:80/video@hd", "", ""},
      {"http://[fe80::1]:80/a@b", "http://[fe80::1]:80/a@b", "", ""},
      {"http://me:x@[fe80::1]/", "http://[fe80::1]/", "me", "x"},
      {"test:ball", "test:ball", "", ""},
  };
  for (const auto &each : kCases) {
    const SplitUri split = split_uri (each.uri);
    EXPECT_EQ (split.bare, each.bare);
    EXPECT_EQ (split.user, each.user) << each.uri;
    EXPECT_EQ (split.password, each.password) << each.uri;
  }
}

TEST (WallUri, RedactsEveryUriOfAText)
{
  const struct {
    const char *text, *shown;
  } kCases[] = {
      {"no URI: here", "no URI: here"},
      {"rtsp://me:secret@host/a", "rtsp://host/a"},
      {"open \"rtsp://me:secret@host/a?key=1\" or 'http://x:y@z'.",
       "open \"rtsp://host/a\" or 'http://z'."},
      {"(http://host/a#part)", "(http://host/a)"},
      {"http://me:pa/ss@host/x", "http://host/x"},
      {"rtsp://me:@host", "rtsp://host"},
      {"://", "://"},
      {"a://b://c:d@e", "a://e"},
  };
  for (const auto &each : kCases) EXPECT_EQ (redact (each.text), each.shown);
}

TEST (WallUri, NamesInputs)
{
  const struct {
    const char *uri, *name;
  } kCases[] = {
      {"test:smpte", "smpte"},
      {"/films/one two.mp4", "one two.mp4"},
      {"film.mp4", "film.mp4"},
      {"file:///films/one%20two.mp4", "one two.mp4"},
      {"rtsp://me:secret@host:554/a?b", "host:554/a"},
  };
  for (const auto &each : kCases) EXPECT_EQ (name_of (each.uri), each.name);
}

TEST (WallUri, KnowsSchemes)
{
  EXPECT_EQ (scheme_of ("RTSP://host"), "rtsp");
  EXPECT_EQ (scheme_of ("test:ball"), "test");
  EXPECT_EQ (scheme_of ("./a:b"), "");
  EXPECT_EQ (scheme_of ("film.mp4"), "");
}

}  // namespace
}  // namespace wall
