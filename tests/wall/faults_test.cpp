#include "faults.h"

#include <gtest/gtest.h>

namespace wall {
namespace {

std::string fault (const char *message, const char *debug)
{
  GError error{1, 1, const_cast<char *> (message)};
  return fault_of (error, debug);
}

TEST (WallFaults, SayWhatIsWrong)
{
  constexpr const char *kPlugin = "Your GStreamer installation is missing a plug-in.";
  const struct {
    const char *message, *debug, *means;
  } kCases[] = {
      {kPlugin, "x:\nMissing decoder: MPEG-4 AAC (audio/mpeg, mpegversion=(int)4)\n",
       "it has no video"},
      {kPlugin, "x:\nMissing decoder: text/html (text/html)\n", "it has no video"},
      {kPlugin,
       "Missing decoder: AC-3 (audio/x-ac3)\nMissing decoder: H.265 (Main Profile) "
       "(video/x-h265, level=(string)4)\n",
       "no decoder is installed for H.265 (Main Profile)"},
      {"Found", "GstSoupHTTPSrc:source:\nFound (302), URL: http://a/, Redirect to: http://a/",
       "too many redirects"},
      {"Found", "GstSoupHTTPSrc:source:\nFound (302), URL: http://a/, Redirect to: (NULL)",
       "it redirects to an address that is not of HTTP"},
      {"Unauthorized", "Unauthorized (401), URL: http://a/, Redirect to: (NULL)", "Unauthorized"},
      {"Server does not support seeking.", "Server does not accept Range HTTP header",
       "the connection ended early"},
      {"Internal data stream error.",
       "GstSoupHTTPSrc:source:\nstreaming stopped, reason error (-5)",
       "the connection failed, or there is no answer"},
      {"Internal data stream error.", nullptr, "Internal data stream error."},
      {"No http://me:secret@host/a?b here", "http://me:secret@host/", "No http://host/a here"},
  };
  for (const auto &each : kCases) EXPECT_EQ (fault (each.message, each.debug), each.means);
}

}  // namespace
}  // namespace wall
