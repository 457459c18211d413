// The table of the double's functions.
#include <array>
#include <cstring>
#include <memory>
#include <sstream>

#include "support/onnxruntime/fake_onnxruntime.h"
#include "support/onnxruntime/fake_sessions.h"

namespace quad::fake_ort {

std::atomic<int> &Counted::live ()
{
  static std::atomic<int> count{0};
  return count;
}

std::string setting (const char *name, const char *otherwise)
{
  const char *value = std::getenv (name);
  return value ? value : otherwise;
}

Status *failure (ErrorCode code, const std::string &text)
{
  auto *status = new Status;
  status->code = code;
  status->text = text;
  return status;
}

namespace {

std::atomic<int> calls{0};

}  // namespace

Status *begin_call (const char *name)
{
  const int failing = std::atoi (setting ("QUAD_FAKE_ORT_FAIL", "0").c_str ());
  if (++calls != failing) return nullptr;
  return failure (ErrorCode::fail, std::string ("the double fails ") + name);
}

namespace {

// A function that makes an object, and one that frees it.
template <typename T>
Status *make (T **to)
{
  if (Status *status = begin_call ("a function that makes an object")) return status;
  *to = new T;
  return nullptr;
}
template <typename T>
void free_object (T *object)
{
  delete object;
}

Status *create_env (LogFunction *log, void *user, LoggingLevel, const char *, Env **to)
{
  if (Status *status = make (to)) return status;
  (*to)->log = log;
  (*to)->user = user;
  return nullptr;
}

Status *set (SessionOptions *options, const char *key, const std::string &value)
{
  if (Status *status = begin_call (key)) return status;
  options->values[key] = value;
  return nullptr;
}

Status *set_optimized_file (SessionOptions *options, const char *file)
{
  if (Status *status = begin_call ("SetOptimizedModelFilePath")) return status;
  options->optimized_file = file;
  return nullptr;
}

Status *set_log_id (SessionOptions *options, const char *id)
{
  if (Status *status = begin_call ("SetSessionLogId")) return status;
  options->log_id = id;
  return nullptr;
}

Status *set_level (SessionOptions *options, OptimizationLevel level)
{
  return set (options, "level", std::to_string (static_cast<int> (level)));
}

template <char Key>
Status *set_number (SessionOptions *options, int number)
{
  const std::string key = Key == 't'   ? "threads"
                          : Key == 'i' ? "inter"
                          : Key == 's' ? "severity"
                                       : "number";
  return set (options, key.c_str (), std::to_string (number));
}

Status *set_config (SessionOptions *options, const char *key, const char *value)
{
  return set (options, key, value);
}

Status *set_run_severity (RunOptions *, int) { return begin_call ("RunLogSeverityLevel"); }

Status *disable (SessionOptions *options) { return set (options, "disabled", "1"); }

template <std::vector<FakeTensor> FakeModel::*Tensors>
Status *get_count (const Session *session, std::size_t *to)
{
  if (Status *status = begin_call ("a function that counts tensors")) return status;
  *to = (session->model.*Tensors).size ();
  return nullptr;
}

template <std::vector<FakeTensor> FakeModel::*Tensors>
Status *get_info (const Session *session, std::size_t i, TypeInfo **to)
{
  if (Status *status = make (to)) return status;
  const FakeTensor &tensor = (session->model.*Tensors)[i];
  (*to)->kind = tensor.kind;
  (*to)->tensor = {tensor.type, tensor.shape};
  return nullptr;
}

template <std::vector<FakeTensor> FakeModel::*Tensors>
Status *get_name (const Session *session, std::size_t i, Allocator *, char **to)
{
  if (Status *status = begin_call ("a function that names tensors")) return status;
  *to = strdup ((session->model.*Tensors)[i].name.c_str ());
  Counted::live ()++;
  return nullptr;
}

Status *free_memory (Allocator *, void *memory)
{
  std::free (memory);
  Counted::live ()--;
  return nullptr;
}

Status *get_allocator (Allocator **to)
{
  static Allocator allocator;
  *to = &allocator;
  return begin_call ("GetAllocatorWithDefaultOptions");
}

Status *create_value (const MemoryInfo *, void *data, std::size_t bytes, const std::int64_t *shape,
                      std::size_t dims, DataType type, Value **to)
{
  if (Status *status = make (to)) return status;
  (*to)->view = {static_cast<std::byte *> (data), bytes, type, {shape, shape + dims}};
  return nullptr;
}

Status *cast_to_tensor (const TypeInfo *info, const TensorShape **to)
{
  *to = info->kind == Kind::tensor ? &info->tensor : nullptr;
  return begin_call ("CastTypeInfoToTensorInfo");
}

Status *get_kind (const TypeInfo *info, Kind *to)
{
  *to = info->kind;
  return begin_call ("GetOnnxTypeFromTypeInfo");
}

Status *get_type (const TensorShape *shape, DataType *to)
{
  *to = shape->type;
  return begin_call ("GetTensorElementType");
}

Status *get_dims (const TensorShape *shape, std::size_t *to)
{
  *to = shape->shape.size ();
  return begin_call ("GetDimensionsCount");
}

Status *get_shape (const TensorShape *shape, std::int64_t *to, std::size_t dims)
{
  for (std::size_t i = 0; i < dims; i++) to[i] = shape->shape[i];
  return begin_call ("GetDimensions");
}

Status *create_memory_info (AllocatorType, MemoryType, MemoryInfo **to) { return make (to); }

Status *get_providers (char ***to, int *count)
{
  if (Status *status = begin_call ("GetAvailableProviders")) return status;
  std::vector<std::string> names;
  std::istringstream list (setting ("QUAD_FAKE_ORT_PROVIDERS", "CPUExecutionProvider"));
  for (std::string name; std::getline (list, name, ',');) names.push_back (name);
  *count = static_cast<int> (names.size ());
  *to = new char *[names.size ()];
  for (std::size_t i = 0; i < names.size (); i++) (*to)[i] = strdup (names[i].c_str ());
  Counted::live ()++;
  return nullptr;
}

Status *free_providers (char **names, int count)
{
  for (int i = 0; i < count; i++) std::free (names[i]);
  delete[] names;
  Counted::live ()--;
  return nullptr;
}

template <typename T>
Status *update (T *options, Strings keys, Strings values, std::size_t n)
{
  if (Status *status = begin_call ("a function that sets a provider's options")) return status;
  for (std::size_t i = 0; i < n; i++) options->values[keys[i]] = values[i];
  return nullptr;
}

template <typename T>
Status *append (SessionOptions *session, const T *options)
{
  if (Status *status = begin_call ("a function that adds a provider")) return status;
  const std::string error = setting ("QUAD_FAKE_ORT_DEVICE_ERROR", "");
  if (!error.empty ()) return failure (ErrorCode::fail, error);
  session->on_device = true;
  for (const auto &[key, value] : options->values) session->values[key] = value;
  return nullptr;
}

ErrorCode get_code (const Status *status) { return status->code; }
const char *get_message (const Status *status) { return status->text.c_str (); }

using Any = void ();

class Table {
 public:
  Table ()
  {
    fill_sessions ();
    fill_tensors ();
    fill_providers ();
  }
  const void *data () const { return functions_.data (); }

