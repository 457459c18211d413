// One allocation for the samples of several frames.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace quad::tensor {

class Block {
 public:
  explicit Block (std::size_t size) : data_{new (kAlignment) std::byte[size]}, size_{size} {}

  std::byte *data () const { return data_.get (); }
  std::size_t size () const { return size_; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Delete {
    void operator() (std::byte *data) const { ::operator delete[] (data, kAlignment); }
  };
  std::unique_ptr<std::byte[], Delete> data_;
  std::size_t size_;
};

}  // namespace quad::tensor
