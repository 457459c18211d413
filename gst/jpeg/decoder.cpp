#include "jpeg/decoder.h"

#include <turbojpeg.h>

#include <cstring>
#include <limits>
#include <new>

namespace quad::jpeg {
namespace {

// The colour space that TurboJPEG finds for each of ours.
int turbojpeg_colors (Colors colors)
{
  switch (colors) {
    case Colors::grey: return TJCS_GRAY;
    case Colors::rgb: return TJCS_RGB;
    default: return TJCS_YCbCr;
  }
}

// The plane of a frame that holds component `c`: Y, U, V or R, G, B.
std::size_t plane_of (const FormatInfo &format, int c)
{
  for (const RasterInfo &raster : format.raster)
    for (const ChannelInfo &channel : raster.channel)
      if (channel.component == c && channel.step > 0)
        return static_cast<std::size_t> (channel.plane);
  return 0;
}

bool ends (Bytes jpeg)
{
  const std::size_t n = jpeg.size ();
  return n >= 2 && jpeg[n - 2] == kPrefix && jpeg[n - 1] == kEoi;
}

// What is left of a cut JPEG without a segment that is cut: the library would give up at it.
Bytes whole_segments (Bytes jpeg)
{
  for (std::size_t at = 0;;) {
    while (at < jpeg.size () && jpeg[at] != kPrefix) at++;
    const std::size_t begin = at;
    while (at < jpeg.size () && jpeg[at] == kPrefix) at++;
    if (at >= jpeg.size ()) return jpeg.first (begin);
    if (stands_alone (jpeg[at++])) continue;
    const std::size_t left = jpeg.size () - at;
    if (left < 2 || read_16 (jpeg, at) > left) return jpeg.first (begin);
    at += read_16 (jpeg, at);
  }
}

// Some cameras write more bytes between their last block and EOI. The message is that of the first
// warning, and nothing comes after EOI, so it is the only one. Bytes before a restart marker harm
// nothing either, but may hide later damage.
bool is_harmless (const std::string &warning)
{
  return warning.find ("extraneous bytes before marker 0xd9") != std::string::npos;
}

// libjpeg-turbo may be built without arithmetic decoding: JERR_ARITH_NOTIMPL.
bool is_lacking (const std::string &error)
{
  return error.find ("arithmetic coding is not") != std::string::npos;
}

}  // namespace

// Where a component is written, and where it goes to.
struct Decoder::Plane {
  std::uint8_t *data = nullptr;
  int stride = 0;
  PlaneView target;
  int repeat = 1;  // rows of the target for each decoded one

  bool elsewhere () const { return data != reinterpret_cast<std::uint8_t *> (target.data); }

