// The wall in files: one after the other, each of them whole.
#pragma once

#include <memory>
#include <string>

#include "outlet.h"

namespace wall {

class Recording {
 public:
  Recording (Composition &composition, Encoder &encoder, const Config &config);
  ~Recording ();

  // False: `why` has a sentence for the user. Nothing happens if it is on.
  bool start (std::string &why);
  // Ends the file, and waits for that.
  void stop ();
  bool is_on () const { return outlet_ != nullptr; }
  // Why the last one ended by itself, or "".
  const std::string &fault () const { return fault_; }

 private:
  std::string line () const;

  Composition &composition_;
  Encoder &encoder_;
  const Config &config_;
  std::unique_ptr<Outlet> outlet_;
  std::string fault_;
};

}  // namespace wall
