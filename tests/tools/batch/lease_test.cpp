// Leases, on a clock that the test moves.
#include "tools/quad/batch/lease.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "clock.h"
#include "folder.h"

namespace quad::batch {
namespace {

constexpr double kSeconds = 10;

struct LeaseTest : testing::Test {
  TestFolder folder;
  TestClock clock{folder / "clock"};
  Leases a{folder / "leases", stranger ("a"), kSeconds, clock};
  Leases b{folder / "leases", stranger ("b"), kSeconds, clock};
};

TEST_F (LeaseTest, OneHoldsIt)
{
  auto lease = a.take ("x");
  ASSERT_TRUE (lease);
  EXPECT_FALSE (b.take ("x"));
  EXPECT_FALSE (a.take ("x"));
  EXPECT_TRUE (b.take ("y"));
  const auto holder = b.holder ("x");
  ASSERT_TRUE (holder);
  EXPECT_EQ (holder->owner.host, "a");
  EXPECT_EQ (holder->seconds, kSeconds);
}

TEST_F (LeaseTest, ReleasedItIsFree)
{
  a.take ("x").reset ();
  EXPECT_FALSE (b.holder ("x"));
  EXPECT_TRUE (b.take ("x"));
}

TEST_F (LeaseTest, ItEndsIfItIsNotRenewed)
{
  auto lease = a.take ("x");
  clock.pass (kSeconds - 1);
  EXPECT_FALSE (b.take ("x"));
  clock.pass (2);
  auto second = b.take ("x");
  ASSERT_TRUE (second);
  // The first one learns of it, and does not take it away.
  EXPECT_FALSE (lease->is_ours ());
  EXPECT_FALSE (lease->renew ());
  lease.reset ();
  EXPECT_TRUE (second->is_ours ());
  clock.pass (-kSeconds);  // the second was taken by the file system's own clock
  EXPECT_EQ (a.holder ("x")->owner.host, "b");
}

TEST_F (LeaseTest, ALateRenewalKeepsItIfNobodyWantedIt)
{
  auto lease = a.take ("x");
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  utimensat (AT_FDCWD, (folder / "leases" / "x.0").c_str (), old, 0);
  EXPECT_FALSE (b.holder ("x"));
  EXPECT_TRUE (lease->renew ());
  EXPECT_TRUE (b.holder ("x"));
  EXPECT_FALSE (b.take ("x"));
}

TEST_F (LeaseTest, TheHoldersOwnTermCounts)
{
  Leases patient (folder / "leases", stranger ("c"), 100, clock);
  auto lease = patient.take ("x");
  clock.pass (50);
  EXPECT_FALSE (b.take ("x"));
}

TEST_F (LeaseTest, ADeadProcessOfThisMachineHoldsNothing)
{
  const pid_t child = fork ();
  if (child == 0) {
    Leases leases (folder / "leases", this_process (), kSeconds, clock);
    auto lease = leases.take ("x");
    _exit (lease ? 0 : 1);  // without releasing it
  }
  int status = 0;
  waitid (P_PID, id_t (child), nullptr, WEXITED | WNOWAIT);
  // Until it was waited for, it is there.
  waitpid (child, &status, 0);
  ASSERT_EQ (status, 0);
  EXPECT_FALSE (b.holder ("x"));
  EXPECT_TRUE (b.take ("x"));
}

TEST_F (LeaseTest, AnotherProcessWithTheSameNumberIsNotTheOwner)
{
  Owner owner = this_process ();
  EXPECT_FALSE (is_gone (owner));
  owner.begun = "1";
  EXPECT_TRUE (is_gone (owner));
  owner.space = "another";
  EXPECT_FALSE (is_gone (owner));
}

TEST_F (LeaseTest, OfManyExactlyOneGetsIt)
{
  for (int round = 0; round < 20; round++) {
    std::vector<std::thread> threads;
    std::vector<std::optional<Lease>> got (8);
    std::vector<std::unique_ptr<Leases>> all;
    for (int i = 0; i < 8; i++)
      all.push_back (std::make_unique<Leases> (folder / "leases", stranger (std::to_string (i)),
                                               kSeconds, clock));
    for (int i = 0; i < 8; i++)
      threads.emplace_back ([&, i] {
        auto lease = all[i]->take ("x");
        if (lease) got[i].emplace (std::move (*lease));
      });
    for (std::thread &thread : threads) thread.join ();
    int count = 0;
    for (const auto &lease : got) count += lease.has_value ();
    EXPECT_EQ (count, 1);
    got.clear ();  // before the Leases
  }
}

}  // namespace
}  // namespace quad::batch
