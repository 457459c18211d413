// Reading and writing JSON objects, one a line.
#pragma once

#include <json-glib/json-glib.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quad::batch {

struct JsonFree {
  void operator() (JsonObject *p) const { json_object_unref (p); }
  void operator() (JsonArray *p) const { json_array_unref (p); }
  void operator() (JsonNode *p) const { json_node_unref (p); }
};

template <typename T>
using Json = std::unique_ptr<T, JsonFree>;

Json<JsonObject> new_object ();

// The object that `text` is. Throws a Problem that says why it is none.
Json<JsonObject> parse_object (const std::string &text);

// In one line, without a newline. Members come in the order in which they were set.
std::string to_text (JsonObject *object);

// A member's value. Absent, or of another type: `fallback`.
std::string string_of (JsonObject *object, const char *name, const std::string &fallback = {});
std::int64_t integer_of (JsonObject *object, const char *name, std::int64_t fallback = 0);
double number_of (JsonObject *object, const char *name, double fallback = 0);
bool truth_of (JsonObject *object, const char *name, bool fallback = false);
// Absent, or not an array of strings alone: nothing.
std::optional<std::vector<std::string>> strings_of (JsonObject *object, const char *name);
// The objects of an array of objects; they belong to `object`.
std::vector<JsonObject *> objects_of (JsonObject *object, const char *name);

void set (JsonObject *object, const char *name, const std::string &value);
void set (JsonObject *object, const char *name, std::int64_t value);
void set (JsonObject *object, const char *name, double value);
void set (JsonObject *object, const char *name, bool value);
void set (JsonObject *object, const char *name, const std::vector<std::string> &values);
void set (JsonObject *object, const char *name, std::vector<Json<JsonObject>> values);
void set (JsonObject *object, const char *name, Json<JsonObject> value);
// Would be taken for a bool.
void set (JsonObject *object, const char *name, const char *value) = delete;

}  // namespace quad::batch
