// How `quad` ends: what is there afterwards, and what is not.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tools/quad/ending.h"
#include "tools/quad/failure.h"
#include "tools/quad/names.h"
#include "tools/quad/report.h"
#include "tools/quad/results.h"

namespace quad {
namespace {

using namespace std::chrono_literals;

class Endings : public testing::Test {
 protected:
  // Programs that end are started anew, as they have threads. They get the same folder.
  Endings ()
  {
    GTEST_FLAG_SET (death_test_style, "threadsafe");
    if (const char *given = getenv (kFolder)) {
      folder_ = given;
      return;
    }
    folder_ = testing::TempDir () + "quad-endings-XXXXXX";
    if (!mkdtemp (folder_.data ())) throw std::runtime_error ("no folder");
    setenv (kFolder, folder_.c_str (), 1);
    own_ = true;
  }
  ~Endings () override
  {
    if (!own_) return;
    unsetenv (kFolder);
    std::filesystem::remove_all (folder_);
  }
  std::string at (const std::string &name) const { return folder_ + "/" + name; }
  static void write (const std::string &path, const std::string &content)
  {
    std::ofstream{path, std::ios::binary} << content;
  }
  static std::string content (const std::string &path)
  {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  // The names in the folder, each followed by a space.
  std::string names (const std::string &sub = "") const
  {
    std::string all;
    for (const std::string &file : files_in (folder_ + sub)) all += base_name (file) + " ";
    return all;
  }

 private:
  static constexpr const char *kFolder = "QUAD_ENDINGS_FOLDER";
  std::string folder_;
  bool own_ = false;
};

[[noreturn]] void wait_for_ever ()
{
  for (;;) pause ();
}

void wait_for_signal ()
{
  while (!interrupted ()) std::this_thread::yield ();
}

// Results

TEST_F (Endings, ResultsTakeTheirNamesTogether)
{
  write (at ("out"), "old");
  ASSERT_EQ (symlink ("out", at ("link").c_str ()), 0);
  {
    Results results;
    write (results.file (at ("out")), "half");
    write (results.folder (at ("new")) + "/1", "half");
  }
  EXPECT_EQ (content (at ("out")), "old");
  EXPECT_EQ (names (), "link out ");
  Results results;
  for (const char *name : {"out", "link", "line\nbreak", "dropped"})
    write (results.file (at (name)), "new");
  results.drop_last ();
  write (results.folder (at ("folder/")) + "/1", "new");
  EXPECT_EQ (content (at ("out")), "old");
  results.publish ();
  EXPECT_EQ (names (), "folder line\nbreak link out ");
  for (const char *name : {"out", "link", "line\nbreak", "folder/1"})
    EXPECT_EQ (content (at (name)), "new");
  EXPECT_EQ (results.names ().size (), 4U);
  const mode_t mask = umask (0);
  umask (mask);
  struct stat info;
  ASSERT_EQ (stat (at ("out").c_str (), &info), 0);
  EXPECT_EQ (info.st_mode & 0777, 0666 & ~mask);
  ASSERT_EQ (stat (at ("folder").c_str (), &info), 0);
  EXPECT_EQ (info.st_mode & 0777, 0777 & ~mask);
}

TEST_F (Endings, FoldersLoseAnOlderRunsPictures)
{
  const char *const kKept[] = {"frame-1.jpg", "frame-004.png", "other-003.jpg",
                               "2024.jpg",    "notes.txt",     "frame-003.jpg.bak"};
  const char *const kGone[] = {"frame-003.jpg", "frame-000003.jpg"};
  for (const std::string sub : {"", "/sub"}) {
    ASSERT_EQ (mkdir (at ("out" + sub).c_str (), 0777), 0);
    for (const char *name : kKept) write (at ("out" + sub + "/" + name), "old");
    for (const char *name : kGone) write (at ("out" + sub + "/" + name), "old");
    write (at ("out" + sub + "/frame-001.jpg"), "old");
  }
  Results results;
  const std::string made = results.folder (at ("out"));
  ASSERT_EQ (mkdir ((made + "/sub").c_str (), 0777), 0);
  ASSERT_EQ (mkdir ((made + "/fresh").c_str (), 0777), 0);
  for (const std::string sub : {"/", "/sub/", "/fresh/"}) {
    write (made + sub + "frame-001.jpg", "new");
    write (made + sub + "frame-002.jpg", "new");
  }
  results.publish ();
  const std::string kept =
      "2024.jpg frame-001.jpg frame-002.jpg frame-003.jpg.bak frame-004.png frame-1.jpg ";
  EXPECT_EQ (names ("/out"), kept + "fresh notes.txt other-003.jpg sub ");
  EXPECT_EQ (names ("/out/sub"), kept + "notes.txt other-003.jpg ");
  EXPECT_EQ (names ("/out/fresh"), "frame-001.jpg frame-002.jpg ");
  for (const char *sub : {"", "/sub", "/fresh"})
    EXPECT_EQ (content (at (std::string ("out") + sub + "/frame-001.jpg")), "new");
}

TEST_F (Endings, ASignalAfterTheLastFrameCounts)
{
  const auto job = [&] (Report &report, Progress &) {
    write (report.results.file (at ("one")), "new");
    write (report.results.file (at ("other")), "new");
    raise (SIGINT);
    wait_for_signal ();
  };
  const auto run = [&] { _exit (static_cast<int> (run_job ("quad", {false, at ("r")}, job))); };
  EXPECT_EXIT (run (), testing::ExitedWithCode (130), "interrupted");
  EXPECT_EQ (names (), "r ");
  EXPECT_NE (content (at ("r")).find ("\"error\":\"interrupted\""), std::string::npos);
}

// Exceptions

TEST_F (Endings, AnyExceptionIsAReport)
{
  const std::pair<std::function<void ()>, std::string> kinds[] = {
      {[] { throw Failure ("a failure"); }, "a failure"},
      {[] { throw std::runtime_error ("another"); }, "another"},
      {[] { std::filesystem::resize_file ("/nonexistent", 0); }, "nonexistent"},
      {[] { throw std::bad_alloc (); }, "bad_alloc"},
      {[] { throw Interrupted{}; }, "interrupted"},
  };
  for (const auto &[run, wanted] : kinds) {
    const Exit exit =
        run_job ("quad", {false, at ("report")}, [&, run = run] (Report &report, Progress &) {
          report.results.file (at ("out"));
          run ();
        });
    EXPECT_EQ (exit, wanted == "interrupted" ? Exit::interrupted : Exit::failed) << wanted;
    EXPECT_NE (content (at ("report")).find (wanted), std::string::npos) << wanted;
    EXPECT_EQ (names (), "report ");
  }
}

TEST_F (Endings, AReportReplacesNoClip)
{
  write (at ("clip"), "clip");
  const Exit exit = run_job ("quad", {false, at ("clip")}, [&] (Report &, Progress &) {
    check_report (at ("clip"), {at ("clip")});
  });
  EXPECT_EQ (exit, Exit::failed);
  EXPECT_EQ (content (at ("clip")), "clip");
}

TEST_F (Endings, AMissingFolderForTemporaryFilesIsASentence)
{
  const std::string before = getenv ("TMPDIR") ? getenv ("TMPDIR") : "/tmp";
  setenv ("TMPDIR", "/nonexistent", 1);
  try {
    new_folder ();
    ADD_FAILURE () << "there is one";
  } catch (const Failure &failure) {
    EXPECT_NE (std::string (failure.what ()).find ("TMPDIR is /nonexistent"), std::string::npos);
  }
  setenv ("TMPDIR", before.c_str (), 1);
}

// Signals

TEST_F (Endings, EachSignalEndsAtOnceWhereNothingIsBegun)
{
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const auto run = [&] {
      signal (number, SIG_DFL);  // nohup ignores one
      catch_signals ([&] (const std::string &why) { write (at ("why"), why); });
      raise (number);
      wait_for_ever ();
    };
    EXPECT_EXIT (run (), testing::ExitedWithCode (130), "interrupted") << number;
    EXPECT_EQ (content (at ("why")), "interrupted");
    unlink (at ("why").c_str ());
  }
}

TEST_F (Endings, TheSecondSignalEndsWhateverHangs)
{
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const auto run = [&] {
      signal (number, SIG_DFL);
      catch_signals ({});
      const Temporary one{Temporary::Kind::file, at ("")};
      const Temporary other{Temporary::Kind::folder, at ("")};
      write (other.path () + "/picture", "half");
      raise (number);
      wait_for_signal ();
      raise (number);
      wait_for_ever ();
    };
    EXPECT_EXIT (run (), testing::ExitedWithCode (130), "interrupted") << number;
    EXPECT_EQ (names (), "") << number;
  }
}

TEST_F (Endings, SignalsThatAreIgnoredStaySo)
{
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const auto run = [&] {
      signal (number, SIG_IGN);
      catch_signals ({});
      raise (number);
      _exit (interrupted () ? 1 : 0);
    };
    EXPECT_EXIT (run (), testing::ExitedWithCode (0), "") << number;
  }
}

