// Which process something belongs to, so that others can tell that it is gone.
#pragma once

#include <sys/types.h>

#include <string>

#include "tools/quad/batch/json.h"

namespace quad::batch {

struct Owner {
  // Of no other process, and can be a file's name. It says whose the file is, so that what a killed
  // process leaves has an owner from its first moment: process, its begin, a hash of boot and
  // space, a random number, host.
  std::string token;
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
// The same of the owner of a file or folder whose name begins with a token; a dot may come before.
// Other names: false.
bool is_owner_gone (const std::string &name);

Json<JsonObject> to_json (const Owner &owner);
Owner owner_of (JsonObject *object);

}  // namespace quad::batch
