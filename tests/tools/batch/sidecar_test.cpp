// Sidecars: what is done, and what is not.
#include "tools/quad/batch/sidecar.h"

#include <gtest/gtest.h>

#include "folder.h"
#include "tools/quad/batch/problem.h"
#include "tools/quad/batch/summary.h"

namespace quad::batch {
namespace {

struct SidecarTest : testing::Test {
  SidecarTest ()
  {
    prepare (folder / "out",
             "{\"input\": \"a.mp4\", \"id\": \"a\"}\n{\"input\": \"b.mp4\", \"id\": \"b\"}",
             folder.rules (), 1);
    batch = open_batch (folder / "out");
    job = read_jobs (batch)[0];
  }

  Sidecar done () const
  {
    write_file (batch.result_of (job), "GIF89a");
    Sidecar sidecar{State::done, job.fingerprint};
    sidecar.attempts = 2;
    sidecar.outputs = {output_at (batch.results (), job.output)};
    sidecar.frames = 7;
    sidecar.warnings = {"one", "two"};
    return sidecar;
  }

  Sidecar failed (const std::string &reason) const
  {
    Sidecar sidecar{State::failed, job.fingerprint, reason, "It failed.", "log"};
    sidecar.attempts = 1;
    return sidecar;
  }

  void write (const Sidecar &sidecar) const
  {
    write_file (batch.sidecar_of (job), sidecar_text (batch, job, sidecar));
  }

  TestFolder folder;
  Batch batch;
  Job job;
};

TEST_F (SidecarTest, IsReadAsWritten)
{
  write (done ());
  const Sidecar sidecar = state_of (batch, job);
  EXPECT_EQ (sidecar.state, State::done);
  EXPECT_EQ (sidecar.attempts, 2);
  EXPECT_EQ (sidecar.frames, 7);
  EXPECT_EQ (sidecar.warnings, (std::vector<std::string>{"one", "two"}));
  write (failed ("timeout"));
  EXPECT_EQ (state_of (batch, job).state, State::failed);
  EXPECT_EQ (state_of (batch, job).reason, "timeout");
  EXPECT_EQ (state_of (batch, job).error, "It failed.");
}

TEST_F (SidecarTest, WhatDoesNotMatchIsNotDone)
{
  EXPECT_EQ (state_of (batch, job).state, State::waiting);
  const Sidecar sidecar = done ();
  const auto waits = [&] (const char *what) {
    EXPECT_EQ (state_of (batch, job).state, State::waiting) << what;
  };
  write (sidecar);
  Job other = job;
  other.fingerprint = "another";
  EXPECT_EQ (state_of (batch, other).state, State::waiting);
  EXPECT_EQ (state_of (batch, other).attempts, 0);

  write_file (batch.result_of (job), "GIF8");
  waits ("another size");
  EXPECT_EQ (state_of (batch, job).attempts, 2);
  remove_tree (batch.result_of (job));
  waits ("no result");
  make_folders (batch.result_of (job));
  waits ("a folder");
  remove_tree (batch.result_of (job));
  done ();
  EXPECT_EQ (state_of (batch, job).state, State::done);

  const std::string text = *read_file (batch.sidecar_of (job));
  for (std::size_t length = 0; length + 2 < text.size (); length += 17) {
    write_file (batch.sidecar_of (job), text.substr (0, length));
    waits ("half a sidecar");
  }
}

TEST_F (SidecarTest, AFolderIsDoneWithAllItsFiles)
{
  remove_tree (batch.result_of (job));
  make_folders (batch.result_of (job) / "deep");
  for (const char *name : {"1.jpg", "2.jpg", "deep/3.jpg"})
    write_file (batch.result_of (job) / name, "x");
  Sidecar sidecar{State::done, job.fingerprint};
  sidecar.outputs = {output_at (batch.results (), job.output)};
  EXPECT_EQ (sidecar.outputs[0].files, 3);
  write (sidecar);
  EXPECT_EQ (state_of (batch, job).state, State::done);
  remove_tree (batch.result_of (job) / "2.jpg");
  EXPECT_EQ (state_of (batch, job).state, State::waiting);
}

TEST_F (SidecarTest, StatusCounts)
{
  write (done ());
  Summary summary = summarize (batch);
  EXPECT_EQ (summary.jobs, 2u);
  EXPECT_EQ (summary.done, 1u);
  EXPECT_EQ (summary.waiting (), 1u);
  EXPECT_EQ (summary.frames, 7);
  EXPECT_GT (summary.clips_a_second, 0);
  EXPECT_TRUE (summary.running.empty ());
  write (failed ("crash"));
  summary = summarize (batch);
  EXPECT_EQ (summary.failed, 1u);
  EXPECT_EQ (summary.reasons, (std::map<std::string, std::size_t>{{"crash", 1}}));
}

TEST_F (SidecarTest, RetryMakesFailuresWait)
{
  write (failed ("crash"));
  EXPECT_TRUE (retry (batch, {{"timeout"}, {}}).empty ());
  EXPECT_EQ (state_of (batch, job).state, State::failed);
  EXPECT_THROW (retry (batch, {{}, {"b"}}), Problem);
  EXPECT_EQ (retry (batch, {{"crash"}, {"a"}}).at ("crash"), 1u);
  EXPECT_EQ (state_of (batch, job).state, State::waiting);
  EXPECT_EQ (state_of (batch, job).attempts, 1);
}

TEST_F (SidecarTest, TheIndexHasEachJobInOrder)
{
  write (done ());
  const Merged merged = merge (batch);
  EXPECT_EQ (merged.done, 1u);
  EXPECT_EQ (merged.waiting, 1u);
  const std::string index = *read_file (batch.index ());
  EXPECT_TRUE (index.starts_with (*read_file (batch.sidecar_of (job))));
  EXPECT_NE (index.find ("\n{\"id\":\"b\",\"state\":\"waiting\""), std::string::npos) << index;
  Owner gone = this_process ();
  gone.token.replace (0, gone.token.find ('-'), "999999999");  // no process has that number
  for (const char *name : {".prepare", ".status", ".retry", ".index"})
    write_file (batch.temporary () / (gone.token + name), "x");
  for (const char *name : {"", ".probe"})
    write_file (batch.leases () / ("." + gone.token + name), "x");
  merge (batch);
  EXPECT_EQ (*read_file (batch.index ()), index);
  EXPECT_TRUE (std::filesystem::is_empty (batch.leases ()));
  EXPECT_TRUE (std::filesystem::is_empty (batch.temporary ()));
}

}  // namespace
}  // namespace quad::batch
