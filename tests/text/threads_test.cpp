// Several threads render at once, with one library and with several.
#include <thread>

#include "helpers.h"

namespace quad::text {
namespace {

using TextThreads = TextTest;

TEST_F (TextThreads, GetTheSamePictures)
{
  std::vector<Request> requests;
  for (const char *text : {"one", "\u05d0\u05d1", "three\nlines\nhere", "\U0001F600"})
    for (const char *font : {"Sans 12", "Serif Bold 30", "Monospace 16"})
      requests.push_back ({.text = text, .font = font, .greatest = {300, 200}, .wraps = true});
  std::vector<Picture> expected;
  for (const Request &r : requests) expected.push_back (render (r));

  std::vector<std::thread> threads;
  std::array<int, 4> n_same = {};
  for (std::size_t t = 0; t < n_same.size (); t++)
    threads.emplace_back ([&, t] {
      Library own ({kModule});
      for (int round = 0; round < 5; round++)
        for (std::size_t i = 0; i < requests.size (); i++) {
          Picture picture;
          Library &used = t % 2 ? own : library;
          const bool rendered = used.render (requests[i], picture).empty ();
          n_same[t] += rendered && picture.rgba == expected[i].rgba;
        }
    });
  for (std::thread &t : threads) t.join ();
  for (const int n : n_same) EXPECT_EQ (n, 5 * static_cast<int> (requests.size ()));
}

}  // namespace
}  // namespace quad::text
