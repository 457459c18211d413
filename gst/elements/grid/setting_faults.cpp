#include "elements/grid/setting_faults.h"

#include <utility>

#include "elements/grid/log.h"
#include "glue/owned.h"

namespace quad {

void SettingFaults::warn (const std::string &sentence) const
{
  GST_ELEMENT_WARNING (element_, RESOURCE, SETTINGS, ("%s", readable (sentence).c_str ()),
                       ("The value before it stays in force."));
}

std::string readable (const std::string &sentence)
{
  constexpr std::size_t kMost = 500;  // bytes; a cut character becomes U+FFFD
  const bool cut = sentence.size () > kMost;
  const Owned<char> valid{
      g_utf8_make_valid (sentence.data (), static_cast<gssize> (cut ? kMost : sentence.size ()))};
  return std::string (valid.get ()).append (cut ? "…" : "");
}

void SettingFaults::told (const std::string &setting, const std::string &sentence)
{
  bool now = false;
  {
    const std::lock_guard guard (lock_);
    now = GST_STATE (element_) > GST_STATE_READY;
    if (sentence.empty () || now)
      untold_.erase (setting);
    else
      untold_[setting] = sentence;
  }
  if (sentence.empty ()) return;
  GST_INFO_OBJECT (element_, "refused: %s", sentence.c_str ());
  if (now) warn (sentence);
}

void SettingFaults::post ()
{
  std::map<std::string, std::string> untold;
  {
    const std::lock_guard guard (lock_);
    untold = std::exchange (untold_, {});
  }
  for (const auto &[setting, sentence] : untold) warn (sentence);
}

}  // namespace quad
