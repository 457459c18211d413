// Opens the module that renders text with the first text, because Pango takes 2 to 3 MiB as soon as
// it is linked.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "text/module.h"
#include "text/picture.h"

namespace quad::text {

// Any thread.
class Library {
 public:
  // The one of the process, whose module lies beside the plugin or where it was installed.
  static Library &shared ();

  // Opens the first of `files` that is there.
  explicit Library (std::vector<std::string> files) : files_ (std::move (files)) {}
  Library (const Library &) = delete;
  Library &operator= (const Library &) = delete;

  // Makes the picture. Returns why it cannot be made, as a sentence that says what the user can do;
  // empty: it is made. What the text is made of does not matter, only room and fonts. A module that
  // is missing is not looked for again. What is opened stays open: Pango cannot be unloaded.
  //
  // It takes about a millisecond (the first text longer), so it is not for each frame.
  std::string render (const Request &request, Picture &picture);

 private:
  Render *open ();
  std::string load (const std::string &file);

  const std::vector<std::string> files_;
  std::mutex lock_;  // protects what follows
  bool tried_ = false;
  Render *render_ = nullptr;
  std::string problem_;
};

}  // namespace quad::text
