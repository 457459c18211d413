// Which packets no other one needs.
#include "tensor/packets.h"

#include <gst/check/gstcheck.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "glue/owned.h"

namespace quad::tensor {
namespace {

// The first bytes of NAL units of H.264 (7.3.1): nal_ref_idc and nal_unit_type.
enum Nal : guint8 {
  kLone = 0x01,
  kSlice = 0x61,
  kPartition = 0x02,
  kIdr = 0x65,
  kSei = 0x06,
  kSequence = 0x67,
  kPicture = 0x68,
  kDelimiter = 0x09,
  kExtension = 0x6d,
  kSubset = 0x6f,
};

struct Case {
  std::initializer_list<Nal> nals;
  bool lone;
};

const Case kCases[] = {
    {{kLone}, true},
    {{kLone, kLone}, true},
    {{kDelimiter, kSei, kLone}, true},
    {{kPartition}, true},
    {{kSlice}, false},
    {{kIdr}, false},
    {{kLone, kSlice}, false},
    {{kSequence, kPicture, kIdr}, false},
    {{kDelimiter}, false},
    // Later pictures may need these.
    {{kPicture, kLone}, false},
    {{kSequence, kLone}, false},
    {{kLone, kPicture}, false},
    {{kExtension, kLone}, false},
    {{kSubset, kLone}, false},
};

Owned<GstBuffer> packet (std::initializer_list<Nal> nals, std::vector<guint8> prefix)
{
  constexpr guint8 kBody[] = {0x88, 0x84};
  std::vector<guint8> bytes;
  for (const Nal nal : nals) {
    bytes.insert (bytes.end (), prefix.begin (), prefix.end ());
    bytes.push_back (nal);
    bytes.insert (bytes.end (), std::begin (kBody), std::end (kBody));
  }
  return Owned<GstBuffer>{gst_buffer_new_memdup (bytes.data (), bytes.size ())};
}

TEST (LonePackets, OfH264)
{
  const Owned<GstCaps> stream{
      gst_caps_from_string ("video/x-h264,stream-format=byte-stream,alignment=au")};
  // AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1), whose fifth byte says how long
  // lengths are.
  const Owned<GstCaps> file{gst_caps_from_string (
      "video/x-h264,stream-format=avc,alignment=au,codec_data=(buffer)0164001fff")};
  const auto of_stream = lone_packets (stream.get ()), of_file = lone_packets (file.get ());
  ASSERT_TRUE (of_stream && of_file);
  for (const Case &c : kCases) {
    EXPECT_EQ (of_stream (packet (c.nals, {0, 0, 0, 1}).get ()), c.lone) << &c - kCases;
    EXPECT_EQ (of_file (packet (c.nals, {0, 0, 0, 3}).get ()), c.lone) << &c - kCases;
  }
}

TEST (LonePackets, NotKnown)
{
  for (const char *text :
       {"video/x-h264,stream-format=byte-stream,alignment=nal", "video/x-h264,alignment=au",
        "video/x-h264,stream-format=avc,alignment=au", "video/x-h265,alignment=au"}) {
    const Owned<GstCaps> caps{gst_caps_from_string (text)};
    EXPECT_FALSE (lone_packets (caps.get ())) << text;
  }
}

}  // namespace
}  // namespace quad::tensor
