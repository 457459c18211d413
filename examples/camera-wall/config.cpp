#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <variant>

#include "json.h"
#include "layouts.h"
#include "owned.h"
#include "uri.h"

namespace wall {
namespace {

constexpr std::size_t kLeastToken = 8;
constexpr int kNotGiven = G_MININT;  // a number of the command line

// A member of the file. For a number: what it may be.
struct Row {
  const char *name;
  std::variant<int Config::*, std::string Config::*> at;
  int least = 0, most = 0;
};

const Row kRows[] = {
    {"width", &Config::width, 16, 8192},
    {"height", &Config::height, 16, 8192},
    {"framerate", &Config::framerate, 1, 120},
    {"layout", &Config::layout},
    {"listen", &Config::listen},
    {"port", &Config::port, 0, 65535},
    {"token", &Config::token},
    {"latency", &Config::latency, 0, 10000},
    {"silence", &Config::silence, 1, 3600},
    {"bitrate", &Config::bitrate, 100, 100000},
    {"hls", &Config::hls},
    {"recordings", &Config::recordings},
    {"recording-format", &Config::recording_format},
    {"segment", &Config::segment, 1, 86400},
    {"seconds", &Config::seconds, 0, 86400},
};

bool is_a (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

bool read_input (JsonNode *node, Config &config, std::string &why)
{
  InputConfig input;
  if (is_a (node, G_TYPE_STRING)) {
    input.uri = json_node_get_string (node);
  } else if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObject *object = json_node_get_object (node);
    JsonObjectIter at;
    const char *name;
    JsonNode *member;
    json_object_iter_init (&at, object);
    while (json_object_iter_next (&at, &name, &member)) {
      const bool known = g_str_equal (name, "uri") || g_str_equal (name, "name");
      if (!known || !is_a (member, G_TYPE_STRING)) {
        why = std::string ("an input has the strings uri and name, not ") + name;
        return false;
      }
      (*name == 'u' ? input.uri : input.name) = json_node_get_string (member);
    }
  }
  if (input.uri.empty ()) {
    why = "each of inputs is a URI, or an object with the strings uri and name";
    return false;
  }
  config.inputs.push_back (input);
  return true;
}

bool read_inputs (JsonNode *node, Config &config, std::string &why)
{
  if (!JSON_NODE_HOLDS_ARRAY (node)) {
    why = "inputs must be an array";
    return false;
  }
  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_input (json_array_get_element (array, i), config, why)) return false;
  return true;
}

bool check_number (const Row &row, gint64 value, std::string &why)
{
  if (value >= row.least && value <= row.most) return true;
  why = std::string (row.name) + " must be a whole number from " + std::to_string (row.least);
  why += " to " + std::to_string (row.most);
  return false;
}

bool read_number (const Row &row, JsonNode *node, int &to, std::string &why)
{
  const gint64 value = is_a (node, G_TYPE_INT64) ? json_node_get_int (node) : G_MININT64;
  if (!check_number (row, value, why)) return false;
  to = static_cast<int> (value);
  return true;
}

bool read_member (const char *name, JsonNode *node, Config &config, std::string &why)
{
  if (g_str_equal (name, "inputs")) return read_inputs (node, config, why);
  const Row *row = std::find_if (std::begin (kRows), std::end (kRows),
                                 [&] (const Row &r) { return g_str_equal (r.name, name); });
  if (row == std::end (kRows)) {
    why = std::string ("there is no setting ") + name;
    return false;
  }
  if (const auto *number = std::get_if<int Config::*> (&row->at))
    return read_number (*row, node, config.*(*number), why);
  if (!is_a (node, G_TYPE_STRING)) {
    why = std::string (name) + " must be a string";
    return false;
  }
  config.*std::get<std::string Config::*> (row->at) = json_node_get_string (node);
  return true;
}

// Whether each setting is sound by itself.
bool check_values (const Config &config, std::string &why)
{
  for (const Row &row : kRows)
    if (const auto *number = std::get_if<int Config::*> (&row.at))
      if (!check_number (row, config.*(*number), why)) return false;
  const Owned<GInetAddress> address (g_inet_address_new_from_string (config.listen.c_str ()));
  const std::vector<std::string> names = layout_names ();
  if (!address)
    why = "listen must be a numeric address such as 127.0.0.1 or 0.0.0.0";
  else if (!config.token.empty () && config.token.size () < kLeastToken)
    why = "a token has at least " + std::to_string (kLeastToken) + " characters";
  else if (std::find (names.begin (), names.end (), config.layout) == names.end ())
    why = "there is no layout " + config.layout;
  else if (config.recording_format != "mp4" && config.recording_format != "mkv")
    why = "recording-format must be mp4 or mkv";
  else if (config.width % 2 || config.height % 2)
    why = "width and height must be even";
  return why.empty ();
}

bool read_file (const char *file, Config &config, std::string &why)
{
  char *text = nullptr;
  gsize size = 0;
  GError *error = nullptr;
  const bool read = g_file_get_contents (file, &text, &size, &error);
  const Owned<char> owned (text);
  if (!read) {
    why = Owned<GError> (error)->message;
    return false;
  }
  if (read_config ({text, size}, config, why) && check_values (config, why)) {
    config.listen_from = file;
    return true;
  }
  why = std::string (file) + ": " + why;
  return false;
}

// Equal names are numbered.
void name_inputs (std::vector<InputConfig> &inputs)
{
  std::set<std::string> taken;
  for (const InputConfig &input : inputs) taken.insert (input.name);
  for (InputConfig &input : inputs) {
    if (!input.name.empty ()) continue;
    const std::string name = name_of (input.uri);
    input.name = name;
    for (int i = 2; !taken.insert (input.name).second; i++)
      input.name = name + " (" + std::to_string (i) + ")";
  }
}

}  // namespace

