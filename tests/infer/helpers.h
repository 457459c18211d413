// What the tests of gst/infer share.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "infer/inference.h"

namespace quad::infer {

// A folder that goes with its content.
class Folder {
 public:
  Folder () : path_ (testing::TempDir () + "quad-infer-XXXXXX") { made_ = mkdtemp (path_.data ()); }
  ~Folder ()
  {
    std::error_code none;
    if (made_) std::filesystem::remove_all (path_, none);
  }
  Folder (const Folder &) = delete;
  Folder &operator= (const Folder &) = delete;

  const std::string &path () const { return path_; }
  // Writes a file, and gives its path.
  std::string write (const std::string &name, const std::string &content) const
  {
    const std::string file = path_ + "/" + name;
    std::ofstream (file, std::ios::binary) << content;
    return file;
  }
  std::vector<std::string> files () const
  {
    std::vector<std::string> all;
    for (const auto &entry : std::filesystem::directory_iterator (path_))
      all.push_back (entry.path ().string ());
    return all;
  }

 private:
  std::string path_;
  bool made_ = false;
};

inline std::string content_of (const std::string &path)
{
  std::stringstream text;
  text << std::ifstream (path, std::ios::binary).rdbuf ();
  return text.str ();
}

// Sets a variable of the environment while it lives.
class Variable {
 public:
  Variable (const char *name, const std::string &value) : name_ (name)
  {
    if (const char *old = std::getenv (name)) {
      had_ = true;
      old_ = old;
    }
    setenv (name, value.c_str (), 1);
  }
  ~Variable ()
  {
    if (had_)
      setenv (name_, old_.c_str (), 1);
    else
      unsetenv (name_);
  }
  Variable (const Variable &) = delete;
  Variable &operator= (const Variable &) = delete;

 private:
  const char *name_;
  std::string old_;
  bool had_ = false;
};

// The lines of a log.
class Lines {
 public:
  Log log ()
  {
    return [this] (Severity severity, const std::string &line) {
      const std::lock_guard held (lock_);
      all_.push_back ({severity, line});
    };
  }
  bool has (Severity severity, const std::string &part)
  {
    const std::lock_guard held (lock_);
    for (const auto &[level, line] : all_)
      if (level == severity && line.find (part) != std::string::npos) return true;
    return false;
  }
  std::size_t count ()
  {
    const std::lock_guard held (lock_);
    return all_.size ();
  }

 private:
  std::mutex lock_;
  std::vector<std::pair<Severity, std::string>> all_;
};

// A tensor with memory of its own.
template <typename T>
struct Data {
  std::vector<std::int64_t> shape;
  std::vector<T> values;

  Tensor tensor () { return {std::as_writable_bytes (std::span (values)), shape}; }
};

inline bool contains (const std::string &text, const std::string &part)
{
  return text.find (part) != std::string::npos;
}

}  // namespace quad::infer
