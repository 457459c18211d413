// URIs of cameras, and what must not be seen of them.
#pragma once

#include <string>

namespace wall {

// A URI without user and password, and these two, decoded.
struct SplitUri {
  std::string bare;
  std::string user;
  std::string password;
};

SplitUri split_uri (const std::string &uri);

// Text in which every URI has neither user nor password nor query: for logs, labels and the page.
std::string redact (const std::string &text);

// What a wall calls an input that has no name: "smpte" of test:smpte, "door.mp4" of a file,
// "host/path" else.
std::string name_of (const std::string &uri);

// The part before the first colon, in lower case; empty for a path.
std::string scheme_of (const std::string &uri);

}  // namespace wall
