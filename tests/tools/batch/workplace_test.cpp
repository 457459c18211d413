// What killed workers leave, and what living ones keep.
#include "tools/quad/batch/workplace.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <set>
#include <thread>

#include "folder.h"

namespace quad::batch {
namespace {

constexpr double kSeconds = 60;  // of a lease

// In a process that is gone when it returns.
void in_another_process (const std::function<void (const Owner &)> &leave)
{
  const pid_t child = fork ();
  if (child == 0) {
    leave (this_process ());
    _exit (0);
  }
  int status = 1;
  waitpid (child, &status, 0);
  ASSERT_EQ (status, 0);
}

struct WorkplaceTest : testing::Test {
  // As it is when `seconds` have passed.
  void clean_up_after (double seconds) const
  {
    clean_up (folder.path (), FileClock (clock).now () + std::int64_t (seconds * 1e9));
  }
  bool is_there (const std::string &name) const { return facts_of (folder / name).has_value (); }

  TestFolder folder, outside;
  Path clock = outside / "clock";
};

TEST_F (WorkplaceTest, WhatAKilledProcessOfThisMachineLeftGoesAtOnce)
{
  in_another_process ([this] (const Owner &owner) {
    make_folders (folder / owner.token / "1");             // killed before it signed
    write_file (folder / (owner.token + ".status"), "x");  // killed before it removed it
  });
  clean_up_after (0);
  EXPECT_TRUE (std::filesystem::is_empty (folder.path ()));
}

TEST_F (WorkplaceTest, WhatALivingProcessHasStays)
{
  const Workplace place (folder.path (), kSeconds);
  make_folders (folder / this_process ().token);
  clean_up_after (0);
  EXPECT_TRUE (facts_of (place.folder () / "alive"));
  EXPECT_EQ (std::distance (std::filesystem::directory_iterator (folder.path ()), {}), 2);
}

TEST_F (WorkplaceTest, OfAnotherMachineItsTimeTells)
{
  make_folders (folder / "killed-when-it-began");
  make_folders (folder / "signed");
  write_file (folder / "signed" / "alive", "{\"seconds\": 60}");
  write_file (folder / "file", "x");
  clean_up_after (15);
  for (const char *name : {"killed-when-it-began", "signed", "file"})
    EXPECT_TRUE (is_there (name)) << name;
  clean_up_after (25);
  EXPECT_FALSE (is_there ("killed-when-it-began"));
  clean_up_after (115);
  EXPECT_TRUE (is_there ("signed"));
  EXPECT_TRUE (is_there ("file"));
  clean_up_after (125);
  EXPECT_TRUE (std::filesystem::is_empty (folder.path ()));
}

TEST_F (WorkplaceTest, AWorkerThatWasTakenForGoneSignsAgain)
{
  Workplace place (folder.path (), kSeconds);
  const std::string signed_text = *read_file (place.folder () / "alive");
  remove_tree (place.folder ());
  place.keep ();
  EXPECT_EQ (read_file (place.folder () / "alive"), signed_text);
  remove_tree (place.folder ());
  place.clock ().now ();
  EXPECT_EQ (read_file (place.folder () / "alive"), "");
  place.keep ();
  EXPECT_EQ (read_file (place.folder () / "alive"), signed_text);
}

TEST_F (WorkplaceTest, AFolderThatIsRemovedWhenItIsMadeIsMadeAgain)
{
  const std::jthread other ([this] (const std::stop_token &stop) {
    std::set<Path> seen;
    while (!stop.stop_requested ()) {
      std::error_code error;
      for (std::filesystem::directory_iterator i (folder.path (), error), end; !error && i != end;
           i.increment (error))
        if (seen.insert (i->path ()).second) remove_tree (i->path ());
    }
  });
  for (int i = 0; i < 50; i++) EXPECT_NO_THROW (Workplace (folder.path (), kSeconds).keep ());
}

TEST_F (WorkplaceTest, LeasesLeaveNothingBesideThem)
{
  FileClock file_clock (clock);
  Leases leases (folder.path (), this_process (), kSeconds, file_clock);
  in_another_process ([this] (const Owner &owner) {
    write_file (folder / ("." + owner.token), "x");
    write_file (folder / ("." + owner.token + ".probe"), "");
  });
  write_file (folder / ".of-another-machine", "x");
  write_file (folder / "00000.0", "{}");
  EXPECT_EQ (std::distance (std::filesystem::directory_iterator (folder.path ()), {}), 4);
  leases.clean_up ();
  EXPECT_EQ (std::distance (std::filesystem::directory_iterator (folder.path ()), {}), 2);
  EXPECT_TRUE (is_there (".of-another-machine"));
  EXPECT_TRUE (is_there ("00000.0"));
}

}  // namespace
}  // namespace quad::batch
