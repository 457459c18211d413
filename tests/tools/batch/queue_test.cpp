// Which jobs a worker has done, and which others have.
#include "tools/quad/batch/queue.h"

#include <gtest/gtest.h>

#include "clock.h"
#include "folder.h"

namespace quad::batch {
namespace {

constexpr double kSeconds = 0.1;  // of a lease, so that the queue looks again as soon as it can
constexpr std::size_t kJobs = 5;

struct QueueTest : testing::Test {
  QueueTest ()
  {
    std::string manifest;
    for (std::size_t i = 0; i < kJobs; i++)
      manifest += "{\"input\": \"a.mp4\", \"id\": \"" + std::to_string (i) + "\"}\n";
    prepare (folder / "out", manifest, folder.rules (), 1);
    batch = open_batch (folder / "out");
  }

  void settle (const Job &job) const
  {
    Sidecar sidecar{State::failed, job.fingerprint, "error", "It failed."};
    write_file (batch.sidecar_of (job), sidecar_text (batch, job, sidecar));
  }

  // Another worker takes the shard, and does `count` of its jobs.
  void lose_shard (std::size_t count)
  {
    clock.pass (2 * kSeconds);
    const auto lease = others.take ("00000");
    ASSERT_TRUE (lease);
    queue.renew ();
    for (const Job &job : read_jobs (batch))
      if (count > 0 && state_of (batch, job).state == State::waiting) settle (job), count--;
  }

  // Once the queue looks at shards again.
  std::optional<Task> next ()
  {
    std::optional<Task> task;
    while (!(task = queue.next ()) && queue.has_open ()) g_usleep (gulong (queue.pause () * 1e6));
    return task;
  }

  TestFolder folder;
  Batch batch;
  TestClock clock{folder / "clock"};
  Leases own{folder / "out" / "leases", stranger ("own"), kSeconds, clock};
  Leases others{folder / "out" / "leases", stranger ("other"), kSeconds, clock};
  Queue queue{batch, own, {0}};
};

TEST_F (QueueTest, AJobCountsOnceWhereItsShardIsTakenAgain)
{
  for (int i = 0; i < 2; i++) {
    auto task = next ();
    ASSERT_TRUE (task);
    settle (task->job);
    queue.finish (*task);
  }
  EXPECT_EQ (queue.settled (), 0U);
  lose_shard (2);
  auto last = next ();
  ASSERT_TRUE (last);
  EXPECT_EQ (queue.settled (), 2U);
  settle (last->job);
  queue.finish (*last);
  EXPECT_TRUE (queue.is_empty ());
  EXPECT_EQ (queue.settled (), 2U);
}

TEST_F (QueueTest, AJobCountsOnceWhereOthersDoTheRest)
{
  auto first = next (), second = next ();
  ASSERT_TRUE (first && second);
  settle (first->job);
  queue.finish (*first);
  lose_shard (kJobs - 1);
  EXPECT_TRUE (second->shard->lost);
  queue.drop (*second);
  EXPECT_FALSE (next ());
  EXPECT_TRUE (queue.is_empty ());
  EXPECT_EQ (queue.settled (), kJobs - 1);
}

}  // namespace
}  // namespace quad::batch
