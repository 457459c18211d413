// Batches: shards, fingerprints, and preparing again.
#include "tools/quad/batch/prepare.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "folder.h"
#include "tools/quad/batch/lease.h"
#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

std::string manifest_of (int clips)
{
  std::string text;
  for (int i = 0; i < clips; i++)
    text += "{\"input\": \"clip" + std::to_string (i) + ".mp4\", \"id\": \"" + std::to_string (i) +
            "\"}\n";
  return text;
}

// All files of a batch.
std::map<std::string, std::string> bytes_of (const Path &folder)
{
  std::map<std::string, std::string> bytes;
  for (const auto &entry : std::filesystem::recursive_directory_iterator (folder))
    if (entry.is_regular_file ())
      bytes[entry.path ().lexically_relative (folder)] = *read_file (entry.path ());
  return bytes;
}

std::string problem_of (const std::function<void ()> &call)
{
  try {
    call ();
  } catch (const Problem &problem) {
    return problem.what ();
  }
  return {};
}

TEST (Prepare, SameInputSameBytes)
{
  const TestFolder folder;
  for (const char *name : {"a", "b"})
    prepare (folder / name, manifest_of (10), folder.rules ({"-x"}), 3);
  const auto bytes = bytes_of (folder / "a");
  EXPECT_EQ (bytes, bytes_of (folder / "b"));
  EXPECT_EQ (bytes.size (), 4u);
  const Prepared again = prepare (folder / "a", manifest_of (10), folder.rules ({"-x"}), 3);
  EXPECT_EQ (bytes, bytes_of (folder / "a"));
  EXPECT_EQ (again.same, 10u);
  EXPECT_EQ (again.added + again.changed + again.dropped, 0u);
}

TEST (Prepare, RemovesWhatAnInterruptedOneLeft)
{
  const TestFolder folder;
  for (const int clips : {3, 3, 4}) {  // new, the same, and more
    make_folders (folder / "a" / "shards");
    for (const char *left : {"batch.json.part", "shards/00000.jsonl.part"})
      write_file (folder / "a" / left, "{");
    prepare (folder / "a", manifest_of (clips), folder.rules (), 1);
    const auto bytes = bytes_of (folder / "a");
    EXPECT_EQ (bytes.size (), 2u);
    EXPECT_TRUE (bytes.contains ("batch.json") && bytes.contains ("shards/00000.jsonl"));
  }
}

TEST (Prepare, JobsAreDealtToShards)
{
  const TestFolder folder;
  prepare (folder / "out", manifest_of (8), folder.rules (), 3);
  const Batch batch = open_batch (folder / "out");
  std::vector<std::string> ids;
  for (std::size_t shard = 0; shard < 3; shard++) {
    const auto jobs = read_shard (batch, shard);
    EXPECT_EQ (jobs.size (), batch.jobs_of (shard));
    for (const Job &job : jobs) ids.push_back (job.id);
  }
  EXPECT_EQ (ids, (std::vector<std::string>{"0", "3", "6", "1", "4", "7", "2", "5"}));
  // The manifest's order.
  int next = 0;
  for (const Job &job : read_jobs (batch)) EXPECT_EQ (job.id, std::to_string (next++));
}

TEST (Prepare, MoreShardsThanJobs)
{
  const TestFolder folder;
  prepare (folder / "out", manifest_of (2), folder.rules (), 5);
  const Batch batch = open_batch (folder / "out");
  EXPECT_EQ (batch.shards (), 5u);
  EXPECT_TRUE (read_shard (batch, 4).empty ());
  EXPECT_EQ (read_jobs (batch).size (), 2u);
}

TEST (Prepare, AgainWithMoreAndOtherClips)
{
  const TestFolder folder;
  prepare (folder / "out", manifest_of (4), folder.rules (), 2);
  const auto before = read_jobs (open_batch (folder / "out"));
  write_file (folder / "clip1.mp4", "new");
  const std::string text = manifest_of (6);
  const Prepared prepared =
      prepare (folder / "out", text.substr (text.find ('\n') + 1), folder.rules (), 2);
  EXPECT_EQ (prepared.same, 2u);
  EXPECT_EQ (prepared.changed, 1u);
  EXPECT_EQ (prepared.added, 2u);
  EXPECT_EQ (prepared.dropped, 1u);
  EXPECT_EQ (prepared.missing.size (), 4u);
  const auto jobs = read_jobs (open_batch (folder / "out"));
  EXPECT_NE (jobs[0].fingerprint, before[1].fingerprint);
  EXPECT_EQ (jobs[1], before[2]);
}