TEST_F (Endings, AReaderThatGoesAwayEndsNothing)
{
  const auto run = [] {
    catch_signals ({});
    int ends[2];
    if (pipe (ends) != 0 || close (ends[0]) != 0) _exit (1);
    _exit (::write (ends[1], "x", 1) < 0 && errno == EPIPE && !interrupted () ? 0 : 1);
  };
  EXPECT_EXIT (run (), testing::ExitedWithCode (0), "");
}

// Names come and go, and memory with them, while signals come at any moment.
TEST_F (Endings, SignalsMeetBusyThreads)
{
  write (at ("innocent"), "stays");
  for (int i = 0; i < 8; i++) {
    const auto run = [&] {
      catch_signals ({});
      for (int t = 0; t < 3; t++) {
        std::thread ([&] {
          for (;;) {
            const Temporary file{Temporary::Kind::file, at ("")};
            const std::string other = at ("innocent");
          }
        }).detach ();
      }
      while (!Temporary::any ()) std::this_thread::yield ();
      raise (SIGTERM);
      std::this_thread::sleep_for (std::chrono::microseconds{200 * i});
      raise (SIGTERM);
      wait_for_ever ();
    };
    EXPECT_EXIT (run (), testing::ExitedWithCode (130), "interrupted");
    EXPECT_EQ (names (), "innocent ");
  }
}

// Deadlines

TEST_F (Endings, DeadlinesEndWhatHangs)
{
  const auto job = [&] (Report &report, Progress &) {
    write (report.results.file (at ("out")), "half");
    const Deadline distant{1h, "the distant one"};
    // Another thread's end calls off its own alone.
    std::thread ([] { const Deadline other{1h, "another"}; }).join ();
    const Deadline near{1ms, "it hangs"};
    wait_for_ever ();
  };
  const auto run = [&] { run_job ("quad", {false, at ("report")}, job); };
  EXPECT_EXIT (run (), testing::ExitedWithCode (1), "quad: it hangs");
  EXPECT_EQ (names (), "report ");
  EXPECT_NE (content (at ("report")).find ("\"error\":\"it hangs\""), std::string::npos);
}

TEST_F (Endings, DeadlinesThatAreKeptEndNothing)
{
  for (int i = 0; i < 100; i++) const Deadline kept{1h, "never"};
  const Deadline distant{1h, "never"};
  {
    const Deadline near{200ms, "never"};
  }
  std::this_thread::sleep_for (300ms);
}

}  // namespace
}  // namespace quad
