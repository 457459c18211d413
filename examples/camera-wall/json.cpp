#include "json.h"

#include <set>
#include <utility>

namespace wall {
namespace {

// The names of each object, as they come.
struct Names {
  std::set<std::pair<JsonObject *, std::string>> seen;
  std::string twice;
};

void see (JsonParser *, JsonObject *object, const char *name, gpointer data)
{
  Names *names = static_cast<Names *> (data);
  if (!names->seen.emplace (object, name).second) names->twice = name;
}

// As a byte, or as an escape whose backslash is none that was escaped itself.
bool has_nul (std::string_view text)
{
  for (std::size_t i = 0; i < text.size (); i++) {
    if (text[i] == '\0') return true;
    if (text[i] != '\\') continue;
    if (text.substr (i + 1, 5) == "u0000") return true;
    i++;
  }
  return false;
}

}  // namespace

Owned<JsonParser> parse_json (std::string_view text, std::string &why)
{
  if (has_nul (text)) {
    why = "no string may have the character U+0000";
    return nullptr;
  }
  Owned<JsonParser> parser (json_parser_new_immutable ());
  Names names;
  g_signal_connect (parser.get (), "object-member", G_CALLBACK (see), &names);
  GError *error = nullptr;
  if (!json_parser_load_from_data (parser.get (), text.data (), static_cast<gssize> (text.size ()),
                                   &error)) {
    why = std::string ("no JSON: ") + Owned<GError> (error)->message;
    return nullptr;
  }
  if (!names.twice.empty ()) {
    why = names.twice + " is there twice";
    return nullptr;
  }
  g_signal_handlers_disconnect_by_data (parser.get (), &names);
  return parser;
}

std::string Json::text () const
{
  JsonNode *node = json_node_init_object (json_node_alloc (), object_.get ());
  const Owned<char> text (json_to_string (node, FALSE));
  json_node_unref (node);
  return text.get ();
}

std::optional<JsonRequest> JsonRequest::parse (std::string_view text, std::string &why)
{
  Owned<JsonParser> parser = parse_json (text, why);
  if (!parser) return std::nullopt;
  JsonNode *root = json_parser_get_root (parser.get ());
  if (!root || !JSON_NODE_HOLDS_OBJECT (root)) {
    why = "that is none";
    return std::nullopt;
  }
  JsonRequest request;
  request.parser_ = std::move (parser);
  return request;
}

JsonNode *JsonRequest::member (const char *name, GType type) const
{
  JsonObject *object = json_node_get_object (json_parser_get_root (parser_.get ()));
  JsonNode *node = json_object_get_member (object, name);
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node
                                                                                         : nullptr;
}

std::optional<std::string> JsonRequest::text (const char *name) const
{
  JsonNode *node = member (name, G_TYPE_STRING);
  return node ? std::optional<std::string> (json_node_get_string (node)) : std::nullopt;
}

std::optional<gint64> JsonRequest::number (const char *name) const
{
  JsonNode *node = member (name, G_TYPE_INT64);
  return node ? std::optional (gint64{json_node_get_int (node)}) : std::nullopt;
}

std::optional<bool> JsonRequest::truth (const char *name) const
{
  JsonNode *node = member (name, G_TYPE_BOOLEAN);
  return node ? std::optional (json_node_get_boolean (node) != FALSE) : std::nullopt;
}

bool JsonRequest::is_null (const char *name) const
{
  JsonObject *object = json_node_get_object (json_parser_get_root (parser_.get ()));
  JsonNode *node = json_object_get_member (object, name);
  return node && JSON_NODE_HOLDS_NULL (node);
}

}  // namespace wall
