// What `quad` writes besides videos, and how it steers: without a pipeline that runs.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "tools/quad/archive.h"
#include "tools/quad/budget.h"
#include "tools/quad/failure.h"
#include "tools/quad/mosaic.h"
#include "tools/quad/names.h"
#include "tools/quad/report.h"
#include "tools/quad/results.h"
#include "tools/quad/temporary.h"
#include "tools/quad/webvtt.h"

namespace quad {
namespace {

std::string content (const std::string &path)
{
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST (WebVtt, HasCuesWithMediaFragments)
{
  const std::string file =
      webvtt ("a.jpg", {{0, 1500 * GST_MSECOND, 0, 0, 160, 90},
                        {1500 * GST_MSECOND, 3723004 * GST_MSECOND, 160, 90, 160, 90}});
  EXPECT_EQ (file,
             "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na.jpg#xywh=0,0,160,90\n\n"
             "00:00:01.500 --> 01:02:03.004\na.jpg#xywh=160,90,160,90\n");
}

TEST (WebVtt, AddressesAreRelative)
{
  EXPECT_EQ (relative_address ("o.vtt", "o.jpg"), "o.jpg");
  EXPECT_EQ (relative_address ("a/o.vtt", "b/o.jpg"), "../b/o.jpg");
  EXPECT_EQ (relative_address ("/a/o.vtt", "/a/b/o.jpg"), "b/o.jpg");
  EXPECT_EQ (relative_address ("o.vtt", "100% #1\n--> é.jpg"),
             "100%25%20%231%0A--%3E%20%C3%A9.jpg");
}

TEST (Archive, NumpyRowsLoseTheirPadding)
{
  const Temporary folder{new_folder ()};
  const std::string path = folder.path () + "/o.npy";
  begin_npy (path);
  // Two frames of 3x2 pixels: 9 bytes a row, and 3 of padding.
  std::string pixels;
  for (int row = 0; row < 4; row++)
    pixels += std::string (9, static_cast<char> ('a' + row)) + "???";
  std::ofstream{path, std::ios::binary | std::ios::app} << pixels;
  EXPECT_EQ (finish_npy (path, {3, 2}), 2U);
  const std::string file = content (path);
  ASSERT_EQ (file.size (), 128U + 36U);
  EXPECT_EQ (file.substr (0, 10), std::string ("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ (file.substr (10, 62),
             "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 3, 3)");
  EXPECT_EQ (file[127], '\n');
  EXPECT_EQ (file.substr (128), std::string (9, 'a') + std::string (9, 'b') + std::string (9, 'c') +
                                    std::string (9, 'd'));
}

TEST (Mosaic, PlacesAndSizes)
{
  Mosaic mosaic;
  mosaic.pictures.resize (7);
  mosaic.cell = {100, 50};
  mosaic.columns = 3;
  mosaic.gap = 8;
  EXPECT_EQ (mosaic.rows (), 3);
  EXPECT_EQ (mosaic.size ().width, 3 * 108 + 8);
  EXPECT_EQ (mosaic.size ().height, 3 * 58 + 8);
  EXPECT_EQ (mosaic.place (4).width, 8 + 108);
  EXPECT_EQ (mosaic.place (4).height, 8 + 58);
  EXPECT_EQ (square_columns (1), 1);
  EXPECT_EQ (square_columns (5), 3);
  EXPECT_EQ (square_columns (9), 3);
  mosaic.cell = {8000, 50};
  EXPECT_THROW (mosaic_line (mosaic, "jpg", "o.jpg"), Failure);
  EXPECT_THROW (mosaic_line (mosaic, "gif", "o.gif"), Failure);
}

TEST (Report, IsJson)
{
  Report report;
  report.inputs = {"a \"b\"\n\xff"};
  report.frames = 3;
  EXPECT_EQ (json_of (report).find ("error"), std::string::npos);
  report.error = "there is no file";
  EXPECT_EQ (json_of (report).find ("storage"), std::string::npos);
  report.storage = true;
  const std::string json = json_of (report);
  EXPECT_EQ (json.find ("{\"frames\":3,\"inputs\":[\"a \\\"b\\\"\\n\xef\xbf\xbd\"]"), 0U) << json;
  EXPECT_NE (json.find ("\"error\":\"there is no file\""), std::string::npos);
  EXPECT_NE (json.find ("\"storage\":true"), std::string::npos);
}

mode_t rights_of (const std::string &path)
{
  struct stat facts = {};
  stat (path.c_str (), &facts);
  return facts.st_mode & 07777;
}

// Writes `what` as the result `out`, which is a file, or a file in a folder.
void publish (const std::string &what, const std::string &out, const std::string &name = "")
{
  Results results;
  const std::string path = name.empty () ? results.file (out) : results.folder (out) + "/" + name;
  std::ofstream{path} << what;
  results.publish ();
  EXPECT_EQ (results.names (), std::vector<std::string>{out});
}

struct ResultsOnDisk : testing::Test {
  ResultsOnDisk () : before{umask (027)}
  {
    std::filesystem::create_directory (folder + "/real");
    std::ofstream{old} << "old";
    chmod (old.c_str (), 0604);
  }
  ~ResultsOnDisk () override { umask (before); }

  Temporary made{new_folder ()};
  std::string folder = made.path (), old = folder + "/real/old.gif", link = folder + "/link.gif";
  mode_t before;
};

TEST_F (ResultsOnDisk, ANewFileHasTheRightsOfNewFiles)
{
  publish ("new", folder + "/new.gif");
  EXPECT_EQ (rights_of (folder + "/new.gif"), 0640U);
}

TEST_F (ResultsOnDisk, AnOlderFileKeepsItsRights)
{
  publish ("new", old);
  EXPECT_EQ (content (old), "new");
  EXPECT_EQ (rights_of (old), 0604U);
  publish ("newer", folder + "/real", "old.gif");
  EXPECT_EQ (content (old), "newer");
  EXPECT_EQ (rights_of (old), 0604U);
}

TEST_F (ResultsOnDisk, ALinkStaysAndLeadsToTheResult)
{
  for (const char *name : {"old.gif", "new.gif"}) {
    const std::string target = text ("real/", name), real = text (folder, '/', target);
    const std::string between = text (folder, "/between-", name);
    std::filesystem::remove (link);
    std::filesystem::create_symlink (target, between);
    std::filesystem::create_symlink (between, link);
    EXPECT_TRUE (same_place (link, real));
    check_output (link, {});
    publish ("new", link);
    EXPECT_EQ (content (real), "new");
    EXPECT_FALSE (std::filesystem::is_symlink (real));
    EXPECT_EQ (std::filesystem::read_symlink (link), between);
    EXPECT_EQ (std::filesystem::read_symlink (between), target);
  }
  EXPECT_EQ (rights_of (old), 0604U);
  EXPECT_EQ (files_in (folder + "/real").size (), 2U);
}

TEST_F (ResultsOnDisk, ALinkToAFolderStays)
{
  std::filesystem::create_symlink ("real", folder + "/link");
  std::filesystem::create_symlink ("later", folder + "/next");
  publish ("new", folder + "/link", "a.gif");
  publish ("new", folder + "/next", "a.gif");
  EXPECT_EQ (content (folder + "/real/a.gif"), "new");
  EXPECT_EQ (content (folder + "/later/a.gif"), "new");
  EXPECT_TRUE (std::filesystem::is_symlink (folder + "/next"));
}

TEST_F (ResultsOnDisk, ALinkOfWhichThereIsNoFolderIsRefused)
{
  std::filesystem::create_symlink ("nowhere/new.gif", link);
  EXPECT_THROW (check_output (link, {}), Failure);
}

TEST_F (ResultsOnDisk, APipeIsLeftAlone)
{
  const std::string pipe = folder + "/pipe";
  ASSERT_EQ (mkfifo (pipe.c_str (), 0600), 0);
  EXPECT_FALSE (rename_on_disk (old, pipe));
  EXPECT_TRUE (std::filesystem::is_fifo (pipe));
  EXPECT_EQ (content (old), "old");
}

// A film whose frames need `need (i)` bytes without loss, of which `lossy` leaves e to the minus
// `effect` times it.
std::uint64_t write (Budget &budget, int frames, double effect, double (*need) (int))
{
  for (int i = 0; i < frames; i++) {
    budget.next (static_cast<std::uint64_t> (need (i) * std::exp (-effect * budget.lossy ())));
  }
  return budget.written ();
}

double even (int) { return 10000; }
double lively_end (int i) { return i < 190 ? 2000 : 60000; }
double first_is_large (int i) { return i == 0 ? 60000 : 10000; }

TEST (Budget, OnePassKeepsItWhereFilmsAreEven)
{
  for (const double effect : {0.01, 0.02, 0.035}) {
    for (auto *need : {even, first_is_large}) {
      for (const double part : {0.9, 0.6, 0.45}) {
        const double all = 200 * 10000;
        const auto limit = static_cast<std::uint64_t> (all * part);
        Budget budget{limit, 200, {}, 0};
        const std::uint64_t size = write (budget, 200, effect, need);
        EXPECT_LE (size, limit) << effect << " " << part;
        EXPECT_GT (size, limit * 85 / 100) << effect << " " << part;
      }
    }
  }
}

TEST (Budget, NothingIsLostWhereThereIsRoom)
{
  Budget budget{10000 * 1000, 200, {}, 0};
  EXPECT_EQ (write (budget, 200, 0.02, even), 200 * 10000U);
  EXPECT_EQ (budget.lossy (), 0);
}

TEST (Budget, ASecondPassKnowsWhereTheBytesGo)
{
  const std::uint64_t limit = 500000;
  Budget first{limit, 200, {}, 0};
  EXPECT_GT (write (first, 200, 0.02, lively_end), limit);
  EXPECT_FALSE (first.exhausted ());
  Budget second{limit, 200, first.needs (), first.learnt (limit)};
  const std::uint64_t size = write (second, 200, 0.02, lively_end);
  EXPECT_LE (size, limit);
  EXPECT_GT (size, limit * 85 / 100);
}

TEST (Budget, SaysWhatCannotBe)
{
  const std::uint64_t limit = 1000;
  Budget first{limit, 200, {}, 0};
  write (first, 200, 0.02, even);
  Budget second{limit, 200, first.needs (), first.learnt (limit)};
  EXPECT_GT (write (second, 200, 0.02, even), limit);
  EXPECT_TRUE (second.exhausted ());
}

}  // namespace
}  // namespace quad
