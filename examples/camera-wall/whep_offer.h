// A viewer's offer: what of it the wall uses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "encoder.h"

namespace wall {

struct Offer {
  Codec codec;
  int payload;                    // the viewer's number for the codec
  std::string profile;            // the viewer's profile-level-id of H.264
  std::vector<std::string> mids;  // of its media, in their order
};

// H.264 if the viewer takes it, else VP8. No value: `why` says what is wrong with it.
std::optional<Offer> read_offer (const std::string &sdp, std::string &why);

// One candidate of a viewer's trickle, for the medium of that number.
struct Candidate {
  unsigned medium;
  std::string text;  // candidate:...
};

// The candidates in the body of a PATCH.
std::vector<Candidate> read_candidates (const std::string &fragment, const Offer &offer);

}  // namespace wall
