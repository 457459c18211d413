#include "infer/log.h"

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string_view>

namespace quad::infer {
namespace {

// The logs of all open models by their ids. Lines share the lock. A log that leaves waits for
// those that are being written.
struct Routes {
  std::shared_mutex lock;
  std::map<std::string, Log, std::less<>> logs;

  // Never freed, because threads of the runtime may still write when the process ends.
  static Routes &all ()
  {
    static auto *const routes = new Routes;
    return *routes;
  }
};

Severity severity_of (ort::LoggingLevel level)
{
  switch (level) {
    case ort::LoggingLevel::verbose:
    case ort::LoggingLevel::info: return Severity::debug;  // hundreds of lines for a model
    case ort::LoggingLevel::warning: return Severity::warning;
    default: return Severity::error;
  }
}

void route (Severity severity, std::string_view id, const std::string &line)
{
  Routes &routes = Routes::all ();
  const std::shared_lock held (routes.lock);
  if (const auto found = routes.logs.find (id); found != routes.logs.end ()) {
    found->second (severity, line);
    return;
  }
  if (id != kRuntimeLogId) return;
  for (const auto &[name, log] : routes.logs) log (severity, line);
}

}  // namespace

LogRoute::LogRoute (const Log &log) : wanted_ (log != nullptr)
{
  static std::atomic<unsigned> last{0};
  id_ = "quad-" + std::to_string (++last);
  if (!wanted_) return;
  Routes &routes = Routes::all ();
  const std::unique_lock held (routes.lock);
  routes.logs.emplace (id_, log);
}

LogRoute::~LogRoute ()
{
  if (!wanted_) return;
  Routes &routes = Routes::all ();
  const std::unique_lock held (routes.lock);
  routes.logs.erase (id_);
}

void LogRoute::say (Severity severity, const std::string &line) const
{
  if (wanted_) route (severity, id_, line);
}

void log_line (void *, ort::LoggingLevel level, const char *, const char *logid, const char *,
               const char *message)
{
  try {
    std::string line = message ? message : "";
    while (!line.empty () && line.back () == '\n') line.pop_back ();
    route (severity_of (level), logid ? logid : "", line);
  } catch (...) {
    // A line is lost, and the runtime goes on: it is C here.
  }
}

}  // namespace quad::infer
