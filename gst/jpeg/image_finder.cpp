#include "jpeg/image_finder.h"

#include <algorithm>
#include <cstring>

#include "jpeg/segments.h"

namespace quad::jpeg {
namespace {

// The first 0xff in `bytes`, or their size.
std::size_t find_prefix (Bytes bytes)
{
  if (bytes.empty ()) return 0;
  const void *found = std::memchr (bytes.data (), kPrefix, bytes.size ());
  return found
             ? static_cast<std::size_t> (static_cast<const std::uint8_t *> (found) - bytes.data ())
             : bytes.size ();
}

enum class Beginning { no, yes, unknown };

// Whether an image begins with the first byte, as far as the bytes tell.
Beginning begins_image (Bytes bytes)
{
  constexpr std::uint8_t kBegin[] = {kPrefix, kSoi, kPrefix};
  const std::size_t n = std::min (bytes.size (), std::size (kBegin));
  if (!std::equal (kBegin, kBegin + n, bytes.begin ())) return Beginning::no;
  return n == std::size (kBegin) ? Beginning::yes : Beginning::unknown;
}

}  // namespace

void ImageFinder::begin_image ()
{
  skipped_ = std::find (listed_.begin (), listed_.end (), position_) != listed_.end ();
  if (!skipped_) listed_.clear ();
  state_ = State::marker;
}

ImageFinder::Part ImageFinder::find_begin (Bytes bytes)
{
  std::size_t at = 0;
  for (;;) {
    at += find_prefix (bytes.subspan (at));
    const Beginning beginning = begins_image (bytes.subspan (at));
    if (at > 0 && (at == bytes.size () || beginning != Beginning::no)) return {Kind::garbage, at};
    if (beginning == Beginning::unknown) return {};
    if (beginning == Beginning::yes) {
      begin_image ();
      return {skipped_ ? Kind::garbage : Kind::inside, 2};
    }
    at++;
  }
}

ImageFinder::Step ImageFinder::marker (Bytes bytes)
{
  const std::size_t at = find_prefix (bytes);
  if (at > 0) return {at};  // damaged: go on with the next marker
  if (bytes.size () < 2) return {.waiting = true};
  const std::uint8_t code = bytes[1];
  if (code == kPrefix) return {1};
  if (code == kEoi) return {2, true};
  if (code == kSoi) {
    const Beginning beginning = begins_image (bytes);
    if (beginning == Beginning::unknown) return {.waiting = true};
    return beginning == Beginning::yes ? Step{0, true} : Step{2};
  }
  if (stands_alone (code)) return {2};
  state_ = State::segment;
  kind_ = code;
  left_ = 0;  // its length is not known yet
  captures_ = code == kApp2 && !skipped_;
  captured_.clear ();
  return {2};
}

ImageFinder::Step ImageFinder::segment (Bytes bytes)
{
  if (left_ == 0) {
    if (bytes.size () < 2) return {.waiting = true};
    left_ = read_16 (bytes, 0);
    if (left_ < 2) {  // damaged: a length counts itself
      left_ = 0;
      state_ = kind_ == kSos ? State::scan : State::marker;
      return {2};
    }
    left_ -= 2;
    captured_at_ = position_ + 2;
    if (left_ == 0) end_segment ();
    return {2};
  }
  const std::size_t size = std::min (left_, bytes.size ());
  if (captures_)
    captured_.insert (captured_.end (), bytes.begin (),
                      bytes.begin () + static_cast<std::ptrdiff_t> (size));
  left_ -= size;
  if (left_ == 0) end_segment ();
  return {size};
}

void ImageFinder::end_segment ()
{
  state_ = kind_ == kSos ? State::scan : State::marker;
  if (!captures_) return;
  for (const std::uint32_t offset : further_pictures (captured_))
    listed_.push_back (captured_at_ + sizeof kMpf + offset);
}

ImageFinder::Step ImageFinder::scan (Bytes bytes)
{
  for (std::size_t at = 0;;) {
    at += find_prefix (bytes.subspan (at));
    if (bytes.size () - at < 2) return at > 0 ? Step{at} : Step{.waiting = true};
    const std::uint8_t code = bytes[at + 1];
    if (code == kEoi) return {at + 2, true};
    const Beginning beginning = begins_image (bytes.subspan (at));
    if (beginning == Beginning::yes) return {at, true};
    if (beginning == Beginning::unknown) return at > 0 ? Step{at} : Step{.waiting = true};
    at += code == kPrefix ? 1 : 2;
  }
}

ImageFinder::Step ImageFinder::step (Bytes bytes)
{
  switch (state_) {
    case State::marker: return marker (bytes);
    case State::segment: return segment (bytes);
    default: return scan (bytes);
  }
}

ImageFinder::Part ImageFinder::next (Bytes bytes)
{
  if (bytes.empty ()) return {};
  if (state_ == State::outside) {
    const Part part = find_begin (bytes);
    position_ += part.size;
    return part;
  }
  std::size_t size = 0;
  bool ended = false;
  while (!ended && size < bytes.size ()) {
    const Step one = step (bytes.subspan (size));
    if (one.waiting) break;
    size += one.size;
    position_ += one.size;
    ended = one.ended;
  }
  const bool garbage = skipped_;
  if (ended) {
    state_ = State::outside;
    skipped_ = false;
    if (garbage && size == 0) return next (bytes);
  } else if (size == 0) {
    return {};
  }
  return {garbage ? Kind::garbage : ended ? Kind::last : Kind::inside, size};
}

Bytes first_image (Bytes bytes)
{
  ImageFinder finder;
  std::size_t begin = 0, at = 0;
  while (at < bytes.size ()) {
    const ImageFinder::Part part = finder.next (bytes.subspan (at));
    if (part.kind == ImageFinder::Kind::need_more) break;
    at += part.size;
    if (part.kind == ImageFinder::Kind::garbage) begin = at;
    if (part.kind == ImageFinder::Kind::last) return bytes.subspan (begin, at - begin);
  }
  return finder.in_image () ? bytes.subspan (begin) : Bytes{};
}

}  // namespace quad::jpeg
