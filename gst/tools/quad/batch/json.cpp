#include "tools/quad/batch/json.h"

#include "glue/owned.h"
#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

// The member's node if it holds a `type`, or null.
JsonNode *value_node (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node
                                                                                         : nullptr;
}

JsonArray *array_of (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : nullptr;
}

}  // namespace

Json<JsonObject> new_object () { return Json<JsonObject> (json_object_new ()); }

Json<JsonObject> parse_object (const std::string &text)
{
  const std::unique_ptr<JsonParser, void (*) (gpointer)> parser (json_parser_new (),
                                                                 g_object_unref);
  GError *error = nullptr;
  if (!json_parser_load_from_data (parser.get (), text.data (), gssize (text.size ()), &error)) {
    // The parser counts lines in what it was given, which is mostly one line.
    std::string why = error->message;
    g_error_free (error);
    if (why.starts_with ("<data>:")) why = why.substr (std::min (why.find (' '), why.size ()));
    throw Problem ("this is no JSON: " +
                   why.substr (std::min (why.find_first_not_of (' '), why.size ())));
  }
  JsonNode *root = json_parser_get_root (parser.get ());
  if (!root || !JSON_NODE_HOLDS_OBJECT (root)) throw Problem ("this is no JSON object");
  return Json<JsonObject> (json_node_dup_object (root));
}

std::string to_text (JsonObject *object)
{
  const Json<JsonNode> node (json_node_new (JSON_NODE_OBJECT));
  json_node_set_object (node.get (), object);
  return Owned<char> (json_to_string (node.get (), FALSE)).get ();
}

std::string string_of (JsonObject *object, const char *name, const std::string &fallback)
{
  JsonNode *node = value_node (object, name, G_TYPE_STRING);
  return node ? json_node_get_string (node) : fallback;
}

std::int64_t integer_of (JsonObject *object, const char *name, std::int64_t fallback)
{
  JsonNode *node = value_node (object, name, G_TYPE_INT64);
  return node ? json_node_get_int (node) : fallback;
}

double number_of (JsonObject *object, const char *name, double fallback)
{
  if (JsonNode *node = value_node (object, name, G_TYPE_DOUBLE)) return json_node_get_double (node);
  JsonNode *node = value_node (object, name, G_TYPE_INT64);
  return node ? double (json_node_get_int (node)) : fallback;
}

bool truth_of (JsonObject *object, const char *name, bool fallback)
{
  JsonNode *node = value_node (object, name, G_TYPE_BOOLEAN);
  return node ? json_node_get_boolean (node) : fallback;
}

std::optional<std::vector<std::string>> strings_of (JsonObject *object, const char *name)
{
  JsonArray *array = array_of (object, name);
  if (!array) return {};
  std::vector<std::string> strings;
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
      return {};
    strings.emplace_back (json_node_get_string (node));
  }
  return strings;
}

std::vector<JsonObject *> objects_of (JsonObject *object, const char *name)
{
  std::vector<JsonObject *> objects;
  JsonArray *array = array_of (object, name);
  for (guint i = 0; array && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    if (JSON_NODE_HOLDS_OBJECT (node)) objects.push_back (json_node_get_object (node));
  }
  return objects;
}

void set (JsonObject *object, const char *name, const std::string &value)
{
  // JSON is UTF-8, and what a child printed may be anything.
  const Owned<char> valid (g_utf8_make_valid (value.data (), gssize (value.size ())));
  json_object_set_string_member (object, name, valid.get ());
}

void set (JsonObject *object, const char *name, std::int64_t value)
{
  json_object_set_int_member (object, name, value);
}

void set (JsonObject *object, const char *name, double value)
{
  json_object_set_double_member (object, name, value);
}

void set (JsonObject *object, const char *name, bool value)
{
  json_object_set_boolean_member (object, name, value);
}

void set (JsonObject *object, const char *name, const std::vector<std::string> &values)
{
  Json<JsonArray> array (json_array_new ());
  for (const std::string &value : values) {
    const Owned<char> valid (g_utf8_make_valid (value.data (), gssize (value.size ())));
    json_array_add_string_element (array.get (), valid.get ());
  }
  json_object_set_array_member (object, name, array.release ());
}

void set (JsonObject *object, const char *name, std::vector<Json<JsonObject>> values)
{
  Json<JsonArray> array (json_array_new ());
  for (Json<JsonObject> &value : values)
    json_array_add_object_element (array.get (), value.release ());
  json_object_set_array_member (object, name, array.release ());
}

void set (JsonObject *object, const char *name, Json<JsonObject> value)
{
  json_object_set_object_member (object, name, value.release ());
}

}  // namespace quad::batch