 private:
  template <typename S>
  void put (typename S::Function *function)
  {
    functions_[S::index] = reinterpret_cast<Any *> (function);
  }

  void fill_sessions ()
  {
    put<GetErrorCode> (get_code);
    put<GetErrorMessage> (get_message);
    put<ReleaseStatus> (free_object);
    put<CreateEnvWithCustomLogger> (create_env);
    put<ReleaseEnv> (free_object);
    put<CreateSessionOptions> (make);
    put<ReleaseSessionOptions> (free_object);
    put<SetOptimizedModelFilePath> (set_optimized_file);
    put<DisableMemPattern> (disable);
    put<SetSessionLogId> (set_log_id);
    put<SetSessionLogSeverityLevel> (set_number<'s'>);
    put<SetSessionGraphOptimizationLevel> (set_level);
    put<SetIntraOpNumThreads> (set_number<'t'>);
    put<SetInterOpNumThreads> (set_number<'i'>);
    put<AddSessionConfigEntry> (set_config);
    put<CreateSession> (create_session);
    put<ReleaseSession> (free_object);
    put<CreateRunOptions> (make);
    put<RunOptionsSetRunLogSeverityLevel> (set_run_severity);
    put<ReleaseRunOptions> (free_object);
    put<Run> (run);
  }

