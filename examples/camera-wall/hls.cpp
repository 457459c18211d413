#include "hls.h"

#include <glib/gstdio.h>

#include <sstream>

#include "http_answer.h"

namespace wall {
namespace {

constexpr const char *kPlaylist = "wall.m3u8";

// Between two tries after a fault.
constexpr guint kRetrySeconds = 10;

std::string in (const std::string &folder, const std::string &name) { return folder + "/" + name; }

// What an earlier run left would be shown first.
void remove_old (const std::string &folder)
{
  GDir *dir = g_dir_open (folder.c_str (), 0, nullptr);
  while (const char *name = dir ? g_dir_read_name (dir) : nullptr)
    if (g_str_equal (name, kPlaylist) ||
        (g_str_has_prefix (name, "wall-") && g_str_has_suffix (name, ".ts")))
      g_unlink (in (folder, name).c_str ());
  if (dir) g_dir_close (dir);
}

// A player does not give its token to what a playlist names, so the playlist does.
std::string with_token (const std::string &playlist, const std::string &token)
{
  const Owned<char> escaped (g_uri_escape_string (token.c_str (), nullptr, FALSE));
  std::istringstream lines (playlist);
  std::string line, text;
  while (std::getline (lines, line))
    text += line +
            (line.empty () || line[0] == '#' ? "" : std::string ("?token=") + escaped.get ()) +
            "\n";
  return text;
}

bool is_plain (const std::string &name)
{
  return !name.starts_with (".") &&
         name.find_first_not_of ("abcdefghijklmnopqrstuvwxyz0123456789-.") == name.npos;
}

}  // namespace

Hls::Hls (Composition &composition, Encoder &encoder, const Config &config)
    : composition_ (composition), encoder_ (encoder), config_ (config)
{
}

Hls::~Hls ()
{
  if (timer_) g_source_remove (timer_);
}

bool Hls::start (std::string &why)
{
  if (config_.hls.empty ()) return true;
  if (!open (why)) return false;
  const auto on_time = [] (gpointer self) -> gboolean {
    static_cast<Hls *> (self)->tick ();
    return G_SOURCE_CONTINUE;
  };
  timer_ = g_timeout_add_seconds (kRetrySeconds, on_time, this);
  return true;
}

void Hls::tick ()
{
  if (outlet_) return fault_.clear ();
  std::string why;
  if (!open (why)) fail (why);
}

// Faults until it is back are told once. Players see no playlist, instead of one that has
// ended.
void Hls::fail (const std::string &fault)
{
  if (fault_.empty ())
    g_warning ("HLS ends: %s; it is tried again every %u s", fault.c_str (), kRetrySeconds);
  fault_ = fault;
  outlet_.reset ();
  remove_old (config_.hls);
}

bool Hls::open (std::string &why)
{
  if (g_mkdir_with_parents (config_.hls.c_str (), 0755) != 0) {
    why = "the folder for HLS cannot be made";
    return false;
  }
  remove_old (config_.hls);
  auto outlet =
      std::make_unique<Outlet> (composition_, [this] (const std::string &fault) { fail (fault); });
  if (!outlet->start (
          "h264parse ! hlssink2 name=sink target-duration=2 playlist-length=5 max-files=8",
          "video/x-h264,stream-format=byte-stream,alignment=au", why))
    return false;
  g_object_set (outlet->element ("sink").get (), "location",
                in (config_.hls, "wall-%05d.ts").c_str (), "playlist-location",
                in (config_.hls, kPlaylist).c_str (), nullptr);
  if (!outlet->feed (encoder_, false, why)) return false;
  outlet_ = std::move (outlet);
  return true;
}

void Hls::add_routes (HttpServer &server)
{
  server.add (
      {"GET", "/hls/", nullptr,
       [this] (SoupServerMessage *message, const std::string &name) { serve (message, name); }});
}

void Hls::serve (SoupServerMessage *message, const std::string &name) const
{
  char *data = nullptr;
  gsize size = 0;
  if (config_.hls.empty () || !is_plain (name) ||
      !g_file_get_contents (in (config_.hls, name).c_str (), &data, &size, nullptr))
    return answer_error (message, SOUP_STATUS_NOT_FOUND,
                         config_.hls.empty ()
                             ? "The wall has no HLS: set a folder for it."
                             : "There is no such file; a playlist comes after seconds.");
  const Owned<char> owned (data);
  std::string body (data, size);
  const std::string token = query_of (message, "token");
  const bool playlist = name == kPlaylist;
  if (playlist && !token.empty ()) body = with_token (body, token);
  answer (message, SOUP_STATUS_OK, playlist ? "application/vnd.apple.mpegurl" : "video/mp2t", body);
}

}  // namespace wall
