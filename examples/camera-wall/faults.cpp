#include "faults.h"

#include <glib/gstdio.h>
#include <gst/gst.h>

#include "owned.h"
#include "uri.h"

namespace wall {
namespace {

// The first row of which the message, or its text for developers, has both parts.
constexpr struct {
  const char *has, *and_has, *means;
} kMeanings[] = {
    {"Could not determine type of stream", "", "it has no video"},
    {"Stream contains no data", "", "it is empty"},
    {"Stream doesn't contain enough data", "", "it is empty"},
    {" (30", "Redirect to: (NULL)", "it redirects to an address that is not of HTTP"},
    {" (30", "Redirect to: ", "too many redirects"},
    {"does not accept Range", "", "the connection ended early"},
    {"GstSoupHTTPSrc", "reason error (-5)", "the connection failed, or there is no answer"},
    {"GstRTSPSrc", "Failed to connect", "it cannot be reached"},
};

constexpr std::string_view kMissing = "Missing decoder: ";

// Only video is decoded, so all other streams count as missing a decoder, too.
std::string missing_of (const std::string &text)
{
  bool lacks = false;
  for (std::size_t at = text.find (kMissing); at != text.npos; at = text.find (kMissing, at)) {
    lacks = true;
    at += kMissing.size ();
    const std::string line = text.substr (at, text.find ('\n', at) - at);
    if (line.find ("(video/") != line.npos || line.find ("(image/") != line.npos)
      return "no decoder is installed for " + line.substr (0, line.rfind (" ("));
  }
  return lacks ? "it has no video" : "";
}

}  // namespace

std::string fault_of (const GError &error, const char *debug)
{
  const std::string text = std::string (error.message) + "\n" + (debug ? debug : "");
  if (const std::string missing = missing_of (text); !missing.empty ()) return missing;
  for (const auto &each : kMeanings)
    if (text.find (each.has) != text.npos && text.find (each.and_has) != text.npos)
      return each.means;
  return redact (error.message);
}

std::string obstacle_of (const std::string &uri)
{
  const std::string scheme = scheme_of (uri);
  if (scheme == "test") return "";
  if (scheme != "file")
    return gst_uri_protocol_is_supported (GST_URI_SRC, scheme.c_str ())
               ? ""
               : "nothing here reads addresses that begin with " + scheme + ":";
  const Owned<char> path (g_filename_from_uri (uri.c_str (), nullptr, nullptr));
  if (!path) return "";
  if (g_file_test (path.get (), G_FILE_TEST_IS_DIR)) return "it is a folder";
  if (!g_file_test (path.get (), G_FILE_TEST_EXISTS)) return "there is no such file";
  return g_access (path.get (), R_OK) == 0 ? "" : "the file may not be read";
}

}  // namespace wall
