#include "tools/quad/batch/aside.h"

#include <chrono>
#include <utility>

#include "tools/quad/batch/signals.h"

namespace quad::batch {
namespace {

// For each, one after another.
constexpr std::chrono::milliseconds kPatience (100);

}  // namespace

Aside::Aside (Work work)
{
  std::packaged_task<std::string (const std::stop_token &)> task (std::move (work));
  found_ = task.get_future ();
  thread_ = std::jthread ([task = std::move (task)] (const std::stop_token &stop) mutable {
    task (stop);
    Signals::wake ();
  });
}

Aside::~Aside ()
{
  thread_.request_stop ();
  if (found_.valid () && found_.wait_for (kPatience) != std::future_status::ready)
    thread_.detach ();
}

std::optional<std::string> Aside::poll ()
{
  if (!found_.valid () || found_.wait_for (std::chrono::seconds (0)) != std::future_status::ready)
    return {};
  return found_.get ();
}

}  // namespace quad::batch
