// Values of properties that are refused. The old value stays in force, and a warning says why.
#pragma once

#include <gst/gst.h>

#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace quad {

// All functions may be called on any thread, without a lock.
class SettingFaults {
 public:
  explicit SettingFaults (GstElement *element) : element_ (element) {}

  // The value of `setting` ("areas", "sink_0::placeholder") was set: `sentence` says why it is
  // refused; empty: it is good. In NULL and READY the bus may take no messages, so the warning is
  // posted when the element starts.
  void told (const std::string &setting, const std::string &sentence);

  // From now on sentences on this thread are kept and not posted, until take_kept () returns the
  // first of them.
  void keep ();
  std::string take_kept ();

  // Posts what was not posted yet. Call it when the element starts.
  void post ();

 private:
  void warn (const std::string &sentence) const;

  GstElement *element_;
  std::mutex lock_;
  std::map<std::string, std::string> untold_;
  std::thread::id keeper_;
  std::string kept_;
};

}  // namespace quad