  void fill_tensors ()
  {
    put<SessionGetInputCount> (get_count<&FakeModel::inputs>);
    put<SessionGetOutputCount> (get_count<&FakeModel::outputs>);
    put<SessionGetInputTypeInfo> (get_info<&FakeModel::inputs>);
    put<SessionGetOutputTypeInfo> (get_info<&FakeModel::outputs>);
    put<SessionGetInputName> (get_name<&FakeModel::inputs>);
    put<SessionGetOutputName> (get_name<&FakeModel::outputs>);
    put<GetAllocatorWithDefaultOptions> (get_allocator);
    put<AllocatorFree> (free_memory);
    put<CreateTensorWithDataAsOrtValue> (create_value);
    put<ReleaseValue> (free_object);
    put<CastTypeInfoToTensorInfo> (cast_to_tensor);
    put<GetOnnxTypeFromTypeInfo> (get_kind);
    put<ReleaseTypeInfo> (free_object);
    put<GetTensorElementType> (get_type);
    put<GetDimensionsCount> (get_dims);
    put<GetDimensions> (get_shape);
    put<CreateCpuMemoryInfo> (create_memory_info);
    put<ReleaseMemoryInfo> (free_object);
  }

  void fill_providers ()
  {
    put<GetAvailableProviders> (get_providers);
    put<ReleaseAvailableProviders> (free_providers);
    put<CreateCUDAProviderOptions> (make);
    put<UpdateCUDAProviderOptions> (update);
    put<SessionOptionsAppendExecutionProvider_CUDA_V2> (append);
    put<ReleaseCUDAProviderOptions> (free_object);
    put<CreateTensorRTProviderOptions> (make);
    put<UpdateTensorRTProviderOptions> (update);
    put<SessionOptionsAppendExecutionProvider_TensorRT_V2> (append);
    put<ReleaseTensorRTProviderOptions> (free_object);
  }

  std::array<Any *, kSlots> functions_ = {};
};

const void *get_api (std::uint32_t version)
{
  static const Table table;
  if (version > kApiVersion || setting ("QUAD_FAKE_ORT_OLD", "0") == "1") return nullptr;
  return table.data ();
}

const char *get_version ()
{
  const char *version = std::getenv ("QUAD_FAKE_ORT_VERSION");
  return version ? version : "1.99.0";
}

}  // namespace
}  // namespace quad::fake_ort

#define EXPORT extern "C" __attribute__ ((visibility ("default")))

EXPORT const quad::infer::ort::ApiBase *OrtGetApiBase ()
{
  static const quad::infer::ort::ApiBase base{quad::fake_ort::get_api, quad::fake_ort::get_version};
  return &base;
}
EXPORT int quad_fake_ort_live () { return quad::fake_ort::Counted::live (); }
EXPORT int quad_fake_ort_calls () { return quad::fake_ort::calls; }
EXPORT void quad_fake_ort_reset () { quad::fake_ort::calls = 0; }
EXPORT const char *quad_fake_ort_session ()
{
  thread_local std::string text;
  text = quad::fake_ort::LastSession::shared ().get ();
  return text.c_str ();
}
