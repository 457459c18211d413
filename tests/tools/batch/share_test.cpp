// Which shards a worker does, and what it says of its progress.
#include "tools/quad/batch/share.h"

#include <gtest/gtest.h>

#include <map>

#include "tools/quad/batch/problem.h"
#include "tools/quad/batch/progress.h"

namespace quad::batch {
namespace {

using Variables = std::map<std::string, std::string>;

std::optional<Share> share_of (const Variables &variables, std::size_t shards)
{
  return share_of_environment (
      [&] (const char *name) {
        const auto found = variables.find (name);
        return found == variables.end () ? nullptr : found->second.c_str ();
      },
      shards);
}

Variables slurm (int id, int first, int last, int count, int step = 1)
{
  return {{"SLURM_ARRAY_TASK_ID", std::to_string (id)},
          {"SLURM_ARRAY_TASK_MIN", std::to_string (first)},
          {"SLURM_ARRAY_TASK_MAX", std::to_string (last)},
          {"SLURM_ARRAY_TASK_COUNT", std::to_string (count)},
          {"SLURM_ARRAY_TASK_STEP", std::to_string (step)}};
}

TEST (Share, OfTheArgument)
{
  const Share share = read_share ("2/8");
  EXPECT_EQ (share.index, 2u);
  EXPECT_EQ (share.count, 8u);
  for (const char *text : {"", "2", "8/8", "-1/8", "1/0", "a/8", "1/8x", "1 / 8", "/8", "1/"})
    EXPECT_THROW (read_share (text), Problem) << text;
}

TEST (Share, EachShardIsOfOneWorker)
{
  for (const std::size_t count : {1, 3, 8, 20}) {
    std::vector<int> times (8);
    for (std::size_t i = 0; i < count; i++)
      for (const std::size_t shard : shards_of ({i, count}, 8)) times.at (shard)++;
    EXPECT_EQ (times, std::vector<int> (8, 1)) << count;
  }
}

TEST (Share, OfTheEnvironment)
{
  struct Row {
    Variables variables;
    std::size_t index;
  };
  for (const Row &row : {
           Row{slurm (3, 0, 7, 8), 3},
           {slurm (1, 1, 8, 8), 0},  // from 1
           {slurm (8, 1, 8, 8), 7},
           {slurm (14, 0, 14, 8, 2), 7},  // with steps
           {slurm (5, 5, 5, 1), 5},       // one task once more
           {slurm (5, 2, 7, 4), 5},       // some tasks once more
           {slurm (4, 0, 9, 8), 4},       // 0-6,9
           {{{"SLURM_ARRAY_TASK_ID", "2"}}, 2},
           {{{"JOB_COMPLETION_INDEX", "6"}}, 6},
           {{{"AWS_BATCH_JOB_ARRAY_INDEX", "0"}}, 0},
       }) {
    const auto share = share_of (row.variables, 8);
    ASSERT_TRUE (share);
    EXPECT_EQ (share->index, row.index);
    EXPECT_EQ (share->count, 8u);
  }
  EXPECT_FALSE (share_of ({}, 8));
  EXPECT_FALSE (share_of ({{"JOB_COMPLETION_INDEX", ""}}, 8));
}

TEST (Share, AShardThatIsNotThereIsAnError)
{
  EXPECT_THROW (share_of (slurm (8, 5, 8, 4), 8), Problem);
  EXPECT_THROW (share_of ({{"JOB_COMPLETION_INDEX", "8"}}, 8), Problem);
  EXPECT_THROW (share_of ({{"JOB_COMPLETION_INDEX", "x"}}, 8), Problem);
}

TEST (ProgressText, RatesAndTimeLeft)
{
  struct Row {
    Counts counts;
    double seconds;
    const char *text;
  };
  for (const Row &row : {
           Row{{40, 0, 0, 0, 0}, 0.1, "0/40 clips, 0.0 clips/s"},
           {{40, 0, 9, 1, 1000}, 5, "10/40 clips, 1 failed, 2.0 clips/s, 200 frames/s, 15 s left"},
           {{40, 20, 10, 0, 0}, 100, "30/40 clips, 0.1 clips/s, 1 min 40 s left"},
           {{40, 0, 1, 0, 0, true}, 100, "1/40 clips, 0.0 clips/s, at most 1 h 5 min left"},
           {{40, 0, 40, 0, 0}, 100, "40/40 clips, 0.4 clips/s"},
       })
    EXPECT_EQ (progress_text (row.counts, row.seconds), row.text);
}

}  // namespace
}  // namespace quad::batch
