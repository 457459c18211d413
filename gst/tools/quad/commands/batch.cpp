#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "tools/quad/batch/prepare.h"
#include "tools/quad/batch/problem.h"
#include "tools/quad/batch/share.h"
#include "tools/quad/batch/summary.h"
#include "tools/quad/batch/worker.h"
#include "tools/quad/commands.h"
#include "tools/quad/failure.h"
#include "tools/quad/line.h"
#include "tools/quad/models.h"
#include "tools/quad/options.h"

namespace quad {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostShards = 100000;
constexpr std::size_t kMostNamed = 5;  // files in a warning

// Runs a command of `quad batch`, whose Problems go to the terminal as they are: their lines stay
// lines, and names in them are escaped.
Exit run (const std::function<Exit ()> &command)
try {
  return command ();
} catch (const batch::Problem &problem) {
  std::istringstream lines (problem.what ());
  const char *before = "quad batch: ";
  for (std::string line; std::getline (lines, line); before = "") {
    std::cerr << before << shown (line) << '\n';
  }
  return Exit::failed;
}

// ---- prepare

struct PrepareOptions {
  std::string manifest, recipe, folder;
  std::optional<std::string> ending;
  std::vector<std::string> words;  // of the recipe's command
  std::size_t shards = 1;
  bool checksum = false;
};

std::string read_all (const std::string &manifest)
{
  if (manifest == "-") return {std::istreambuf_iterator<char> (std::cin), {}};
  const auto text = batch::read_file (manifest);
  if (!text) throw batch::Problem (manifest + " is not there: name a file of JSON Lines, or -.");
  return *text;
}

// Whether the recipe's command takes the words of jobs, without running it.
class CommandCheck {
 public:
  explicit CommandCheck (const batch::Recipe &recipe) : recipe_ (recipe), app_ (new CLI::App)
  {
    for (const AddCommand add : kCommands)
      if (add != add_batch) add (*app_, action_);
  }

  void operator() (const batch::Job &job)
  {
    std::vector<std::string> inputs;
    for (const batch::Input &input : job.inputs) inputs.push_back (input.path);
    std::vector<std::string> words =
        batch::words_of (recipe_, job.options, "report", job.output, inputs);
    // Most jobs differ in their names alone.
    std::vector<std::string> known = job.options;
    known.push_back (std::to_string (inputs.size ()));
    if (good_.contains (known)) return;
    std::ranges::reverse (words);  // as CLI11 takes them
    try {
      app_->parse (words);
    } catch (const CLI::ParseError &error) {
      throw batch::Problem (
          text ("`quad ", recipe_.command, "` does not take its options: ", error.what ()));
    }
    good_.insert (known);
  }

