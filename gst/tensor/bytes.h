// Videos in memory, under URIs of their own.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <span>
#include <string>

namespace quad::tensor {

// Bytes of the caller's. Shared by all that read them; the last one to let go tells the caller.
class Bytes {
 public:
  Bytes (std::span<const guint8> data, GDestroyNotify free, gpointer user_data)
      : data_{data}, free_{free}, user_data_{user_data}
  {
  }
  Bytes (const Bytes &) = delete;
  Bytes &operator= (const Bytes &) = delete;
  ~Bytes ()
  {
    if (free_) free_ (user_data_);
  }
  std::span<const guint8> data () const { return data_; }

 private:
  std::span<const guint8> data_;
  GDestroyNotify free_;
  gpointer user_data_;
};

inline constexpr const char *kBytesProtocol = "quadtensor-bytes";

// The bytes of this URI; null where nobody holds them any more.
std::shared_ptr<const Bytes> bytes_of_uri (const std::string &uri);

// Makes elements for such URIs known to GStreamer, which has started. Any number of times.
void register_bytes_source ();

}  // namespace quad::tensor
