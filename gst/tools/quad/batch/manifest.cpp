#include "tools/quad/batch/manifest.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

constexpr std::size_t kMostErrors = 10;  // that are told at a time
constexpr std::array kMembers = {"input", "inputs", "id", "output", "options"};
std::string value_text (JsonNode *node, const std::string &name)
{
  if (JSON_NODE_HOLDS_VALUE (node)) {
    switch (json_node_get_value_type (node)) {
      case G_TYPE_STRING: return json_node_get_string (node);
      case G_TYPE_INT64: return std::to_string (json_node_get_int (node));
      case G_TYPE_DOUBLE: {
        std::array<char, G_ASCII_DTOSTR_BUF_SIZE> text;
        return g_ascii_dtostr (text.data (), text.size (), json_node_get_double (node));
      }
      default: break;
    }
  }
  throw Problem ("the option `" + name +
                 "` must be a string, a number, true, false, or an array of strings and numbers");
}

Option option_of (const std::string &name, JsonNode *node)
{
  const bool odd = name.empty () || name[0] == '-' || name.find ('=') != std::string::npos;
  if (odd) throw Problem ("`" + name + "` is no name of an option: write it without --");
  if (is_own ("--" + name))
    throw Problem ("the option `" + name + "` is set by `quad batch` itself");
  Option option{name};
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN) {
    option.wanted = json_node_get_boolean (node);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);
    for (guint i = 0; i < json_array_get_length (array); i++)
      option.values.push_back (value_text (json_array_get_element (array, i), name));
    option.wanted = !option.values.empty ();
  } else {
    option.values.push_back (value_text (node, name));
  }
  return option;
}

std::vector<Option> options_of (JsonObject *line)
{
  JsonNode *node = json_object_get_member (line, "options");
  if (!node) return {};
  if (!JSON_NODE_HOLDS_OBJECT (node)) throw Problem ("`options` must be an object");
  std::vector<Option> options;
  JsonObjectIter iter;
  const char *name = nullptr;
  JsonNode *value = nullptr;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    options.push_back (option_of (name, value));
  return options;
}

std::vector<std::string> inputs_of (JsonObject *line)
{
  const bool one = json_object_has_member (line, "input");
  if (one == bool (json_object_has_member (line, "inputs")))
    throw Problem (one ? "it has both `input` and `inputs`" : "it has no `input`");
  std::vector<std::string> inputs;
  if (one)
    inputs = {string_of (line, "input")};
  else
    inputs = strings_of (line, "inputs").value_or (inputs);
  const bool any_empty = std::ranges::find (inputs, "") != inputs.end ();
  if (inputs.empty () || any_empty)
    throw Problem (one ? "`input` must be a path" : "`inputs` must be an array of paths");
  for (const std::string &input : inputs)
    if (input.find ("://") != std::string::npos)
      throw Problem (input + " is a URI: an input is a file");
  return inputs;
}

// Of a result, in the folder for results.
void check_output (const std::string &output)
{
  const Path path (output);
  const bool leaves = std::ranges::find (path, "..") != path.end ();
  if (path.is_absolute () || leaves || path.lexically_normal ().string () != output ||
      path.filename ().empty ())
    throw Problem ("`output` must be a plain path below the folder of the results, not " + output);
  if (output.ends_with (".json"))
    throw Problem ("`output` must not end with .json, as what says how a job went does");
  for (const Path &part : path)
    if (part.string ().size () > 230) throw Problem ("`output` has a name that is too long");
}

