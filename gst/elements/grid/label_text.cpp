#include "elements/grid/label_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

namespace quad {
namespace {

constexpr char kNone[] = "-";
constexpr char kTime[] = "%H:%M:%S";

void add_number (std::uint64_t value, std::string &text, int digits = 1)
{
  std::array<char, 20> number;
  const auto end = std::to_chars (number.begin (), number.end (), value).ptr;
  for (auto n = end - number.begin (); n < digits; n++) text += '0';
  text.append (number.begin (), end);
}

void add_side (int side, std::string &text)
{
  if (side > 0)
    add_number (static_cast<std::uint64_t> (side), text);
  else
    text += kNone;
}

// 0:01:02.345
void add_time (GstClockTime time, std::string &text)
{
  if (!GST_CLOCK_TIME_IS_VALID (time)) {
    text += kNone;
    return;
  }
  const std::uint64_t ms = time / GST_MSECOND;
  add_number (ms / 3600000, text);
  text += ':';
  add_number (ms / 60000 % 60, text, 2);
  text += ':';
  add_number (ms / 1000 % 60, text, 2);
  text += '.';
  add_number (ms % 1000, text, 3);
}

void add_local_time (std::int64_t at, const char *format, std::string &text)
{
  const auto seconds = static_cast<std::time_t> (at / G_USEC_PER_SEC);
  std::tm parts = {};
  std::array<char, 256> written;
  if (at < 0 || !localtime_r (&seconds, &parts)) {
    text += kNone;
    return;
  }
  const std::size_t length = std::strftime (written.data (), written.size (), format, &parts);
  if (length > 0)
    text.append (written.data (), length);
  else
    text += kNone;  // it is longer
}

// With two places where it is no whole number: 29.97.
void add_rate (int num, int den, std::string &text)
{
  if (num <= 0 || den <= 0) {
    text += kNone;
    return;
  }
  const auto hundredths = static_cast<std::uint64_t> (std::llround (100.0 * num / den));
  add_number (hundredths / 100, text);
  if (hundredths % 100 == 0) return;
  text += '.';
  add_number (hundredths % 100, text, 2);
}

}  // namespace

const LabelPattern::Field LabelPattern::kFields[] = {
    {"name", [] (const LabelFacts &f, const char *, std::string &text) { text += f.name; }},
    {"state", [] (const LabelFacts &f, const char *, std::string &text) { text += f.state; }},
    {"pts", [] (const LabelFacts &f, const char *, std::string &text) { add_time (f.pts, text); }},
    {"clock",
     [] (const LabelFacts &f, const char *format, std::string &text) {
       add_local_time (f.arrival, *format ? format : kTime, text);
     }},
    {"rate", [] (const LabelFacts &f, const char *,
                 std::string &text) { add_rate (f.rate_num, f.rate_den, text); }},
    {"age",
     [] (const LabelFacts &f, const char *, std::string &text) {
       if (GST_CLOCK_TIME_IS_VALID (f.age))
         add_number (f.age / GST_SECOND, text);
       else
         text += kNone;
     }},
    {"width",
     [] (const LabelFacts &f, const char *, std::string &text) { add_side (f.width, text); }},
    {"height",
     [] (const LabelFacts &f, const char *, std::string &text) { add_side (f.height, text); }},
};

const LabelPattern::Field *LabelPattern::find (std::string_view name)
{
  const auto *const found = std::find_if (std::begin (kFields), std::end (kFields),
                                          [name] (const Field &f) { return f.name == name; });
  return found == std::end (kFields) ? nullptr : found;
}

std::string LabelPattern::known_fields ()
{
  std::string list;
  for (const Field &f : kFields) {
    if (!list.empty ()) list += ", ";
    list.append ("{").append (f.name).append ("}");
  }
  return list;
}

void LabelPattern::add_text (std::string_view text)
{
  if (parts_.empty () || parts_.back ().write) parts_.push_back ({nullptr, {}});
  parts_.back ().text += text;
}

LabelPattern::LabelPattern (std::string_view pattern)
{
  while (!pattern.empty ()) {
    const std::size_t brace = std::min (pattern.find_first_of ("{}"), pattern.size ());
    if (brace > 0) add_text (pattern.substr (0, brace));
    pattern.remove_prefix (brace);
    if (pattern.empty ()) break;
    const bool twice = pattern.starts_with ("{{") || pattern.starts_with ("}}");
    if (twice || pattern.front () == '}') {
      add_text (pattern.substr (0, 1));
      pattern.remove_prefix (twice ? 2 : 1);
      continue;
    }
    const std::size_t close = pattern.find ('}');
    const std::string_view whole = pattern.substr (0, close == pattern.npos ? close : close + 1);
    pattern.remove_prefix (whole.size ());
    const std::string_view inside = whole.substr (1, whole.size () - 2);
    const std::size_t colon = std::min (inside.find (':'), inside.size ());
    const Field *field = close == pattern.npos ? nullptr : find (inside.substr (0, colon));
    if (field) {
      parts_.push_back (
          {field->write, std::string (inside.substr (std::min (colon + 1, inside.size ())))});
      continue;
    }
    if (unknown_.empty ()) unknown_ = whole;
    add_text (whole);
  }
}

void LabelPattern::write (const LabelFacts &facts, std::string &text) const
{
  text.clear ();
  for (const Part &p : parts_) {
    if (p.write)
      p.write (facts, p.text.c_str (), text);
    else
      text += p.text;
  }
}

}  // namespace quad
