// Which process something belongs to, so that others can tell that it is gone.
#pragma once

#include <sys/types.h>

#include <string>

#include "tools/quad/batch/json.h"

namespace quad::batch {

struct Owner {
  std::string
      token;  // of no other process: host, process and a random number; can be a file's name
  std::string host;
  std::string boot;   // the kernel's number of this start of the machine
  std::string space;  // the namespace of process numbers: containers have their own
  pid_t pid = 0;
  std::string begun;  // when the process began, in the kernel's ticks: process numbers come again
};

Owner this_process ();

// Whether it is certain that the process has ended: it ran on this machine, and is not there.
// A process of another machine may be gone, too; only its lease tells.
bool is_gone (const Owner &owner);

Json<JsonObject> to_json (const Owner &owner);
Owner owner_of (JsonObject *object);

}  // namespace quad::batch