bool read_config (const std::string &text, Config &config, std::string &why)
{
  const Owned<JsonParser> parser = parse_json (text, why);
  if (!parser) return false;
  JsonNode *root = json_parser_get_root (parser.get ());
  if (!root || !JSON_NODE_HOLDS_OBJECT (root)) {
    why = "the settings must be one object";
    return false;
  }
  Config changed = config;
  JsonObjectIter at;
  const char *name;
  JsonNode *member;
  json_object_iter_init (&at, json_node_get_object (root));
  while (json_object_iter_next (&at, &name, &member))
    if (!read_member (name, member, changed, why)) return false;
  config = changed;
  return true;
}

bool read_arguments (int argc, char **argv, Config &config, std::string &why)
{
  char *file = nullptr, *listen = nullptr;
  char **uris = nullptr;
  int port = kNotGiven, seconds = kNotGiven;
  const GOptionEntry entries[] = {
      {"config", 0, 0, G_OPTION_ARG_FILENAME, &file, "Settings in JSON", "wall.json"},
      {"listen", 0, 0, G_OPTION_ARG_STRING, &listen, "Address to listen on", "127.0.0.1"},
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "Port to listen on; 0: a free one", "8080"},
      {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "End after that time", "N"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &uris, nullptr, "URI..."},
      {},
  };
  GOptionContext *context = g_option_context_new ("- shows cameras in one picture");
  g_option_context_add_main_entries (context, entries, nullptr);
  g_option_context_add_group (context, gst_init_get_option_group ());
  GError *error = nullptr;
  const bool parsed = g_option_context_parse (context, &argc, &argv, &error);
  g_option_context_free (context);
  const Owned<char> owned_file (file), owned_listen (listen);
  const std::unique_ptr<char *, decltype (&g_strfreev)> owned_uris (uris, g_strfreev);
  if (!parsed) {
    why = Owned<GError> (error)->message;
    return false;
  }
  if (file && !read_file (file, config, why)) return false;
  if (listen) {
    config.listen = listen;
    config.listen_from.clear ();
  }
  if (port != kNotGiven) config.port = port;
  if (seconds != kNotGiven) config.seconds = seconds;
  // Not an option: other users see a command line.
  if (const char *token = g_getenv ("QUAD_WALL_TOKEN")) config.token = token;
  for (char **uri = uris; uri && *uri; uri++) config.inputs.push_back ({*uri, ""});
  return true;
}

bool is_loopback (const std::string &address)
{
  const Owned<GInetAddress> parsed (g_inet_address_new_from_string (address.c_str ()));
  return parsed && g_inet_address_get_is_loopback (parsed.get ());
}

bool check_config (Config &config, std::string &why)
{
  if (!check_values (config, why)) return false;
  if (config.inputs.empty ())
    why = "give at least one URI, such as test:smpte";
  else if (config.inputs.size () > 64)
    why = "a wall has at most 64 inputs";
  else if (!is_loopback (config.listen) && config.token.empty ())
    why = (config.listen_from.empty () ? "" : config.listen_from + ": ") + "others can reach " +
          config.listen + ": set a token of at least " + std::to_string (kLeastToken) +
          " characters (QUAD_WALL_TOKEN)";
  if (!why.empty ()) return false;
  name_inputs (config.inputs);
  return true;
}

bool make_folders (const Config &config, std::string &why)
{
  for (const std::string *folder : {&config.hls, &config.recordings}) {
    const char *path = folder->c_str ();
    if (folder->empty () ||
        (g_mkdir_with_parents (path, 0755) == 0 && g_access (path, W_OK | X_OK) == 0))
      continue;
    why = "the folder " + *folder + " cannot be written: ";
    why += g_strerror (errno);
    return false;
  }
  return true;
}

}  // namespace wall