Job job_of_line (JsonObject *line, const Rules &rules)
{
  JsonObjectIter iter;
  const char *name = nullptr;
  json_object_iter_init (&iter, line);
  while (json_object_iter_next (&iter, &name, nullptr))
    if (std::ranges::find (kMembers, std::string_view (name)) == kMembers.end ())
      throw Problem ("`" + std::string (name) +
                     "` is not known: there are input, inputs, id, output and options");
  for (const char *text : {"id", "output"})
    if (json_object_has_member (line, text) && string_of (line, text).empty ())
      throw Problem (std::string ("`") + text + "` must be a string that is not empty");

  Job job;
  const std::vector<Option> own = options_of (line);
  job.options = merged (rules.options, own);
  const std::vector<std::string> inputs = inputs_of (line);
  for (const std::string &input : inputs) {
    const Path path = (rules.folder / input).lexically_normal ();
    // A pipe would be waited for, and a device read for ever.
    std::error_code ignored;
    if (std::filesystem::is_other (path, ignored))
      throw Problem (path.string () + " is a pipe or a device: copy what it gives to a file");
    job.inputs.push_back (look_at (path, rules.checksum));
  }

  job.id = string_of (line, "id");
  if (job.id.empty ()) {
    // Does not depend on other lines, so that more lines change nothing.
    std::string text;
    for (const std::string &input : inputs) text.append (input).append (1, '\0');
    for (const std::string &option : merged ({}, own)) text.append (option).append (1, '\0');
    job.id = Path (inputs[0]).stem ().string () + "-" + sha256_of (text).substr (0, 8);
  }
  job.output = string_of (line, "output");
  if (job.output.empty ()) {
    job.output = escaped_name (job.id) + rules.ending.value_or (std::string (rules.recipe->ending));
  }
  check_output (job.output);
  if (rules.check) rules.check (job);
  job.fingerprint = fingerprint_of (std::string (rules.recipe->name), job);
  return job;
}

// Finds names that two jobs would share.
class Names {
 public:
  // Throws a Problem if they are taken.
  void add (const Job &job, std::size_t line)
  {
    take (ids_, job.id, "the same id as", line);
    take (outputs_, job.output, "the same output as", line);
    for (Path above = Path (job.output).parent_path (); !above.empty ();
         above = above.parent_path ())
      folders_.emplace (above.string (), line);
    // Known only when all lines were read, in either order.
    outputs_in_order_.push_back (job.output);
  }

  // An output that is also the folder of another one, or an empty string.
  std::string both () const
  {
    for (const std::string &output : outputs_in_order_)
      if (folders_.contains (output)) return output;
    return {};
  }

 private:
  using Lines = std::unordered_map<std::string, std::size_t>;

  static void take (Lines &lines, const std::string &name, const char *what, std::size_t line)
  {
    const auto [found, is_new] = lines.emplace (name, line);
    if (!is_new)
      throw Problem ("it has " + std::string (what) + " line " + std::to_string (found->second) +
                     ", " + name);
  }

  Lines ids_, outputs_, folders_;
  std::vector<std::string> outputs_in_order_;
};

}  // namespace

std::vector<Job> read_manifest (const std::string &text, const Rules &rules)
{
  std::vector<Job> jobs;
  Names names;
  std::string errors, last;
  std::size_t number = 0, wrong = 0, different = 0;
  std::istringstream lines (text);
  for (std::string line; std::getline (lines, line);) {
    number++;
    if (line.find_first_not_of (" \t\r") == std::string::npos) continue;
    try {
      // A string of C ends there.
      if (line.find ('\0') != std::string::npos || line.find ("\\u0000") != std::string::npos)
        throw Problem ("it holds a zero byte");
      Job job = job_of_line (parse_object (line).get (), rules);
      names.add (job, number);
      jobs.push_back (std::move (job));
    } catch (const Problem &problem) {
      wrong++;
      // What is wrong with the options of all lines is said once.
      if (std::exchange (last, problem.what ()) != problem.what () && ++different <= kMostErrors)
        errors.append ("\n  line ")
            .append (std::to_string (number))
            .append (": ")
            .append (problem.what ());
    }
  }
  if (different > kMostErrors)
    errors += "\n  and " + std::to_string (different - kMostErrors) + " more";
  if (wrong) throw Problem (std::to_string (wrong) + " lines of the manifest are wrong:" + errors);
  if (const std::string name = names.both (); !name.empty ())
    throw Problem ("The output " + name + " of one line is a folder of another line's output.");
  if (jobs.empty ())
    throw Problem (
        "The manifest has no lines: write one object a clip, as {\"input\": \"a.mp4\"}.");
  return jobs;
}

}  // namespace quad::batch