 private:
  const batch::Recipe &recipe_;
  Action action_;
  std::unique_ptr<CLI::App> app_;
  std::set<std::vector<std::string>> good_;
};

Exit prepare (const PrepareOptions &options)
{
  batch::Rules rules{batch::find_recipe (options.recipe), options.words, options.ending,
                     options.checksum};
  rules.folder = options.manifest == "-" ? fs::current_path ()
                                         : fs::absolute (options.manifest).parent_path ();
  CommandCheck check (*rules.recipe);
  rules.check = std::ref (check);
  const std::string manifest = read_all (options.manifest);
  const batch::Prepared prepared = batch::prepare (options.folder, manifest, rules, options.shards);
  for (std::size_t i = 0; i < std::min (prepared.missing.size (), kMostNamed); i++)
    std::cerr << "warning: " << shown (prepared.missing[i])
              << " is not there: its job will fail.\n";
  if (prepared.missing.size () > kMostNamed)
    std::cerr << "warning: and " << prepared.missing.size () - kMostNamed << " more files.\n";
  std::cout << prepared.added + prepared.same + prepared.changed << " jobs in " << options.shards
            << " shards: " << prepared.added << " new, " << prepared.changed << " changed, "
            << prepared.same << " as before, " << prepared.dropped << " dropped.\n";
  return Exit::ok;
}

std::string recipe_names ()
{
  std::string names;
  for (const batch::Recipe &recipe : batch::recipes ())
    names.append (names.empty () ? "" : ", ").append (recipe.name);
  return names;
}

void add_prepare (CLI::App &batch_app, Action &action)
{
  CLI::App &app = *batch_app.add_subcommand ("prepare", "Makes jobs of a manifest");
  const auto options = std::make_shared<PrepareOptions> ();
  app.add_option ("manifest", options->manifest,
                  "JSON Lines, an object a clip, as {\"input\": \"a.mp4\"}; -: the standard input")
      ->required ();
  app.add_option ("--recipe", options->recipe, "What is done: " + recipe_names ())
      ->required ()
      ->check ([] (const std::string &name) {
        return batch::find_recipe (name) ? "" : "there are " + recipe_names ();
      });
  app.add_option ("-o,--output", options->folder, "Folder of the batch")->required ();
  app.add_option ("--shards", options->shards, "Number of parts, one for a worker at a time")
      ->check (CLI::Range (std::size_t (1), kMostShards))
      ->capture_default_str ();
  app.add_option ("--ending", options->ending,
                  "Ending of results' names, as .npy; \"\": results are folders");
  app.add_flag ("--checksum", options->checksum,
                "Know inputs by their content, not by size and time");
  app.add_option ("options", options->words,
                  "After --: options of the recipe's command, for each clip");
  app.footer (
      "A second call with the same folder adds new clips, and keeps results of those that are the "
      "same.\n\n"
      "Examples:\n"
      "  quad batch prepare clips.jsonl --recipe extract --shards 16 -o out -- --rate 4 --size "
      "224x224");
  app.final_callback ([options, &action] {
    action = [options] { return run ([&] { return prepare (*options); }); };
  });
}

// ---- work

struct WorkArguments {
  std::string folder, shard, program;
  bool claim = false, print = false;
  batch::WorkOptions work;
};

std::size_t hash_of_process () { return std::hash<std::string>{}(batch::this_process ().token); }

// Sets which shards are done, and in which order.
void choose_shards (const batch::Batch &batch, WorkArguments &arguments)
{
  batch::WorkOptions &work = arguments.work;
  std::optional<batch::Share> share;
  if (!arguments.shard.empty ())
    share = batch::read_share (arguments.shard);
  else if (!arguments.claim)
    share = batch::share_of_environment (std::getenv, batch.shards ());
  work.shared = arguments.claim;
  work.shards = batch::shards_of (share.value_or (batch::Share{}), batch.shards ());
  // Workers that start at the same time begin at different shards.
  if (arguments.claim)
    std::rotate (work.shards.begin (),
                 work.shards.begin () + std::ptrdiff_t (hash_of_process () % batch.shards ()),
                 work.shards.end ());
  if (share)
    std::cerr << "shards " << share->index << "/" << share->count << " of " << batch.shards ()
              << ", by " << share->from << "\n";
}

// The command line of each job that is to be done, with the result at its place.
void print_jobs (const batch::Batch &batch, const std::vector<std::size_t> &shards)
{
  const batch::Recipe &recipe = *batch::find_recipe (batch.recipe);
  for (const std::size_t shard : shards) {
    for (const batch::Job &job : batch::read_shard (batch, shard)) {
      if (batch::state_of (batch, job).state != batch::State::waiting) continue;
      std::vector<std::string> inputs;
      for (const batch::Input &input : job.inputs) inputs.push_back (input.path);
      std::cout << "quad";
      for (const std::string &word : batch::words_of (recipe, job.options, std::nullopt,
                                                      batch.result_of (job).string (), inputs))
        std::cout << ' ' << shell_word (word);
      std::cout << '\n';
    }
  }
}

Exit work (WorkArguments &arguments)
{
  const batch::Batch batch = batch::open_batch (arguments.folder);
  if (!batch::find_recipe (batch.recipe))
    throw batch::Problem ("This version of quad has no recipe " + batch.recipe + ".");
  choose_shards (batch, arguments);
  if (arguments.print) {
    print_jobs (batch, arguments.work.shards);
    return Exit::ok;
  }
  arguments.work.program =
      arguments.program.empty () ? "/proc/self/exe" : fs::absolute (arguments.program).string ();
  // Once for all clips, which would fetch it at the same time, or each fail without a network.
  if (batch.recipe == "matte" && arguments.program.empty ()) {
    Progress progress ("quad batch");
    setenv ("QUAD_MODEL", find_model ("", progress).c_str (), 1);
  }
  const batch::Worked worked = batch::work (batch, arguments.work);
  std::cout << worked.done << " clips done, " << worked.failed << " failed.\n";
  return worked.stopped ? Exit::interrupted : Exit::ok;
}

void add_work (CLI::App &batch_app, Action &action)
{
  CLI::App &app = *batch_app.add_subcommand ("work", "Does the jobs");
  const auto arguments = std::make_shared<WorkArguments> ();
  batch::WorkOptions &work_options = arguments->work;
  app.add_option ("folder", arguments->folder, "Folder of the batch")->required ();
  CLI::Option *shard = app.add_option (
      "--shard", arguments->shard,
      "I/N: as worker I of N, from 0 to N - 1. Otherwise the variable SLURM_ARRAY_TASK_ID, "
      "JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX says the shard; without one, all shards "
      "are done");
  shard->check ([] (const std::string &text) {
    try {
      batch::read_share (text);
      return std::string ();
    } catch (const batch::Problem &problem) {
      return std::string (problem.what ());
    }
  });
  app.add_flag ("--claim", arguments->claim,
                "Take shards that no other worker has, until all is done")
      ->excludes (shard);
  app.add_option ("-j,--jobs", work_options.jobs, "Clips at a time")
      ->check (CLI::Range (1, 1024))
      ->capture_default_str ();
  app.add_option ("--timeout", work_options.limits.timeout, "Seconds that a clip may take")
      ->check (CLI::PositiveNumber);
  app.add_option ("--memory", work_options.limits.memory, "Memory that a clip may take, as 2G")
      ->transform (CLI::AsSizeValue (false))
      ->check (CLI::PositiveNumber);
  app.add_option ("--lease", work_options.lease,
                  "Seconds without a sign of life after which another worker takes a shard")
      ->check (CLI::Range (1., 86400.))
      ->capture_default_str ();
  app.add_option (
      "--program", arguments->program,
      "Program that does a clip in place of this one: a script that ends with exec quad \"$@\"");
  app.add_flag ("--print", arguments->print,
                "Print the command line of each job that is to be done, and do nothing");
  app.footer (
      "Clips that fail are counted and do not change the exit code: 0 says that each clip was "
      "tried. What is done is "
      "never done again.\n\n"
      "Examples:\n"
      "  quad batch work out --jobs 4 --timeout 600 --memory 4G\n"
      "  srun quad batch work out        # in an sbatch --array script\n");
  app.final_callback ([arguments, &action] {
    action = [arguments] { return run ([&] { return work (*arguments); }); };
  });
}

// ---- status, retry, merge

void add_status (CLI::App &batch_app, Action &action)
{
  CLI::App &app = *batch_app.add_subcommand ("status", "Says how far the batch is");
  const auto folder = std::make_shared<std::string> ();
  const auto json = std::make_shared<bool> (false);
  app.add_option ("folder", *folder, "Folder of the batch")->required ();
  app.add_flag ("--json", *json, "One object of JSON");
  app.footer (
      "Examples:\n"
      "  quad batch status out\n"
      "  quad batch status out --json");
  app.final_callback ([folder, json, &action] {
    action = [folder, json] {
      return run ([&] {
        const batch::Summary summary = batch::summarize (batch::open_batch (*folder));
        std::cout << (*json ? batch::json_of (summary) : batch::text_of (summary));
        return Exit::ok;
      });
    };
  });
}

void add_retry (CLI::App &batch_app, Action &action)
{
  CLI::App &app = *batch_app.add_subcommand ("retry", "Lets failed clips be tried again by `work`");
  const auto folder = std::make_shared<std::string> ();
  const auto which = std::make_shared<batch::Failures> ();
  app.add_option ("folder", *folder, "Folder of the batch")->required ();
  app.add_option ("--reason", which->reasons, "Only those that failed for this reason, as timeout")
      ->check (CLI::IsMember (
          std::vector<std::string> (std::begin (batch::kReasons), std::end (batch::kReasons))));
  app.add_option ("--id", which->ids, "Only this clip");
  app.footer (
      "Examples:\n"
      "  quad batch retry out\n"
      "  quad batch retry out --reason timeout --reason memory");
  app.final_callback ([folder, which, &action] {
    action = [folder, which] {
      return run ([&] {
        std::size_t all = 0;
        for (const auto &[reason, count] : batch::retry (batch::open_batch (*folder), *which)) {
          std::cout << shown (reason) << ": " << count << "\n";
          all += count;
        }
        std::cout << all << " clips are to be done again.\n";
        return Exit::ok;
      });
    };
  });
}

void add_merge (CLI::App &batch_app, Action &action)
{
  CLI::App &app =
      *batch_app.add_subcommand ("merge", "Writes FOLDER/index.jsonl: a line for each clip");
  const auto folder = std::make_shared<std::string> ();
  app.add_option ("folder", *folder, "Folder of the batch")->required ();
  app.footer (
      "The exit code is 3 if some clips failed or are not done; the index has them, too.\n\n"
      "Examples:\n"
      "  quad batch merge out");
  app.final_callback ([folder, &action] {
    action = [folder] {
      return run ([&] {
        const batch::Batch batch = batch::open_batch (*folder);
        const batch::Merged merged = batch::merge (batch);
        std::cout << shown (batch.index ().string ()) << ": " << merged.done << " done, "
                  << merged.failed << " failed, " << merged.waiting << " to be done.\n";
        return merged.failed || merged.waiting ? Exit::jobs_failed : Exit::ok;
      });
    };
  });
}

}  // namespace

void add_batch (CLI::App &app, Action &action)
{
  CLI::App &batch_app = *app.add_subcommand ("batch", "Does one of these with thousands of clips");
  batch_app.require_subcommand (1);
  batch_app.footer (
      "quad batch COMMAND --help shows a command's options.\n\n"
      "Examples:\n"
      "  quad batch prepare clips.jsonl --recipe gif --shards 16 -o out -- --width 320\n"
      "  quad batch work out --jobs 4\n"
      "  quad batch status out\n"
      "  quad batch merge out");
  add_prepare (batch_app, action);
  add_work (batch_app, action);
  add_status (batch_app, action);
  add_retry (batch_app, action);
  add_merge (batch_app, action);
}

}  // namespace quad
