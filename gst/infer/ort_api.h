// The part of ONNX Runtime's C API that is used, so that no header of it is needed.
//
// The runtime gives a table of functions, which only ever grows at its end. A slot is a place in
// that table with the function's type. tests/infer/ort_header_check.cpp compares all of this with
// the runtime's own header.
#pragma once

#include <cstddef>
#include <cstdint>

namespace quad::infer::ort {

// Asked of the runtime. The newest slot below came with it, in version 1.11.
inline constexpr std::uint32_t kApiVersion = 11;

// What the library exports by the name of kEntry.
struct ApiBase {
  const void *(*get_api) (std::uint32_t version);
  const char *(*get_version) ();
};
using Entry = const ApiBase *();
inline constexpr char kEntry[] = "OrtGetApiBase";

// Objects of the runtime. Each is freed by the slot Release... of its name.
struct Allocator;  // the default one is not freed
struct CudaOptions;
struct Env;
struct MemoryInfo;
struct RunOptions;
struct Session;
struct SessionOptions;
struct Status;  // null: no error
struct TensorRtOptions;
struct TensorShape;  // belongs to its TypeInfo
struct TypeInfo;
struct Value;

enum class ErrorCode : unsigned {
  ok = 0,
  fail = 1,
  invalid_argument = 2,
  no_such_file = 3,
  no_model = 4,
  engine_error = 5,
  runtime_exception = 6,
  invalid_protobuf = 7,
  model_loaded = 8,
  not_implemented = 9,
  invalid_graph = 10,
  ep_fail = 11,
};
enum class LoggingLevel : unsigned { verbose = 0, info = 1, warning = 2, error = 3, fatal = 4 };
enum class OptimizationLevel : unsigned { none = 0, basic = 1, extended = 2, all = 99 };
enum class Kind : unsigned {
  unknown = 0,
  tensor = 1,
  sequence = 2,
  map = 3,
  opaque = 4,
  sparse_tensor = 5,
  optional = 6,
};
enum class DataType : unsigned {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  int32 = 6,
  int64 = 7,
  string = 8,
  float16 = 10,
};
enum class AllocatorType : int { device = 0, arena = 1 };
enum class MemoryType : int { standard = 0 };

// `logid` is that of the session, or of the environment.
using LogFunction = void (void *user, LoggingLevel level, const char *category, const char *logid,
                          const char *location, const char *message);

template <std::size_t N, typename F>
struct Slot {
  static constexpr std::size_t index = N;
  using Function = F;
};

using Strings = const char *const *;
using UpdateCuda = Status *(CudaOptions *, Strings keys, Strings values, std::size_t n);
using UpdateTrt = Status *(TensorRtOptions *, Strings keys, Strings values, std::size_t n);

using GetErrorCode = Slot<1, ErrorCode (const Status *)>;
using GetErrorMessage = Slot<2, const char *(const Status *)>;
using CreateEnvWithCustomLogger =
    Slot<4, Status *(LogFunction *, void *user, LoggingLevel, const char *logid, Env **)>;
using CreateSession =
    Slot<7, Status *(const Env *, const char *path, const SessionOptions *, Session **)>;
using Run =
    Slot<9, Status *(Session *, const RunOptions *, Strings in_names, const Value *const *in,
                     std::size_t ins, Strings out_names, std::size_t outs, Value **out)>;
using CreateSessionOptions = Slot<10, Status *(SessionOptions **)>;
using SetOptimizedModelFilePath = Slot<11, Status *(SessionOptions *, const char *)>;
using DisableMemPattern = Slot<17, Status *(SessionOptions *)>;
using SetSessionLogId = Slot<20, Status *(SessionOptions *, const char *)>;
using SetSessionLogSeverityLevel = Slot<22, Status *(SessionOptions *, int)>;
using SetSessionGraphOptimizationLevel = Slot<23, Status *(SessionOptions *, OptimizationLevel)>;
using SetIntraOpNumThreads = Slot<24, Status *(SessionOptions *, int)>;
using SetInterOpNumThreads = Slot<25, Status *(SessionOptions *, int)>;
using SessionGetInputCount = Slot<30, Status *(const Session *, std::size_t *)>;
using SessionGetOutputCount = Slot<31, Status *(const Session *, std::size_t *)>;
using SessionGetInputTypeInfo = Slot<33, Status *(const Session *, std::size_t index, TypeInfo **)>;
using SessionGetOutputTypeInfo =
    Slot<34, Status *(const Session *, std::size_t index, TypeInfo **)>;
// The name is freed by AllocatorFree.
using SessionGetInputName =
    Slot<36, Status *(const Session *, std::size_t index, Allocator *, char **)>;
using SessionGetOutputName =
    Slot<37, Status *(const Session *, std::size_t index, Allocator *, char **)>;
using CreateRunOptions = Slot<39, Status *(RunOptions **)>;
using RunOptionsSetRunLogSeverityLevel = Slot<41, Status *(RunOptions *, int)>;
// The data is the caller's, and must outlive the value.
using CreateTensorWithDataAsOrtValue =
    Slot<49, Status *(const MemoryInfo *, void *data, std::size_t bytes, const std::int64_t *shape,
                      std::size_t dims, DataType, Value **)>;
// Null if it is no tensor.
using CastTypeInfoToTensorInfo = Slot<55, Status *(const TypeInfo *, const TensorShape **)>;
using GetOnnxTypeFromTypeInfo = Slot<56, Status *(const TypeInfo *, Kind *)>;
using GetTensorElementType = Slot<60, Status *(const TensorShape *, DataType *)>;
using GetDimensionsCount = Slot<61, Status *(const TensorShape *, std::size_t *)>;
using GetDimensions = Slot<62, Status *(const TensorShape *, std::int64_t *, std::size_t)>;
using CreateCpuMemoryInfo = Slot<69, Status *(AllocatorType, MemoryType, MemoryInfo **)>;
using AllocatorFree = Slot<76, Status *(Allocator *, void *)>;
using GetAllocatorWithDefaultOptions = Slot<78, Status *(Allocator **)>;
using ReleaseEnv = Slot<92, void (Env *)>;
using ReleaseStatus = Slot<93, void (Status *)>;
using ReleaseMemoryInfo = Slot<94, void (MemoryInfo *)>;
using ReleaseSession = Slot<95, void (Session *)>;
using ReleaseValue = Slot<96, void (Value *)>;
using ReleaseRunOptions = Slot<97, void (RunOptions *)>;
using ReleaseTypeInfo = Slot<98, void (TypeInfo *)>;
using ReleaseSessionOptions = Slot<100, void (SessionOptions *)>;
using GetAvailableProviders = Slot<125, Status *(char ***, int *n)>;
using ReleaseAvailableProviders = Slot<126, Status *(char **, int n)>;
using AddSessionConfigEntry =
    Slot<130, Status *(SessionOptions *, const char *key, const char *value)>;
using SessionOptionsAppendExecutionProvider_TensorRT_V2 =
    Slot<170, Status *(SessionOptions *, const TensorRtOptions *)>;
using CreateTensorRTProviderOptions = Slot<171, Status *(TensorRtOptions **)>;
using UpdateTensorRTProviderOptions = Slot<172, UpdateTrt>;
using ReleaseTensorRTProviderOptions = Slot<174, void (TensorRtOptions *)>;
using SessionOptionsAppendExecutionProvider_CUDA_V2 =
    Slot<204, Status *(SessionOptions *, const CudaOptions *)>;
using CreateCUDAProviderOptions = Slot<205, Status *(CudaOptions **)>;
using UpdateCUDAProviderOptions = Slot<206, UpdateCuda>;
using ReleaseCUDAProviderOptions = Slot<208, void (CudaOptions *)>;

// One more than the last slot above.
inline constexpr std::size_t kSlots = 209;

}  // namespace quad::infer::ort
