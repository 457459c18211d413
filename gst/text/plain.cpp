#include "text/plain.h"

#include <glib.h>

#include <memory>

namespace quad::text {
namespace {

constexpr gunichar kLineSeparator = 0x2028;
constexpr gunichar kParagraphSeparator = 0x2029;
constexpr gunichar kJoiner = 0x200d;
constexpr std::size_t kMaxBytes = 4;  // of a character
constexpr char kEllipsis[] = "\u2026";

struct Free {
  void operator() (char *p) const { g_free (p); }
};

// The whole characters of the first bytes, and some more than are shown. So the cut sees what
// follows it, and an incomplete character at the end is not shown.
std::string_view beginning (std::string_view text)
{
  return text.substr (0, kMaxBytes * (kMaxCharacters + 2));
}

bool ends_line (gunichar c)
{
  return c == '\n' || c == '\r' || c == kLineSeparator || c == kParagraphSeparator;
}

// Whether the character belongs to the one before it.
bool continues (gunichar c) { return g_unichar_ismark (c) || c == kJoiner; }

// Where to cut before character kMaxCharacters. A text of nothing but marks is cut there.
const char *cut_of (const char *begin)
{
  const char *const end = g_utf8_offset_to_pointer (begin, kMaxCharacters);
  const char *cut = end;
  while (cut != begin && continues (g_utf8_get_char (cut))) cut = g_utf8_prev_char (cut);
  return cut == begin ? end : cut;
}

std::string on_one_line (const std::string &text)
{
  std::string line;
  for (const char *p = text.c_str (); *p; p = g_utf8_next_char (p)) {
    if (p[0] == '\r' && p[1] == '\n') continue;
    if (ends_line (g_utf8_get_char (p)))
      line += ' ';
    else
      line.append (p, static_cast<const char *> (g_utf8_next_char (p)));
  }
  return line;
}

}  // namespace

std::string plain (std::string_view text, bool one_line)
{
  const std::string_view part = beginning (text);
  const std::unique_ptr<char, Free> valid (
      g_utf8_make_valid (part.data (), static_cast<gssize> (part.size ())));
  const char *begin = valid.get ();
  std::string shown = begin;
  if (g_utf8_strlen (begin, -1) > static_cast<glong> (kMaxCharacters))
    shown.assign (begin, cut_of (begin)).append (kEllipsis);
  return one_line ? on_one_line (shown) : shown;
}

}  // namespace quad::text
