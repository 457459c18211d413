#include "json.h"

#include "owned.h"

namespace wall {

std::string Json::text () const
{
  JsonNode *node = json_node_init_object (json_node_alloc (), object_.get ());
  const Owned<char> text (json_to_string (node, FALSE));
  json_node_unref (node);
  return text.get ();
}

std::optional<JsonRequest> JsonRequest::parse (const char *text, gsize size)
{
  JsonRequest request;
  request.parser_.reset (json_parser_new_immutable (), g_object_unref);
  if (!json_parser_load_from_data (request.parser_.get (), text, static_cast<gssize> (size),
                                   nullptr))
    return std::nullopt;
  JsonNode *root = json_parser_get_root (request.parser_.get ());
  if (!root || !JSON_NODE_HOLDS_OBJECT (root)) return std::nullopt;
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
