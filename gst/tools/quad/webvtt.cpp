#include "tools/quad/webvtt.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "tools/quad/failure.h"
#include "tools/quad/names.h"

namespace quad {
namespace {

// hh:mm:ss.ttt
std::string time_of (GstClockTime time)
{
  const guint64 ms = time / GST_MSECOND;
  std::array<char, 48> text{};
  std::snprintf (text.data (), text.size (), "%02u:%02u:%02u.%03u",
                 static_cast<unsigned> (ms / 3600000), static_cast<unsigned> (ms / 60000 % 60),
                 static_cast<unsigned> (ms / 1000 % 60), static_cast<unsigned> (ms % 1000));
  return text.data ();
}

}  // namespace

std::string webvtt (const std::string &address, const std::vector<Cue> &cues)
{
  std::string file = "WEBVTT\n";
  for (const Cue &c : cues) {
    file += text ("\n", time_of (c.start), " --> ", time_of (c.end), "\n", address, "#xywh=", c.x,
                  ",", c.y, ",", c.width, ",", c.height, "\n");
  }
  return file;
}

std::string relative_address (const std::string &from, const std::string &to)
{
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute (folder_of (from)), target = fs::absolute (to);
  constexpr std::string_view kKept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string address;
  for (const char c :
       target.lexically_normal ().lexically_relative (folder.lexically_normal ()).string ()) {
    std::array<char, 4> escaped{};
    std::snprintf (escaped.data (), escaped.size (), "%%%02X",
                   static_cast<unsigned> (static_cast<unsigned char> (c)));
    address += kKept.find (c) != std::string_view::npos ? std::string (1, c) : escaped.data ();
  }
  return address;
}

}  // namespace quad
