#include "api.h"

#include <algorithm>

#include "http_answer.h"
#include "recording.h"

namespace wall {
namespace {

using Act = std::function<std::string (const JsonRequest &)>;

// A handler that takes an object, and answers {} or with the sentence that `act` returns.
Handler taking_object (Act act)
{
  return [act = std::move (act)] (SoupServerMessage *message, const std::string &) {
    const Owned<GBytes> body (
        soup_message_body_flatten (soup_server_message_get_request_body (message)));
    gsize size = 0;
    const char *text = static_cast<const char *> (g_bytes_get_data (body.get (), &size));
    std::string why;
    const auto request = JsonRequest::parse ({text ? text : "", size}, why);
    const std::string fault =
        request ? act (*request) : "The body must be a JSON object: " + why + ".";
    if (fault.empty ())
      answer_json (message, Json ());
    else
      answer_error (message, SOUP_STATUS_BAD_REQUEST, fault);
  };
}

// The member's value, if it is the number of an input.
std::optional<std::size_t> input_of (const JsonRequest &request, const char *name,
                                     std::size_t count)
{
  const auto number = request.number (name);
  if (!number || *number < 0 || *number >= static_cast<gint64> (count)) return std::nullopt;
  return static_cast<std::size_t> (*number);
}

Json area_json (const Area &area)
{
  return Json ()
      .set ("x", area.x)
      .set ("y", area.y)
      .set ("width", area.width)
      .set ("height", area.height);
}

// The grid's numbers of a pad, by their names there.
Json stats_json (GstPad *pad)
{
  Json json;
  const Owned<GstStructure> stats = GridControl::stats_of (pad);
  for (int i = 0; stats && i < gst_structure_n_fields (stats.get ()); i++) {
    const char *name = gst_structure_nth_field_name (stats.get (), static_cast<guint> (i));
    const GValue *value = gst_structure_get_value (stats.get (), name);
    if (G_VALUE_HOLDS_UINT64 (value))
      json.set (name, static_cast<gint64> (g_value_get_uint64 (value)));
    else if (G_VALUE_HOLDS_INT64 (value))
      json.set (name, gint64{g_value_get_int64 (value)});
  }
  return json;
}

Json input_json (const Composition &composition, std::size_t i)
{
  const Input::Status status = composition.input (i).status ();
  GstPad *pad = composition.input (i).pad ();
  return Json ()
      .set ("id", static_cast<int> (i))
      .set ("name", status.name)
      .set ("uri", status.uri)
      .set ("state", GridControl::state_of (pad))
      .set ("stats", stats_json (pad))
      .set ("connection", status.connection)
      .set ("connections", status.connections)
      .set ("frames", static_cast<gint64> (status.frames))
      .set ("fault", status.fault)
      .set ("retry-in", status.retry_in)
      .set ("area", area_json (composition.area (i)));
}

Json wall_json (const Composition &composition)
{
  std::vector<Json> inputs;
  for (std::size_t i = 0; i < composition.size (); i++)
    inputs.push_back (input_json (composition, i));
  Json wall;
  wall.set ("layout", composition.layout ())
      .set ("layouts", layout_names ())
      .set ("frames", static_cast<gint64> (composition.pictures ()))
      .set ("inputs", inputs);
  if (const auto spotlight = composition.spotlight ())
    wall.set ("spotlight", static_cast<int> (*spotlight));
  else
    wall.set_null ("spotlight");
  return wall;
}

std::string set_layout (Composition &composition, const JsonRequest &request)
{
  const auto name = request.text ("name");
  const std::vector<std::string> names = layout_names ();
  if (!name || std::find (names.begin (), names.end (), *name) == names.end ()) {
    std::string known;
    for (const std::string &each : names) known += (known.empty () ? "" : ", ") + each;
    return "name must be one of: " + known + ".";
  }
  composition.set_layout (*name);
  return "";
}

std::string set_spotlight (Composition &composition, const JsonRequest &request)
{
  const auto input = input_of (request, "input", composition.size ());
  if (!input && !request.is_null ("input")) return "input must be the id of an input, or null.";
  composition.set_spotlight (input);
  return "";
}

std::string swap (Composition &composition, const JsonRequest &request)
{
  const auto a = input_of (request, "a", composition.size ());
  const auto b = input_of (request, "b", composition.size ());
  if (!a || !b) return "a and b must be ids of inputs.";
  composition.swap (*a, *b);
  return "";
}

}  // namespace

void add_api (HttpServer &server, Composition &composition, std::function<void (Json &)> outputs)
{
  server.add ({"GET", "/api/wall", nullptr,
               [&composition, outputs = std::move (outputs)] (SoupServerMessage *message,
                                                              const std::string &) {
                 Json wall = wall_json (composition);
                 outputs (wall);
                 answer_json (message, wall);
               }});
  const struct {
    const char *path;
    std::string (*act) (Composition &, const JsonRequest &);
  } kActs[] = {{"/api/layout", set_layout}, {"/api/spotlight", set_spotlight}, {"/api/swap", swap}};
  for (const auto &each : kActs)
    server.add ({"POST", each.path, "application/json",
                 taking_object ([&composition, act = each.act] (const JsonRequest &request) {
                   return act (composition, request);
                 })});
}

void add_recording_api (HttpServer &server, Recording &recording)
{
  server.add ({"POST", "/api/recording", "application/json",
               taking_object ([&recording] (const JsonRequest &request) {
                 const auto on = request.truth ("on");
                 if (!on) return std::string ("on must be true or false.");
                 std::string why;
                 if (*on)
                   recording.start (why);
                 else
                   recording.stop ();
                 return why;
               })});
}

}  // namespace wall
