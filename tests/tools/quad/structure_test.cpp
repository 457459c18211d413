// What files say about themselves, and what is missing of them.
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tools/quad/damage.h"
#include "tools/quad/structure.h"
#include "tools/quad/temporary.h"

namespace quad {
namespace {

std::string number (std::uint64_t value, int bytes)
{
  std::string all;
  for (int i = bytes - 1; i >= 0; i--) all += static_cast<char> (value >> 8 * i & 0xff);
  return all;
}

std::string box (const std::string &type, const std::string &content)
{
  return number (8 + content.size (), 4) + type + content;
}

// EBML, with a size of eight bytes; a size of 0: not known.
std::string element (std::uint64_t id, int bytes, const std::string &content, bool known = true)
{
  const std::uint64_t size = known ? content.size () : (std::uint64_t{1} << 56) - 1;
  return number (id, bytes) + number (std::uint64_t{1} << 56 | size, 8) + content;
}

Structure read (const std::string &content)
{
  const Temporary folder = new_folder ();
  const std::string path = folder.path () + "/clip";
  std::ofstream{path, std::ios::binary} << content;
  return structure_of (path);
}

TEST (Structure, BoxesOfMp4)
{
  const std::string mp4 = box ("ftyp", "isom") + box ("moov", "...") + box ("mdat", "pictures");
  EXPECT_FALSE (read (mp4).cut);
  const Structure cut = read (mp4.substr (0, mp4.size () - 3));
  EXPECT_TRUE (cut.cut);
  EXPECT_EQ (cut.wanted, mp4.size ());
  // A size of 64 bits, and one that goes to the end.
  const std::string large = number (1, 4) + "mdat" + number (1000, 8) + "pictures";
  EXPECT_EQ (read (box ("ftyp", "isom") + large).wanted, 12U + 1000U);
  EXPECT_FALSE (read (box ("ftyp", "isom") + number (0, 4) + "mdat...").cut);
  // What follows the boxes may be anything.
  EXPECT_FALSE (read (mp4 + "and a text at its end").cut);
}

TEST (Structure, ElementsOfMatroska)
{
  const std::string head = element (0x1A45DFA3, 4, "head"),
                    info = element (0x1549A966, 4, element (0x4489, 2, "12345678")),
                    no_info = element (0x1549A966, 4, element (0x2AD7B1, 3, "1")),
                    cluster = element (0x1F43B675, 4, element (0xA3, 1, "picture")),
                    cues = element (0x1C53BB6B, 4, "cues");
  const Structure whole = read (head + element (0x18538067, 4, info + cluster + cues));
  EXPECT_TRUE (whole.has_length && whole.has_index && !whole.cut);
  for (const bool known : {true, false}) {
    const std::string live_cluster = element (0x1F43B675, 4, element (0xA3, 1, "picture"), known);
    const std::string live =
        head + element (0x18538067, 4, no_info + live_cluster + live_cluster, false);
    const Structure alive = read (live);
    EXPECT_FALSE (alive.has_length || alive.has_index || alive.cut) << known;
    const Structure cut = read (live.substr (0, live.size () - 2));
    EXPECT_TRUE (cut.cut) << known;
    EXPECT_EQ (cut.wanted, live.size ()) << known;
  }
  const std::string all = head + element (0x18538067, 4, info + cluster + cues);
  const Structure cut = read (all.substr (0, all.size () - 15));
  EXPECT_TRUE (cut.cut && cut.has_length && !cut.has_index);
  EXPECT_EQ (cut.wanted, all.size ());
}

TEST (Structure, OtherFiles)
{
  const std::string avi =
      "RIFF" + number (__builtin_bswap32 (20), 4) + "AVI " + std::string (16, 'x');
  EXPECT_FALSE (read (avi).cut);
  EXPECT_TRUE (read (avi.substr (0, 20)).cut);
  const std::string packet = "\x47" + std::string (187, 'x');
  const std::string packets = packet + packet + packet + packet;
  EXPECT_FALSE (read (packets).cut);
  EXPECT_TRUE (read (packets + packet.substr (1)).cut);
  for (const std::string other : {"", "x", "ID3 and a song", "\xff\xd8\xff"}) {
    const Structure nothing = read (other);
    EXPECT_TRUE (nothing.has_length && nothing.has_index && !nothing.cut) << other;
  }
  EXPECT_EQ (structure_of ("/nonexistent").cut, false);
}

// Damage at any place ends the reading, and not the program.
TEST (Structure, AnyBytes)
{
  const std::string matroska =
      element (0x1A45DFA3, 4, "head") + element (0x18538067, 4, element (0x4489, 2, "12345678"));
  const std::string mp4 = box ("ftyp", "isom") + box ("mdat", "pictures");
  for (const std::string &file : {matroska, mp4}) {
    for (std::size_t at = 0; at < file.size (); at++) {
      for (const char value : {'\0', '\1', '\x7f', '\xff'}) {
        std::string bad = file;
        bad[at] = value;
        EXPECT_LE (sentence_on_cut ("x", read (bad)).size (), 200U);
      }
    }
  }
}

TEST (Damage, Sentences)
{
  EXPECT_TRUE (sentences_on ({}, "a.mp4", GST_SECOND).empty ());
  Damage::Found found{1, 2, true, 3 * GST_SECOND};
  EXPECT_EQ (
      sentences_on (found, "a.mp4", 10 * GST_SECOND),
      (std::vector<std::string>{"1 frame of a.mp4 could not be decoded: it is damaged",
                                "2 frames of a.mp4 could be decoded in parts: it is damaged",
                                "a part of a.mp4 cannot be read and is left out: it is damaged",
                                "a.mp4 ends after 3.0 s of 10.0 s"}));
  found = {0, 0, false, 3 * GST_SECOND};
  EXPECT_TRUE (sentences_on (found, "a.mp4", 3200 * GST_MSECOND).empty ());
  EXPECT_TRUE (sentences_on (found, "a.mp4", 0).empty ());
}

}  // namespace
}  // namespace quad
