#include "tools/quad/archive.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tools/quad/failure.h"
#include "tools/quad/names.h"

namespace quad {
namespace {

constexpr std::size_t kBlock = 512;
// The format wants a multiple of 64. This is enough for any shape.
constexpr std::size_t kNpyHead = 128;

void put (std::array<char, kBlock> &block, std::size_t at, const std::string &text)
{
  std::copy (text.begin (), text.end (), block.begin () + static_cast<std::ptrdiff_t> (at));
}

std::string octal (std::uintmax_t value, int digits)
{
  std::array<char, 32> text{};
  std::snprintf (text.data (), text.size (), "%0*jo", digits, value);
  return text.data ();
}

// POSIX.1-2017, pax, "ustar Interchange Format".
std::array<char, kBlock> tar_head (const std::string &name, std::uintmax_t size)
{
  std::array<char, kBlock> head{};
  put (head, 0, name);
  put (head, 100, octal (0644, 7));
  put (head, 108, octal (0, 7));
  put (head, 116, octal (0, 7));
  put (head, 124, octal (size, 11));
  put (head, 136, octal (0, 11));
  put (head, 148, "        ");
  head[156] = '0';
  put (head, 257, std::string ("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char> (c);
  put (head, 148, octal (sum, 6) + std::string ("\0 ", 2));
  return head;
}

}  // namespace

void write_tar (const std::string &path, const std::vector<std::string> &files)
{
  std::ofstream out{path, std::ios::binary};
  const std::array<char, kBlock> zeros{};
  for (const std::string &file : files) {
    const std::uintmax_t size = std::filesystem::file_size (file);
    const std::array<char, kBlock> head = tar_head (base_name (file), size);
    out.write (head.data (), kBlock);
    if (size > 0) out << std::ifstream{file, std::ios::binary}.rdbuf ();
    out.write (zeros.data (), static_cast<std::streamsize> ((kBlock - size % kBlock) % kBlock));
  }
  out.write (zeros.data (), kBlock);
  out.write (zeros.data (), kBlock);
  out.close ();
  if (!out) throw Failure (text (path, " cannot be written"));
}

void begin_npy (const std::string &path)
{
  std::ofstream out{path, std::ios::binary};
  out << std::string (kNpyHead, ' ');
  out.close ();
  if (!out) throw Failure (text (path, " cannot be written"));
}

std::uint64_t finish_npy (const std::string &path, Pixels size)
{
  const auto row = static_cast<std::size_t> (size.width) * 3, padded = (row + 3) / 4 * 4;
  const std::uint64_t rows = (std::filesystem::file_size (path) - kNpyHead) / padded;
  const std::uint64_t frames = rows / static_cast<std::uint64_t> (size.height);
  std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
  std::vector<char> line (padded);
  for (std::uint64_t i = 0; padded != row && i < rows; i++) {
    file.seekg (static_cast<std::streamoff> (kNpyHead + i * padded));
    file.read (line.data (), static_cast<std::streamsize> (padded));
    file.seekp (static_cast<std::streamoff> (kNpyHead + i * row));
    file.write (line.data (), static_cast<std::streamsize> (row));
  }
  // numpy.lib.format, version 1.0
  std::string head = text ("{'descr': '|u1', 'fortran_order': False, 'shape': (", frames, ", ",
                           size.height, ", ", size.width, ", 3), }");
  head.resize (kNpyHead - 11, ' ');
  file.seekp (0);
  file << std::string ("\x93NUMPY\x01\x00\x76\x00", 10) << head << '\n';
  file.close ();
  if (!file) throw Failure (text (path, " cannot be written"));
  std::filesystem::resize_file (path,
                                kNpyHead + frames * static_cast<std::uint64_t> (size.height) * row);
  return frames;
}

}  // namespace quad
