// What the user wants: the command line and a file in JSON.
#pragma once

#include <string>
#include <vector>

namespace wall {

struct InputConfig {
  std::string uri;
  std::string name;  // empty: made of the URI
};

struct Config {
  std::vector<InputConfig> inputs;
  int width = 1280, height = 720;  // pixels of the composition
  int framerate = 25;              // frames a second
  std::string layout = "grid";     // a name of layout_names ()
  std::string listen = "127.0.0.1";
  int port = 8080;         // 0: any free one
  std::string token;       // who knows it may use the wall; empty: everyone on this machine
  int latency = 200;       // milliseconds that RTSP cameras may jitter
  int silence = 10;        // seconds without a frame after which an input is connected anew
  int bitrate = 2500;      // kbit/s of each encoder
  std::string hls;         // folder for HLS; empty: no HLS
  std::string recordings;  // folder for recordings; empty: none
  std::string recording_format = "mp4";  // mp4 or mkv
  int segment = 60;                      // seconds of one file of a recording
  int seconds = 0;                       // how long to run; 0: until stopped
  std::string listen_from;               // the file that set `listen`, for errors; empty: none
};

// Adds what a file's text says. False: `why` has the reason, and `config` is as it was.
bool read_config (const std::string &text, Config &config, std::string &why);

// Adds what the command line says; reads the file that --config names. False as above.
bool read_arguments (int argc, char **argv, Config &config, std::string &why);

// Whether the whole is sound. Gives each input that has no name one of its own.
bool check_config (Config &config, std::string &why);

// Makes the folders for outputs that are not there. False: `why` names one that cannot be written.
bool make_folders (const Config &config, std::string &why);

// Whether only this machine can reach that address.
bool is_loopback (const std::string &address);

}  // namespace wall
