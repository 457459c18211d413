#include "tools/quad/line.h"

#include <algorithm>
#include <cstdio>

#include "glue/packages.h"
#include "tools/quad/failure.h"
#include "tools/quad/words.h"

namespace quad {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of (std::string_view text, std::string_view others)
{
  return std::all_of (text.begin (), text.end (), [&] (char c) {
    return kLetters.find (c) != std::string_view::npos || others.find (c) != std::string_view::npos;
  });
}

std::string in_quotes (std::string_view text)
{
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') result += '\\';
    result += c;
  }
  return result += '"';
}

// `message` is GStreamer's, with the name between quotes.
std::string sentence_on_missing (const std::string &message)
{
  const std::size_t from = message.find ('"'), to = message.rfind ('"');
  if (from == std::string::npos || to <= from) return message;
  const std::string name = message.substr (from + 1, to - from - 1);
  return text ("there is no ", name, " here: ", advice_on_missing (name));
}

}  // namespace

std::string shell_word (const std::string &word)
{
  // A `!` in a word may be a command of an earlier time, for an interactive bash.
  if (word == "!" || (!word.empty () && consists_of (word, "_./:,=+-"))) return word;
  const bool control = std::any_of (word.begin (), word.end (), is_control);
  std::string result = control ? "$'" : "'";
  for (const char c : word) {
    if (control && is_control (c))
      result += octal (c);
    else if (control && (c == '\'' || c == '\\'))
      result.append ("\\") += c;
    else if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result += '\'';
}

Line &Line::add (std::string_view words)
{
  for (std::size_t at = 0; at < words.size ();) {
    const std::size_t end = std::min (words.find (' ', at), words.size ());
    if (end > at) words_.emplace_back (words.substr (at, end - at));
    at = end + 1;
  }
  return *this;
}

Line &Line::word (std::string word)
{
  words_.push_back (std::move (word));
  return *this;
}

// It is unquoted twice: by the pipeline's parser, and as a property's value. With both layers a
// text may end in any character, also a backslash, before the closing quote.
Line &Line::property (std::string_view name, std::string_view value)
{
  const bool plain = !value.empty () && consists_of (value, "_./+-");
  return word (text (name, '=', plain ? std::string{value} : in_quotes (in_quotes (value))));
}

Line &Line::path (std::string_view name, const std::string &path)
{
  return property (name, path.starts_with ('/') ? path : "./" + path);
}

Line &Line::numbered_path (const std::string &folder, std::string_view pattern)
{
  std::string escaped;
  for (const char c : folder) escaped += c == '%' ? "%%" : std::string (1, c);
  return path ("location", escaped.append ("/").append (pattern));
}

Line &Line::row ()
{
  if (rows_.empty () || rows_.back () != words_.size ()) rows_.push_back (words_.size ());
  return *this;
}

Line &Line::append (const Line &other)
{
  for (const std::size_t row : other.rows_) rows_.push_back (words_.size () + row);
  words_.insert (words_.end (), other.words_.begin (), other.words_.end ());
  return *this;
}

std::string Line::shell () const
{
  std::string result = "gst-launch-1.0 -q";
  auto row = rows_.begin ();
  for (std::size_t i = 0; i < words_.size (); i++) {
    bool begins = false;
    for (; row != rows_.end () && *row <= i; ++row) begins = true;
    result.append (begins ? " \\\n  " : " ").append (shell_word (words_[i]));
  }
  return result;
}

Owned<GstElement> Line::parse () const
{
  std::vector<const char *> arguments;
  for (const std::string &w : words_) arguments.push_back (w.c_str ());
  arguments.push_back (nullptr);
  GError *error = nullptr;
  Owned<GstElement> pipeline{
      gst_parse_launchv_full (arguments.data (), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error)};
  if (error) {
    const std::string message = error->message;
    const bool missing = g_error_matches (error, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT);
    g_error_free (error);
    throw Failure (missing ? sentence_on_missing (message) : message);
  }
  if (!pipeline) throw Failure ("the pipeline could not be made");
  // It has no parent yet, so the reference floats.
  gst_object_ref_sink (pipeline.get ());
  return pipeline;
}

}  // namespace quad
