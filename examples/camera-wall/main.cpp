// quad-wall: cameras in one picture, for browsers, televisions and files.
#include <glib-unix.h>

#include <cstdio>

#include "api.h"
#include "composition.h"
#include "config.h"
#include "encoder.h"
#include "hls.h"
#include "http_server.h"
#include "listener.h"
#include "page.h"
#include "recording.h"
#include "snapshots.h"
#include "whep_server.h"

namespace wall {
namespace {

int complain (const std::string &why)
{
  std::fprintf (stderr, "quad-wall: %s\n", why.c_str ());
  return 1;
}

gboolean quit (gpointer loop)
{
  g_main_loop_quit (static_cast<GMainLoop *> (loop));
  return G_SOURCE_CONTINUE;
}

int run (const Config &config)
{
  const Owned<GMainLoop> loop (g_main_loop_new (nullptr, FALSE));
  std::string why, fault;
  Composition composition (config, [&] (const std::string &what) {
    fault = what;
    quit (loop.get ());
  });
  Encoder h264 (composition, config, Codec::kH264), vp8 (composition, config, Codec::kVp8);
  Recording recording (composition, h264, config);
  Hls hls (composition, h264, config);
  WhepServer whep (composition, h264, vp8);
  Snapshots snapshots (composition);
  HttpServer server (config);

  add_page (server);
  add_api (server, composition, [&] (Json &wall) {
    wall.set ("viewers", static_cast<int> (whep.viewers ()))
        .set ("hls", hls.is_on ())
        .set ("hls-fault", hls.fault ())
        .set ("recording", recording.is_on ())
        .set ("recording-fault", recording.fault ())
        .set ("can-record", !config.recordings.empty ());
  });
  add_recording_api (server, recording);
  whep.add_routes (server);
  snapshots.add_routes (server);
  hls.add_routes (server);

  if (!make_folders (config, why)) return complain (why);
  if (!server.start (why)) return complain ("cannot listen: " + why);
  if (!composition.start (why)) return complain (why);
  if (!hls.start (why)) return complain (why);
  std::printf ("The wall: %s\n", server.address ().c_str ());
  std::fflush (stdout);

  g_unix_signal_add (SIGINT, quit, loop.get ());
  g_unix_signal_add (SIGTERM, quit, loop.get ());
  if (config.seconds > 0)
    g_timeout_add_seconds (static_cast<guint> (config.seconds), quit, loop.get ());
  g_main_loop_run (loop.get ());
  return fault.empty () ? 0 : complain (fault);
}

}  // namespace
}  // namespace wall

int main (int argc, char **argv)
{
  wall::raise_file_limit ();
  wall::Config config;
  std::string why;
  if (!wall::read_arguments (argc, argv, config, why) || !wall::check_config (config, why))
    return wall::complain (why);
  return wall::run (config);
}
