#include "tools/quad/report.h"

#include <json-glib/json-glib.h>

#include <fstream>
#include <iostream>

#include "glue/owned.h"
#include "tools/quad/ending.h"
#include "tools/quad/failure.h"
#include "tools/quad/names.h"

namespace quad {
namespace {

void add_text (JsonBuilder *builder, const std::string &text)
{
  const Owned<char> valid{g_utf8_make_valid (text.c_str (), static_cast<gssize> (text.size ()))};
  json_builder_add_string_value (builder, valid.get ());
}

void add_texts (JsonBuilder *builder, const char *name, const std::vector<std::string> &texts)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (const std::string &text : texts) add_text (builder, text);
  json_builder_end_array (builder);
}

void add_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

void write_report (const std::string &path, const Report &report)
{
  if (path.empty ()) return;
  const std::string target = behind_links (path);
  Temporary file{Temporary::Kind::file, folder_of (target)};
  std::ofstream out{file.path (), std::ios::binary};
  out << json_of (report) << '\n';
  out.close ();
  if (!out || !sync_to_disk (file.path ()) || !rename_on_disk (file.path (), target))
    throw Failure (text (path, " cannot be written"));
  file.release ();
}

// Clears `report_path` where no report may be written.
Exit try_job (const std::function<void (Report &, Progress &)> &job, Report &report,
              Progress &progress, std::string &report_path)
{
  Exit exit = Exit::failed;
  try {
    job (report, progress);
    report.results.publish ();
    report.output = report.results.names ();
    return Exit::ok;
  } catch (const Interrupted &) {
    report.error = "interrupted";
    return Exit::interrupted;
  } catch (const NoReport &failure) {
    report_path.clear ();
    report.error = failure.what ();
  } catch (const Misuse &misuse) {
    report.error = misuse.what ();
    exit = Exit::misuse;
  } catch (const StorageFailure &failure) {
    report.storage = true;
    report.error = failure.what ();
  } catch (const std::exception &other) {  // a Failure, or what nobody has thought of
    report.error = other.what ();
    const std::string fault = Temporary::storage_fault ();
    report.storage = !fault.empty ();
    if (report.storage) report.error.append (": ").append (fault);
  }
  // The report may need their room.
  report.results = {};
  return exit;
}

}  // namespace

std::string json_of (const Report &report)
{
  const Owned<JsonBuilder> builder{json_builder_new ()};
  JsonBuilder *b = builder.get ();
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "frames");
  json_builder_add_int_value (b, static_cast<gint64> (report.frames));
  add_texts (b, "inputs", report.inputs);
  add_number (b, "duration", report.duration);
  add_number (b, "elapsed", report.elapsed);
  add_texts (b, "warnings", report.warnings);
  if (!report.error.empty ()) {
    json_builder_set_member_name (b, "error");
    add_text (b, report.error);
  }
  if (report.storage) {
    json_builder_set_member_name (b, "storage");
    json_builder_add_boolean_value (b, TRUE);
  }
  add_texts (b, "output", report.output);
  json_builder_end_object (b);
  JsonNode *root = json_builder_get_root (b);
  const Owned<char> json{json_to_string (root, FALSE)};
  json_node_unref (root);
  return json.get ();
}

Exit run_job (const std::string &name, const Common &common,
              const std::function<void (Report &, Progress &)> &job)
{
  std::string report_path = common.report;
  catch_signals ([report_path] (const std::string &error) {
    Report last;
    last.error = error;
    try {
      write_report (report_path, last);
    } catch (const std::exception &) {
      // There is nobody left to tell.
    }
  });
  Report report;
  Progress progress{name};
  const gint64 start = g_get_monotonic_time ();
  Exit exit = try_job (job, report, progress, report_path);
  for (const std::string &line : report.said) {
    if (exit == Exit::ok && !common.print) std::cout << line << std::endl;
  }
  if (exit != Exit::ok) progress.say (report.error);
  report.elapsed = static_cast<double> (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  try {
    write_report (report_path, report);
  } catch (const std::exception &failure) {
    progress.say (failure.what ());
    if (exit == Exit::ok) exit = Exit::failed;
  }
  return exit;
}

}  // namespace quad
