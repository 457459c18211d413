#include "tools/quad/batch/attempt.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "glue/owned.h"
#include "tools/quad/batch/problem.h"
#include "tools/quad/command.h"
#include "tools/quad/disk.h"
#include "tools/quad/failure.h"

namespace quad::batch {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogEnd = 2000;  // bytes of a log that are kept
constexpr int kMostKills = 2;          // by something else; then it is the job's fault
constexpr int kCannotRun = 127;

std::string last_line (const std::string &text)
{
  const std::size_t end = text.find_last_not_of (" \t\r\n");
  if (end == std::string::npos) return {};
  const std::size_t before = text.find_last_of ("\r\n", end);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return text.substr (begin, end + 1 - begin);
}

// What a program printed, as it can stand in a line on a terminal.
std::string plain_text (const std::string &text)
{
  const Owned<char> valid (g_utf8_make_valid (text.data (), gssize (text.size ())));
  std::string plain = valid.get ();
  std::ranges::replace_if (
      plain, [] (unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return plain;
}

void bring_to_disk (const Path &made)
try {
  sync_tree (made);
} catch (const Problem &) {
  // Gone: another worker took this one for dead, and has the lease.
  if (facts_of (made)) throw;
}

}  // namespace

Attempt::Attempt (const Setup &setup, Task its_task, Path folder, Path scratch)
    : task (std::move (its_task)),
      setup_ (setup),
      folder_ (std::move (folder)),
      scratch_ (std::move (scratch))
{
  check_.emplace ([inputs = task.job.inputs] (const std::stop_token &stop) {
    std::string change;
    for (const Input &input : inputs)
      if (change.empty ()) change = change_of (input, stop);
    return change;
  });
}

void Attempt::start ()
{
  make_folders (made ());
  make_folders (scratch_);
  std::vector<std::string> inputs;
  for (const Input &input : task.job.inputs) inputs.push_back (input.path);
  // The name as it will be: outputs may name each other, as WebVTT does with its picture.
  const Path output = fs::absolute (made () / Path (task.job.output).filename ());
  child_.emplace (setup_.program,
                  words_of (setup_.recipe, task.job.options, fs::absolute (folder_ / "report.json"),
                            output, inputs),
                  folder_ / "log", scratch_, setup_.limits);
}

Attempt::~Attempt ()
{
  child_.reset ();
  check_.reset ();
  sync_.reset ();
  remove_tree (folder_);
  remove_tree (scratch_);
}

std::string Attempt::log_end () const
{
  const std::string log = read_file (folder_ / "log").value_or ("");
  return log.size () > kLogEnd ? log.substr (log.size () - kLogEnd) : log;
}

Outcome Attempt::failed (const char *reason, const std::string &error) const
{
  Outcome outcome;
  outcome.sidecar.state = State::failed;
  outcome.sidecar.reason = reason;
  outcome.sidecar.error = plain_text (error);
  if (child_) outcome.sidecar.log = log_end ();
  return outcome;
}

bool Attempt::read_report (Sidecar &sidecar) const
{
  const auto text = read_file (folder_ / "report.json");
  if (!text) return false;
  try {
    const Json<JsonObject> report = parse_object (*text);
    sidecar.frames = integer_of (report.get (), "frames");
    sidecar.duration = number_of (report.get (), "duration");
    sidecar.warnings = strings_of (report.get (), "warnings").value_or (sidecar.warnings);
    if (sidecar.state != State::failed || sidecar.reason != "error") return false;
    sidecar.error = plain_text (string_of (report.get (), "error", sidecar.error));
    return truth_of (report.get (), "storage");
  } catch (const Problem &) {
    return false;  // It was killed when it wrote it.
  }
}

// A process that failed may not know why, or be unable to write it.
void Attempt::check_storage (const Sidecar &sidecar, bool is_to_blame) const
{
  if (is_to_blame) throw Problem (task.job.id + ": " + sidecar.error + "." + kStorageAdvice);
  constexpr std::array kPerhaps = {"error", "crash", "output"};
  if (sidecar.state != State::failed ||
      std::ranges::find (kPerhaps, sidecar.reason) == kPerhaps.end ())
    return;
  for (const Path &folder : {folder_, scratch_}) {
    const std::string fault = storage_fault (folder);
    if (!fault.empty ())
      throw Problem ("Cannot write to " + folder.parent_path ().string () + ": " + fault + "." +
                     kStorageAdvice);
  }
}

Outcome Attempt::judge (const Ending &ending)
{
  const int status = ending.status;
  // Another worker took this one for dead.
  if (!facts_of (folder_)) return {false, {}};
  if (ending.by == Ending::By::timeout)
    return failed ("timeout", text ("It was not done after ", setup_.limits.timeout,
                                    " s, the limit of --timeout."));
  if (ending.by == Ending::By::memory)
    return failed ("memory", "It took more than " + std::to_string (setup_.limits.memory >> 20) +
                                 " MiB, the limit of --memory.");
  const int signal = WIFSIGNALED (status) ? WTERMSIG (status) : 0;
  const bool asked_to_end = signal == SIGTERM || signal == SIGINT || signal == SIGHUP ||
                            (!signal && WEXITSTATUS (status) == int (Exit::interrupted));
  if (asked_to_end || signal == SIGKILL) {
    // Who ends all processes of a cluster's job may end this one before the worker.
    if (++task.kills < kMostKills) return {false, {}};
    return failed ("killed",
                   signal == SIGKILL
                       ? "It was killed twice, most likely by the kernel for want of memory."
                       : "It was asked to end twice.");
  }
  if (signal) return failed ("crash", std::string ("It crashed: ") + strsignal (signal) + ".");
  if (WEXITSTATUS (status) == kCannotRun)
    throw Problem (setup_.program + " does not run jobs: " + last_line (log_end ()));
  if (WEXITSTATUS (status) != 0) {
    const std::string log = log_end ();
    // Of a wrong command line, the last one is advice for people.
    const bool is_misuse = WEXITSTATUS (status) == int (Exit::misuse);
    const std::string line = is_misuse ? log.substr (0, log.find ('\n')) : last_line (log);
    return failed ("error", line.empty () ? "It ended with status " +
                                                std::to_string (WEXITSTATUS (status)) + "."
                                          : line);
  }
  const Path name = Path (task.job.output).filename ();
  if (!facts_of (made () / name)) return failed ("output", "It wrote no " + name.string () + ".");
  Outcome outcome;
  outcome.sidecar.state = State::done;
  return outcome;
}

std::optional<Outcome> Attempt::poll ()
{
  if (check_) {
    const auto change = check_->poll ();
    if (!change) return {};
    check_.reset ();
    if (!change->empty ()) {
      Outcome outcome = failed ("input", *change);
      finish (outcome.sidecar, {});
      return outcome;
    }
    start ();
  }
  const auto ended = child_->poll ();
  if (!ended) return {};
  Outcome outcome = judge (*ended);
  const bool is_storage = read_report (outcome.sidecar);
  if (outcome.settled) check_storage (outcome.sidecar, is_storage);
  finish (outcome.sidecar, *ended);
  if (outcome.sidecar.state == State::done)
    sync_.emplace ([made = made ()] (const std::stop_token &) {
      bring_to_disk (made);
      return std::string ();
    });
  return outcome;
}

bool Attempt::is_on_disk ()
{
  if (sync_ && sync_->poll ()) sync_.reset ();
  return !sync_;
}

void Attempt::finish (Sidecar &sidecar, const Ending &ending) const
{
  sidecar.fingerprint = task.job.fingerprint;
  sidecar.attempts = task.attempts + 1;
  sidecar.elapsed = ending.elapsed;
  sidecar.cpu = ending.cpu;
  sidecar.memory = ending.peak;
  sidecar.worker = setup_.worker;
}

void Attempt::move_outputs (Sidecar &sidecar)
try {
  const Path parent = Path (task.job.output).parent_path ();
  make_folders (setup_.batch.results () / parent);
  make_folders (folder_);
  const Path name = Path (task.job.output).filename ();
  std::vector<Path> names;
  for (const fs::directory_entry &entry : fs::directory_iterator (made ()))
    names.push_back (entry.path ().filename ());
  // The result itself is the last that changes and the first that is named.
  std::ranges::sort (names, [&] (const Path &a, const Path &b) {
    return std::pair (a == name, a) < std::pair (b == name, b);
  });
  for (const Path &moved : names) {
    const Path target = setup_.batch.results () / parent / moved;
    // A folder cannot take the place of another one.
    const auto old = facts_of (target);
    const auto now = facts_of (made () / moved);
    if (old && (old->is_folder || now->is_folder))
      fs::rename (target, folder_ / ("old-" + moved.string ()));
    fs::rename (made () / moved, target);
    sidecar.outputs.insert (sidecar.outputs.begin (),
                            output_at (setup_.batch.results (), (parent / moved).string ()));
  }
} catch (const fs::filesystem_error &error) {
  throw_system_problem ("write", error.path2 ().empty () ? error.path1 () : error.path2 (),
                        error.code ().value ());
}

void Attempt::remove_older (const Sidecar &sidecar) const
{
  const auto before = read_sidecar (setup_.batch.sidecar_of (task.job));
  if (!before || before->state != State::done) return;
  for (const Output &output : before->outputs)
    if (std::ranges::find (sidecar.outputs, output.path, &Output::path) == sidecar.outputs.end ())
      remove_tree (setup_.batch.results () / output.path);
}

void Attempt::write (const Sidecar &sidecar) const
{
  const Path target = setup_.batch.sidecar_of (task.job);
  make_folders (target.parent_path ());
  make_folders (folder_);
  remove_older (sidecar);
  write_file (target, sidecar_text (setup_.batch, task.job, sidecar), folder_ / "sidecar");
  sync_folder (target.parent_path ());
}

void Attempt::publish (Sidecar &sidecar)
try {
  try {
    if (sidecar.state == State::done) move_outputs (sidecar);
    write (sidecar);
  } catch (const Taken &taken) {
    const Sidecar before = std::exchange (sidecar, failed ("output", taken.what ()).sidecar);
    finish (sidecar, {Ending::By::itself, 0, before.elapsed, before.cpu, before.memory});
    write (sidecar);
  }
} catch (const Taken &) {
  // Not even the sidecar has a place: the job is tried again by the next worker.
}

}  // namespace quad::batch
