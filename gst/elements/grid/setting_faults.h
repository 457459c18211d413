// Values of properties that are refused. The old value stays in force, and a warning says why.
#pragma once

#include <gst/gst.h>

#include <map>
#include <mutex>
#include <string>

namespace quad {

// All functions may be called on any thread, without a lock.
class SettingFaults {
 public:
  explicit SettingFaults (GstElement *element) : element_ (element) {}

  // The value of `setting` ("areas", "sink_0::placeholder") was set: `sentence` says why it is
  // refused; empty: it is good. In NULL and READY the bus may take no messages, so the warning is
  // posted when the element starts.
  void told (const std::string &setting, const std::string &sentence);

  // Posts what was not posted yet. Call it when the element starts.
  void post ();

 private:
  void warn (const std::string &sentence) const;

  GstElement *element_;
  std::mutex lock_;
  std::map<std::string, std::string> untold_;
};

// `sentence` for a message: valid UTF-8, and not too long to read. It may quote what a user set.
std::string readable (const std::string &sentence);

}  // namespace quad
