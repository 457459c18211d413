#include "tools/quad/batch/recipe.h"

#include <algorithm>

namespace quad::batch {

const std::vector<Recipe> &recipes ()
{
  static const std::vector<Recipe> rows = {
      {"grid", "grid", ".mp4"},   {"extract", "thumbs", ".tar"},    {"gif", "gif", ".gif"},
      {"sheet", "sheet", ".jpg"}, {"matte", "background", ".webm"}, {"shrink", "shrink", ".mp4"},
  };
  return rows;
}

const Recipe *find_recipe (std::string_view name)
{
  const auto found = std::ranges::find (recipes (), name, &Recipe::name);
  return found == recipes ().end () ? nullptr : &*found;
}

std::vector<std::string> words_of (const Recipe &recipe, const std::vector<std::string> &options,
                                   const std::optional<std::string> &report,
                                   const std::string &output,
                                   const std::vector<std::string> &inputs)
{
  std::vector<std::string> words = {std::string (recipe.command)};
  if (report) words.insert (words.end (), {"--report", *report});
  words.insert (words.end (), {"-o", output});
  // Options may be words that come after the clip, as the background does.
  words.insert (words.end (), inputs.begin (), inputs.end ());
  words.insert (words.end (), options.begin (), options.end ());
  return words;
}

bool is_own (const std::string &word)
{
  static const std::vector<std::string> names = {"--report", "--output", "--print", "--help"};
  const bool is_short = word.starts_with ("-o") || word.starts_with ("-h");
  return is_short || std::ranges::find (names, word.substr (0, word.find ('='))) != names.end ();
}

std::vector<std::string> merged (const std::vector<std::string> &words,
                                 const std::vector<Option> &own)
{
  std::vector<std::string> result;
  for (std::size_t i = 0; i < words.size (); i++) {
    const auto replaced = std::ranges::find_if (own, [&] (const Option &option) {
      return words[i] == "--" + option.name || words[i].starts_with ("--" + option.name + "=");
    });
    if (replaced == own.end ()) {
      result.push_back (words[i]);
      continue;
    }
    const bool has_value = !replaced->values.empty () && words[i].find ('=') == std::string::npos;
    if (has_value && i + 1 < words.size ()) i++;
  }
  for (const Option &option : own) {
    if (!option.wanted) continue;
    if (option.values.empty ()) result.push_back ("--" + option.name);
    for (const std::string &value : option.values)
      result.push_back (std::string ("--").append (option.name).append ("=").append (value));
  }
  return result;
}

}  // namespace quad::batch
