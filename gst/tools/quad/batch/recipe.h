// What can be done to a batch of clips: a command of `quad`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quad::batch {

struct Recipe {
  std::string_view name;
  std::string_view command;  // of `quad`
  std::string_view ending;   // of a result's name where nobody says another
};

// All of them.
const std::vector<Recipe> &recipes ();

// Null where there is none of that name.
const Recipe *find_recipe (std::string_view name);

// The words of a child's command line, without the program. Each has this form:
// `COMMAND --report REPORT -o OUTPUT INPUT... OPTION...`, for people without the report.
std::vector<std::string> words_of (const Recipe &recipe, const std::vector<std::string> &options,
                                   const std::optional<std::string> &report,
                                   const std::string &output,
                                   const std::vector<std::string> &inputs);

// Whether a word is an option that `quad batch` sets itself, or that makes no result: as --report,
// -o, --output=x, --print or --help.
bool is_own (const std::string &word);

// An option of one clip, as --NAME=VALUE or --NAME.
struct Option {
  std::string name;                 // without the leading --
  std::vector<std::string> values;  // one word for each; none: a flag
  bool wanted = true;               // false: a flag that this clip shall not have
};

// The recipe's options and a clip's own: where both have an option, the clip's replaces the
// recipe's.
std::vector<std::string> merged (const std::vector<std::string> &words,
                                 const std::vector<Option> &own);

}  // namespace quad::batch