TEST (Prepare, RefusesAnotherBatch)
{
  const TestFolder folder;
  const Path out = folder / "out";
  prepare (out, manifest_of (4), folder.rules (), 2);
  const auto before = bytes_of (out);
  Rules sheet = folder.rules ();
  sheet.recipe = find_recipe ("sheet");
  struct Row {
    Rules rules;
    std::size_t shards;
    const char *why;
  };
  for (const Row &row : {Row{folder.rules (), 3, "a batch of 2 shards"},
                         {folder.rules ({"--loop"}), 2, "other options"},
                         {sheet, 2, "the recipe gif"}}) {
    const std::string said =
        problem_of ([&] { prepare (out, manifest_of (4), row.rules, row.shards); });
    EXPECT_NE (said.find (row.why), std::string::npos) << said;
  }
  EXPECT_EQ (bytes_of (out), before);
  // A folder of something else.
  write_file (folder / "file", "x");
  EXPECT_NE (problem_of ([&] {
               prepare (folder.path (), manifest_of (1), folder.rules (), 1);
             }).find ("is not empty"),
             std::string::npos);
}

TEST (Prepare, RefusesWhileAWorkerIsAtWork)
{
  const TestFolder folder;
  const Path out = folder / "out";
  prepare (out, manifest_of (4), folder.rules (), 2);
  FileClock clock (folder / "clock");
  Leases leases (out / "leases", this_process (), 60, clock);
  auto lease = leases.take (shard_name (1));
  // The same again does no harm.
  prepare (out, manifest_of (4), folder.rules (), 2);
  const auto add = [&] { prepare (out, manifest_of (5), folder.rules (), 2); };
  EXPECT_NE (problem_of (add).find ("A worker on "), std::string::npos);
  lease.reset ();
  add ();
  EXPECT_EQ (open_batch (out).jobs, 5u);
}

TEST (Prepare, AShardThatIsNotAsPreparedIsRefusedAndMadeAgain)
{
  const TestFolder folder;
  const Path out = folder / "out";
  prepare (out, manifest_of (4), folder.rules (), 2);
  const auto before = bytes_of (out);
  write_file (out / "shards" / "00001.jsonl", "{}\n");
  EXPECT_NE (problem_of ([&] { read_jobs (open_batch (out)); }).find ("prepare` again"),
             std::string::npos);
  prepare (out, manifest_of (4), folder.rules (), 2);
  EXPECT_EQ (bytes_of (out), before);
}

TEST (Fingerprint, DependsOnAllThatTheResultDependsOn)
{
  const Job job{"id", "a.gif", {{"/a", 3, "1.5"}, {"/b", 4, "2.5"}}, {"--x", "y"}};
  std::vector<std::string> seen = {fingerprint_of ("gif", job), fingerprint_of ("sheet", job)};
  const auto add = [&] (const std::function<void (Job &)> &change) {
    Job other = job;
    change (other);
    seen.push_back (fingerprint_of ("gif", other));
  };
  add ([] (Job &j) { j.output = "b.gif"; });
  add ([] (Job &j) { j.options = {"--x"}; });
  add ([] (Job &j) { j.options = {"--xy"}; });
  add ([] (Job &j) { j.options = {"y", "--x"}; });
  add ([] (Job &j) { std::swap (j.inputs[0], j.inputs[1]); });
  add ([] (Job &j) { j.inputs[0].size = 5; });
  add ([] (Job &j) { j.inputs[0].modified = "1.6"; });
  add ([] (Job &j) { j.inputs[0].sha256 = "00"; });
  add ([] (Job &j) { j.inputs.pop_back (); });
  for (std::size_t i = 0; i < seen.size (); i++)
    for (std::size_t j = 0; j < i; j++) EXPECT_NE (seen[i], seen[j]) << i << " " << j;
  // The name of the job is nothing of the result.
  Job other = job;
  other.id = "other";
  EXPECT_EQ (fingerprint_of ("gif", other), seen[0]);
}

TEST (Fingerprint, OfTheContentDoesNotDependOnTheTime)
{
  const TestFolder folder;
  const Path clip = folder / "clip0.mp4";
  write_file (clip, "abc");
  for (const bool checksum : {false, true}) {
    Rules rules = folder.rules ();
    rules.checksum = checksum;
    const std::string before = read_manifest (manifest_of (1), rules)[0].fingerprint;
    const Input input = look_at (clip, checksum);
    EXPECT_EQ (change_of (input), "");
    const timespec times[2] = {{1000 + checksum, 5}, {1000 + checksum, 5}};
    utimensat (AT_FDCWD, clip.c_str (), times, 0);
    EXPECT_EQ (before == read_manifest (manifest_of (1), rules)[0].fingerprint, checksum);
    EXPECT_EQ (change_of (input).empty (), checksum);
  }
  const Input input = look_at (clip, true);
  write_file (clip, "abd");
  EXPECT_NE (change_of (input).find ("is not as it was"), std::string::npos);
  remove_tree (clip);
  EXPECT_NE (change_of (input).find ("is not there"), std::string::npos);
}

}  // namespace
}  // namespace quad::batch
