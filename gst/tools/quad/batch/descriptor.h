// Owns a file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace quad::batch {

class Descriptor {
 public:
  explicit Descriptor (int fd = -1) : fd_ (fd) {}
  Descriptor (Descriptor &&other) noexcept : fd_ (std::exchange (other.fd_, -1)) {}
  Descriptor &operator= (Descriptor &&other) noexcept
  {
    std::swap (fd_, other.fd_);
    return *this;
  }
  ~Descriptor ()
  {
    if (fd_ >= 0) close (fd_);
  }

  // Below 0: none.
  int get () const { return fd_; }

 private:
  int fd_;
};

}  // namespace quad::batch
