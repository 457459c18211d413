// Compares gst/infer/ort_api.h with the header of ONNX Runtime: compiles only if all is the same.
#if __has_include(<onnxruntime/onnxruntime_c_api.h>)
#include <onnxruntime/onnxruntime_c_api.h>
#else
#include <onnxruntime_c_api.h>
#endif

#include <type_traits>

#include "infer/ort_api.h"

namespace quad::infer::ort {
namespace {

// Our type for one of the runtime's header.
template <typename T>
struct Ours {
  using Type = T;
};
template <typename Theirs, typename Our>
struct Same {
  using Type = Our;
};
template <>
struct Ours<OrtAllocator> : Same<OrtAllocator, Allocator> {
};
template <>
struct Ours<OrtCUDAProviderOptionsV2> : Same<OrtCUDAProviderOptionsV2, CudaOptions> {
};
template <>
struct Ours<OrtEnv> : Same<OrtEnv, Env> {
};
template <>
struct Ours<OrtMemoryInfo> : Same<OrtMemoryInfo, MemoryInfo> {
};
template <>
struct Ours<OrtRunOptions> : Same<OrtRunOptions, RunOptions> {
};
template <>
struct Ours<OrtSession> : Same<OrtSession, Session> {
};
template <>
struct Ours<OrtSessionOptions> : Same<OrtSessionOptions, SessionOptions> {
};
template <>
struct Ours<OrtStatus> : Same<OrtStatus, Status> {
};
template <>
struct Ours<OrtTensorRTProviderOptionsV2> : Same<OrtTensorRTProviderOptionsV2, TensorRtOptions> {
};
template <>
struct Ours<OrtTensorTypeAndShapeInfo> : Same<OrtTensorTypeAndShapeInfo, TensorShape> {
};
template <>
struct Ours<OrtTypeInfo> : Same<OrtTypeInfo, TypeInfo> {
};
template <>
struct Ours<OrtValue> : Same<OrtValue, Value> {
};
template <>
struct Ours<OrtErrorCode> : Same<OrtErrorCode, ErrorCode> {
};
template <>
struct Ours<OrtLoggingLevel> : Same<OrtLoggingLevel, LoggingLevel> {
};
template <>
struct Ours<GraphOptimizationLevel> : Same<GraphOptimizationLevel, OptimizationLevel> {
};
template <>
struct Ours<ONNXType> : Same<ONNXType, Kind> {
};
template <>
struct Ours<ONNXTensorElementDataType> : Same<ONNXTensorElementDataType, DataType> {
};
template <>
struct Ours<OrtAllocatorType> : Same<OrtAllocatorType, AllocatorType> {
};
template <>
struct Ours<OrtMemType> : Same<OrtMemType, MemoryType> {
};
template <typename T>
struct Ours<const T> {
  using Type = const typename Ours<T>::Type;
};
template <typename T>
struct Ours<T *> {
  using Type = typename Ours<T>::Type *;
};
template <typename R, typename... A>
struct Ours<R (A...)> {
  using Type = typename Ours<R>::Type (typename Ours<A>::Type...);
};
// Their functions promise to throw nothing. Ours need not know.
template <typename R, typename... A>
struct Ours<R (A...) noexcept> {
  using Type = typename Ours<R>::Type (typename Ours<A>::Type...);
};

#define CHECK_SLOT(NAME)                                                                   \
  static_assert (NAME::index == offsetof (OrtApi, NAME) / sizeof (void *), "slot " #NAME); \
  static_assert (std::is_same_v<Ours<decltype (OrtApi::NAME)>::Type, NAME::Function *>,    \
                 "type of " #NAME)

CHECK_SLOT (GetErrorCode);
CHECK_SLOT (GetErrorMessage);
CHECK_SLOT (CreateEnvWithCustomLogger);
CHECK_SLOT (CreateSession);
CHECK_SLOT (Run);
CHECK_SLOT (CreateSessionOptions);
CHECK_SLOT (SetOptimizedModelFilePath);
CHECK_SLOT (DisableMemPattern);
CHECK_SLOT (SetSessionLogId);
CHECK_SLOT (SetSessionLogSeverityLevel);
CHECK_SLOT (SetSessionGraphOptimizationLevel);
CHECK_SLOT (SetIntraOpNumThreads);
CHECK_SLOT (SetInterOpNumThreads);
CHECK_SLOT (SessionGetInputCount);
CHECK_SLOT (SessionGetOutputCount);
CHECK_SLOT (SessionGetInputTypeInfo);
CHECK_SLOT (SessionGetOutputTypeInfo);
CHECK_SLOT (SessionGetInputName);
CHECK_SLOT (SessionGetOutputName);
CHECK_SLOT (CreateRunOptions);
CHECK_SLOT (RunOptionsSetRunLogSeverityLevel);
CHECK_SLOT (CreateTensorWithDataAsOrtValue);
CHECK_SLOT (CastTypeInfoToTensorInfo);
CHECK_SLOT (GetOnnxTypeFromTypeInfo);
CHECK_SLOT (GetTensorElementType);
CHECK_SLOT (GetDimensionsCount);
CHECK_SLOT (GetDimensions);
CHECK_SLOT (CreateCpuMemoryInfo);
CHECK_SLOT (AllocatorFree);
CHECK_SLOT (GetAllocatorWithDefaultOptions);
CHECK_SLOT (ReleaseEnv);
CHECK_SLOT (ReleaseStatus);
CHECK_SLOT (ReleaseMemoryInfo);
CHECK_SLOT (ReleaseSession);
CHECK_SLOT (ReleaseValue);
CHECK_SLOT (ReleaseRunOptions);
CHECK_SLOT (ReleaseTypeInfo);
CHECK_SLOT (ReleaseSessionOptions);
CHECK_SLOT (GetAvailableProviders);
CHECK_SLOT (ReleaseAvailableProviders);
CHECK_SLOT (AddSessionConfigEntry);
CHECK_SLOT (SessionOptionsAppendExecutionProvider_TensorRT_V2);
CHECK_SLOT (CreateTensorRTProviderOptions);
CHECK_SLOT (UpdateTensorRTProviderOptions);
CHECK_SLOT (ReleaseTensorRTProviderOptions);
CHECK_SLOT (SessionOptionsAppendExecutionProvider_CUDA_V2);
CHECK_SLOT (CreateCUDAProviderOptions);
CHECK_SLOT (UpdateCUDAProviderOptions);
CHECK_SLOT (ReleaseCUDAProviderOptions);

static_assert (std::is_same_v<Ours<OrtLoggingFunction>::Type, LogFunction *>);
static_assert (sizeof (ApiBase) == sizeof (OrtApiBase));
static_assert (offsetof (ApiBase, get_version) == offsetof (OrtApiBase, GetVersionString));
static_assert (ORT_API_VERSION >= kApiVersion);

// Whether an enum has the size of theirs, and a value is the same.
template <typename Our, typename Theirs>
constexpr bool same (Our our, Theirs theirs)
{
  return sizeof our == sizeof theirs && static_cast<int> (our) == static_cast<int> (theirs);
}

static_assert (same (ErrorCode::ok, ORT_OK));
static_assert (same (ErrorCode::fail, ORT_FAIL));
static_assert (same (ErrorCode::invalid_argument, ORT_INVALID_ARGUMENT));
static_assert (same (ErrorCode::no_such_file, ORT_NO_SUCHFILE));
static_assert (same (ErrorCode::no_model, ORT_NO_MODEL));
static_assert (same (ErrorCode::engine_error, ORT_ENGINE_ERROR));
static_assert (same (ErrorCode::runtime_exception, ORT_RUNTIME_EXCEPTION));
static_assert (same (ErrorCode::invalid_protobuf, ORT_INVALID_PROTOBUF));
static_assert (same (ErrorCode::model_loaded, ORT_MODEL_LOADED));
static_assert (same (ErrorCode::not_implemented, ORT_NOT_IMPLEMENTED));
static_assert (same (ErrorCode::invalid_graph, ORT_INVALID_GRAPH));
static_assert (same (ErrorCode::ep_fail, ORT_EP_FAIL));
static_assert (same (LoggingLevel::verbose, ORT_LOGGING_LEVEL_VERBOSE));
static_assert (same (LoggingLevel::info, ORT_LOGGING_LEVEL_INFO));
static_assert (same (LoggingLevel::warning, ORT_LOGGING_LEVEL_WARNING));
static_assert (same (LoggingLevel::error, ORT_LOGGING_LEVEL_ERROR));
static_assert (same (LoggingLevel::fatal, ORT_LOGGING_LEVEL_FATAL));
static_assert (same (OptimizationLevel::none, ORT_DISABLE_ALL));
static_assert (same (OptimizationLevel::basic, ORT_ENABLE_BASIC));
static_assert (same (OptimizationLevel::extended, ORT_ENABLE_EXTENDED));
static_assert (same (OptimizationLevel::all, ORT_ENABLE_ALL));
static_assert (same (Kind::unknown, ONNX_TYPE_UNKNOWN));
static_assert (same (Kind::tensor, ONNX_TYPE_TENSOR));
static_assert (same (Kind::sequence, ONNX_TYPE_SEQUENCE));
static_assert (same (Kind::map, ONNX_TYPE_MAP));
static_assert (same (Kind::opaque, ONNX_TYPE_OPAQUE));
static_assert (same (Kind::sparse_tensor, ONNX_TYPE_SPARSETENSOR));
static_assert (same (Kind::optional, ONNX_TYPE_OPTIONAL));
static_assert (same (DataType::undefined, ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED));
static_assert (same (DataType::float32, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
static_assert (same (DataType::uint8, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8));
static_assert (same (DataType::int8, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8));
static_assert (same (DataType::int32, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32));
static_assert (same (DataType::int64, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64));
static_assert (same (DataType::string, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING));
static_assert (same (DataType::float16, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16));
static_assert (same (AllocatorType::device, OrtDeviceAllocator));
static_assert (same (AllocatorType::arena, OrtArenaAllocator));
static_assert (same (MemoryType::standard, OrtMemTypeDefault));

}  // namespace
}  // namespace quad::infer::ort
