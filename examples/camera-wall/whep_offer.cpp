#include "whep_offer.h"

#include <gst/sdp/sdp.h>

#include <algorithm>
#include <sstream>

namespace wall {
namespace {

using Sdp = std::unique_ptr<GstSDPMessage, decltype (&gst_sdp_message_free)>;

std::string text_of (const GstStructure *format, const char *name)
{
  const char *value = gst_structure_get_string (format, name);
  return value ? value : "";
}

// How well the wall's encoders fit; 0: not at all. They make the constrained baseline profile,
// which every decoder of H.264 takes, in packets that need packetization-mode 1.
int fitness (const GstStructure *format)
{
  const std::string name = text_of (format, "encoding-name");
  if (name == "VP8") return 1;
  if (name != "H264" || text_of (format, "packetization-mode") != "1") return 0;
  const std::string profile = text_of (format, "profile-level-id");
  return profile.starts_with ("42e0") ? 4 : profile.starts_with ("42") ? 3 : 2;
}

void read_medium (const GstSDPMedia *medium, Offer &offer, int &best)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (medium); i++) {
    const char *number = gst_sdp_media_get_format (medium, i);
    const int payload = static_cast<int> (g_ascii_strtoll (number, nullptr, 10));
    const Owned<GstCaps> caps (gst_sdp_media_get_caps_from_media (medium, payload));
    if (!caps) continue;
    const GstStructure *format = gst_caps_get_structure (caps.get (), 0);
    const int fit = fitness (format);
    if (fit <= best) continue;
    best = fit;
    offer.codec = fit == 1 ? Codec::kVp8 : Codec::kH264;
    offer.payload = payload;
    // It becomes a part of a pipeline's text.
    const std::string profile = text_of (format, "profile-level-id");
    const bool plain = profile.size () == 6 &&
                       profile.find_first_not_of ("0123456789abcdefABCDEF") == profile.npos;
    offer.profile = plain ? profile : "42e01f";
  }
}

}  // namespace

std::optional<Offer> read_offer (const std::string &sdp, std::string &why)
{
  GstSDPMessage *made = nullptr;
  const bool parsed =
      !sdp.empty () && gst_sdp_message_new_from_text (sdp.c_str (), &made) == GST_SDP_OK;
  const Sdp message (made, gst_sdp_message_free);
  if (!parsed || gst_sdp_message_medias_len (made) == 0) {
    why = "The body must be an offer in SDP.";
    return std::nullopt;
  }
  Offer offer{Codec::kVp8, 0, "", {}};
  int best = 0;
  for (guint i = 0; i < gst_sdp_message_medias_len (made); i++) {
    const GstSDPMedia *medium = gst_sdp_message_get_media (made, i);
    const char *mid = gst_sdp_media_get_attribute_val (medium, "mid");
    offer.mids.push_back (mid ? mid : "");
    const bool usable = !gst_sdp_media_get_attribute_val (medium, "sendonly") &&
                        !gst_sdp_media_get_attribute_val (medium, "inactive") &&
                        gst_sdp_media_get_attribute_val (medium, "ice-ufrag") &&
                        gst_sdp_media_get_attribute_val (medium, "setup");
    if (usable && g_str_equal (gst_sdp_media_get_media (medium), "video"))
      read_medium (medium, offer, best);
  }
  if (best) return offer;
  why = "The offer must have video to receive, in H.264 with packetization-mode 1, or in VP8.";
  return std::nullopt;
}

std::vector<Candidate> read_candidates (const std::string &fragment, const Offer &offer)
{
  std::vector<Candidate> found;
  std::istringstream lines (fragment);
  std::string line;
  unsigned medium = 0;
  while (std::getline (lines, line)) {
    while (!line.empty () && (line.back () == '\r' || line.back () == ' ')) line.pop_back ();
    if (line.starts_with ("a=mid:")) {
      const auto at = std::find (offer.mids.begin (), offer.mids.end (), line.substr (6));
      medium = static_cast<unsigned> (at - offer.mids.begin ());
    } else if (line.starts_with ("a=candidate:") && medium < offer.mids.size ()) {
      found.push_back ({medium, line.substr (2)});
    }
  }
  return found;
}

}  // namespace wall
