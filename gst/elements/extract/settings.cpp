#include "elements/extract/settings.h"

#include <array>

namespace quad::extract {
namespace {

struct Row {
  Selection selection;
  const char *name;
  bool (*is_set) (const Settings &);
};

constexpr std::array kSelections = {
    Row{Selection::rate, "rate", [] (const Settings &s) { return s.rate_n > 0; }},
    Row{Selection::timestamps, "timestamps",
        [] (const Settings &s) { return !s.timestamps->empty (); }},
    Row{Selection::indices, "indices", [] (const Settings &s) { return !s.indices->empty (); }},
    Row{Selection::every_nth, "every-nth", [] (const Settings &s) { return s.every_nth > 0; }},
    Row{Selection::keyframes, "keyframes", [] (const Settings &s) { return s.keyframes; }},
};

}  // namespace

List list_of (std::vector<guint64> values)
{
  return std::make_shared<const std::vector<guint64>> (std::move (values));
}

const char *name_of (Selection selection)
{
  for (const Row &row : kSelections)
    if (row.selection == selection) return row.name;
  return "everything";
}

std::optional<Selection> selection_of (const Settings &s, std::string &problem)
{
  const Row *found = nullptr;
  for (const Row &row : kSelections) {
    if (!row.is_set (s)) continue;
    if (found) {
      problem = std::string (found->name) + " and " + row.name + " are both set: set one of them.";
      return {};
    }
    found = &row;
  }
  for (const guint64 time : *s.timestamps) {
    if (time <= static_cast<guint64> (kUnlimited)) continue;
    problem = "timestamps holds " + std::to_string (time) + ", which is no time: the largest is " +
              std::to_string (kUnlimited) + " ns.";
    return {};
  }
  for (const std::string *text : {&s.list_problem, &s.start_problem, &s.stop_problem}) {
    if (text->empty ()) continue;
    problem = *text;
    return {};
  }
  if (s.start_time != GST_CLOCK_TIME_NONE && s.stop_time <= s.start_time) {
    problem = "stop-time is not after start-time.";
    return {};
  }
  return found ? found->selection : Selection::everything;
}

StreamSettings for_stream (const Settings &settings)
{
  StreamSettings s{settings};
  // Text that was no time left the settings as they were.
  s.list_problem = s.start_problem = s.stop_problem = "";
  std::string problem;
  s.selection = selection_of (s, problem).value_or (Selection::everything);
  s.passes_all = s.selection == Selection::everything && s.max_frames == 0 &&
                 s.start_time == GST_CLOCK_TIME_NONE && s.stop_time == GST_CLOCK_TIME_NONE;
  return s;
}

}  // namespace quad::extract
