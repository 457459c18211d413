// JSON as the wall's API gives and takes it.
#pragma once

#include <json-glib/json-glib.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "owned.h"

namespace wall {

// NULL: `why` says why that is no JSON. json-glib would cut strings at \u0000 and keep the last of
// equal names.
Owned<JsonParser> parse_json (std::string_view text, std::string &why);

// An object that is written member by member.
class Json {
 public:
  Json () : object_ (json_object_new (), json_object_unref) {}

  Json &set (const char *name, const std::string &value)
  {
    json_object_set_string_member (object_.get (), name, value.c_str ());
    return *this;
  }
  // A `const char *` must not become a bool.
  Json &set (const char *name, const char *value) { return set (name, std::string (value)); }
  Json &set (const char *name, bool value)
  {
    json_object_set_boolean_member (object_.get (), name, value);
    return *this;
  }
  Json &set (const char *name, double value)
  {
    json_object_set_double_member (object_.get (), name, value);
    return *this;
  }
  Json &set (const char *name, gint64 value)
  {
    json_object_set_int_member (object_.get (), name, value);
    return *this;
  }
  Json &set (const char *name, int value) { return set (name, gint64{value}); }
  Json &set (const char *name, const Json &value)
  {
    json_object_set_object_member (object_.get (), name, json_object_ref (value.object_.get ()));
    return *this;
  }
  Json &set (const char *name, const std::vector<Json> &values)
  {
    JsonArray *array = json_array_new ();
    for (const Json &each : values)
      json_array_add_object_element (array, json_object_ref (each.object_.get ()));
    json_object_set_array_member (object_.get (), name, array);
    return *this;
  }
  Json &set (const char *name, const std::vector<std::string> &values)
  {
    JsonArray *array = json_array_new ();
    for (const std::string &each : values) json_array_add_string_element (array, each.c_str ());
    json_object_set_array_member (object_.get (), name, array);
    return *this;
  }
  Json &set_null (const char *name)
  {
    json_object_set_null_member (object_.get (), name);
    return *this;
  }

  std::string text () const;

 private:
  std::shared_ptr<JsonObject> object_;
};

// An object that a client sent.
class JsonRequest {
 public:
  // None if the text is no JSON object; `why` says why.
  static std::optional<JsonRequest> parse (std::string_view text, std::string &why);

  // No value where there is no such member or one of another type.
  std::optional<std::string> text (const char *name) const;
  std::optional<gint64> number (const char *name) const;
  std::optional<bool> truth (const char *name) const;
  bool is_null (const char *name) const;

 private:
  JsonNode *member (const char *name, GType type) const;

  std::shared_ptr<JsonParser> parser_;
};

}  // namespace wall
