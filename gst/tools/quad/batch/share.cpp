#include "tools/quad/batch/share.h"

#include <array>
#include <charconv>

#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

constexpr char kSlurm[] = "SLURM_ARRAY_TASK_ID";
// They count from 0.
constexpr std::array kIndices = {"JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"};

std::optional<std::size_t> number_of (const std::string &text)
{
  std::size_t number = 0;
  const char *end = text.data () + text.size ();
  const auto [at, error] = std::from_chars (text.data (), end, number);
  return error == std::errc () && at == end ? std::optional (number) : std::nullopt;
}

std::optional<std::size_t> variable (const Environment &get, const char *name)
{
  const char *text = get (name);
  if (!text || !*text) return {};
  const auto number = number_of (text);
  if (!number) throw Problem (std::string (name) + "=" + text + " is no number of a shard.");
  return number;
}

// An array may begin anywhere and have steps. Whoever starts an array of as many tasks as there are
// shards means all of them, from its first on; of another size, the task's number is the shard's.
std::size_t slurm_index (const Environment &get, std::size_t id, std::size_t shards)
{
  const auto first = variable (get, "SLURM_ARRAY_TASK_MIN");
  const std::size_t step = variable (get, "SLURM_ARRAY_TASK_STEP").value_or (1);
  if (variable (get, "SLURM_ARRAY_TASK_COUNT") != shards || !first || id < *first || step == 0)
    return id;
  // `--array=1,5,7` has no step.
  const auto last = variable (get, "SLURM_ARRAY_TASK_MAX");
  return last && *last - *first == (shards - 1) * step ? (id - *first) / step : id;
}

}  // namespace

Share read_share (const std::string &text)
{
  const std::size_t slash = text.find ('/');
  const auto index = number_of (text.substr (0, slash));
  const auto count =
      slash == std::string::npos ? std::nullopt : number_of (text.substr (slash + 1));
  if (!index || !count || *index >= *count)
    throw Problem ("give I/N, as 0/8 to 7/8 for eight workers, not " + text + ".");
  return {*index, *count, "--shard"};
}

std::optional<Share> share_of_environment (const Environment &get, std::size_t shards)
{
  std::optional<std::size_t> index;
  std::string from = kSlurm;
  if (const auto id = variable (get, kSlurm)) index = slurm_index (get, *id, shards);
  for (const char *name : kIndices) {
    if (index) break;
    index = variable (get, name);
    from = name;
  }
  if (!index) return {};
  if (*index >= shards)
    throw Problem (from + " says shard " + std::to_string (*index) + ", and there are 0 to " +
                   std::to_string (shards - 1) +
                   ": start as many tasks as there are shards, or use --claim.");
  return Share{*index, shards, from};
}

std::vector<std::size_t> shards_of (const Share &share, std::size_t shards)
{
  std::vector<std::size_t> numbers;
  for (std::size_t i = share.index; i < shards; i += share.count) numbers.push_back (i);
  return numbers;
}

}  // namespace quad::batch