  // Moves what was decoded to where it belongs.
  void settle () const
  {
    const auto bytes = static_cast<std::size_t> (target.size.width);
    for (int y = 0; y < target.size.height; y++) {
      if (elsewhere ())
        std::memcpy (target.row (y), data + std::ptrdiff_t{y / repeat} * stride, bytes);
      else if (y % repeat != 0)
        std::memcpy (target.row (y), target.row (y - 1), bytes);
    }
  }
};

Decoder::Decoder () = default;

Decoder::~Decoder ()
{
  if (handle_) tjDestroy (handle_);
}

// A handle keeps the tables of earlier pictures.
bool Decoder::renew ()
{
  if (handle_) tjDestroy (handle_);
  handle_ = tjInitDecompress ();
  return handle_;
}

std::string Decoder::message () const { return tjGetErrorStr2 (handle_); }

// Why the header cannot be used; empty if the library reads it as we do. It writes planes of the
// size that it reads.
std::string Decoder::fault_of (Bytes jpeg, const Header &header, const Sampling &sampling)
{
  int width = 0, height = 0, subsampling = -1, colors = -1;
  const int status = tjDecompressHeader3 (handle_, jpeg.data (), jpeg.size (), &width, &height,
                                          &subsampling, &colors);
  if (status != 0 && tjGetErrorCode (handle_) == TJERR_FATAL)
    return "its header is damaged (" + message () + ")";
  const bool same = Size{width, height} == header.size && subsampling == sampling.turbojpeg &&
                    colors == turbojpeg_colors (header.colors);
  return same ? "" : "its header is damaged";
}

Outcome Decoder::decode_planes (Bytes jpeg, const Sampling &sampling, const Destination &to)
{
  const FormatInfo &format = info_of (sampling.format);
  const Size size = to.frame.size;
  std::array<Plane, 3> planes;
  std::array<unsigned char *, 3> data = {};
  std::array<int, 3> strides = {};
  const std::size_t count = static_cast<std::size_t> (format.components);
  for (std::size_t i = 0; i < count; i++) {
    Plane &plane = planes[i];
    const int c = static_cast<int> (i);
    const std::size_t p = plane_of (format, c);
    const Size written{tjPlaneWidth (c, size.width, sampling.turbojpeg),
                       tjPlaneHeight (c, size.height, sampling.turbojpeg)};
    plane.target = to.frame.plane[p];
    plane.repeat = i == 0 ? 1 : sampling.row_repeat;
    const std::ptrdiff_t stride = plane.target.stride * plane.repeat;
    const auto width = static_cast<std::size_t> (written.width);
    const auto rows = static_cast<std::size_t> (written.height);
    if (plane.target.stride >= written.width && stride <= std::numeric_limits<int>::max () &&
        (rows - 1) * static_cast<std::size_t> (stride) + width <= to.room[p]) {
      plane.data = reinterpret_cast<std::uint8_t *> (plane.target.data);
      plane.stride = static_cast<int> (stride);
    } else {
      if (spare_[i].size () < width * rows) spare_[i].resize (width * rows);
      plane.data = spare_[i].data ();
      plane.stride = written.width;
    }
    data[i] = plane.data;
    strides[i] = plane.stride;
  }
  const int status =
      tjDecompressToYUVPlanes (handle_, jpeg.data (), jpeg.size (), data.data (), size.width,
                               strides.data (), size.height, TJFLAG_LIMITSCANS);
  if (status != 0 && tjGetErrorCode (handle_) == TJERR_FATAL)
    return {is_lacking (message ()) ? Outcome::Kind::lacking : Outcome::Kind::nothing, message ()};
  for (std::size_t i = 0; i < count; i++)
    if (planes[i].elsewhere () || planes[i].repeat > 1) planes[i].settle ();
  if (status == 0 || is_harmless (message ())) return {};
  return {Outcome::Kind::damaged, message ()};
}

Outcome Decoder::decode (Bytes jpeg, const Header &header, const Destination &to)
{
  Outcome outcome = try_to_decode (jpeg, header, to);
  if (outcome.undefined () && handle_) {
    // TurboJPEG leaves the handle in the middle of a header that it gives up, and then refuses all
    // later ones.
    tjDestroy (handle_);
    handle_ = nullptr;
  }
  return outcome;
}

Outcome Decoder::try_to_decode (Bytes jpeg, const Header &header, const Destination &to)
{
  const Sampling *sampling = sampling_of (header);
  if (!sampling) return {Outcome::Kind::nothing, "its sampling is not decoded"};
  try {
    const bool cut = !ends (jpeg);
    if (cut) {
      const Bytes whole = header.one_scan ? jpeg : whole_segments (jpeg);
      ended_.assign (whole.begin (), whole.end ());
      ended_.insert (ended_.end (), {kPrefix, kEoi});
      jpeg = ended_;
    }
    if ((!handle_ || !header.own_tables) && !renew ())
      return {Outcome::Kind::nothing, "there is no memory for a decoder"};
    if (const std::string fault = fault_of (jpeg, header, *sampling); !fault.empty ())
      return {Outcome::Kind::nothing, fault};
    Outcome outcome = decode_planes (jpeg, *sampling, to);
    // Scans that are missing altogether leave no trace.
    if (cut && !header.one_scan && outcome.kind == Outcome::Kind::whole)
      return {Outcome::Kind::damaged, "its end is missing"};
    return outcome;
  } catch (const std::bad_alloc &) {
    return {Outcome::Kind::nothing, "there is no memory for it"};
  }
}

}  // namespace quad::jpeg
