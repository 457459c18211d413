// DLPack's structs, written after its specification
// (https://dmlc.github.io/dlpack/latest/c_api.html). Their layout is an ABI.
#pragma once

#include <cstdint>

namespace quad::dlpack {

struct Version {
  std::uint32_t major, minor;
};

struct Device {
  std::int32_t type;  // QuadDevice's numbers
  std::int32_t id;
};

inline constexpr std::uint8_t kUnsigned = 1;  // a code of DataType

struct DataType {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};

struct Tensor {
  void *data;
  Device device;
  std::int32_t ndim;
  DataType dtype;
  std::int64_t *shape;
  std::int64_t *strides;  // in elements
  std::uint64_t byte_offset;
};

struct Managed {
  Tensor tensor;
  void *context;
  void (*deleter) (Managed *self);
};

inline constexpr std::uint64_t kReadOnly = 1;  // a flag

struct ManagedVersioned {
  Version version;
  void *context;
  void (*deleter) (ManagedVersioned *self);
  std::uint64_t flags;
  Tensor tensor;
};

}  // namespace quad::dlpack
