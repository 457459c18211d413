#include "infer/providers.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace quad::infer {
namespace {

using ort::Failure;
using Options = std::vector<std::pair<const char *, std::string>>;

Options cuda_options (const Settings &settings)
{
  return {{"device_id", std::to_string (settings.device_id)}};
}

// Engines take minutes to make, so they are kept if there is a folder for them.
Options tensorrt_options (const Settings &settings)
{
  Options options{{"device_id", std::to_string (settings.device_id)}};
  if (settings.cache_dir.empty ()) return options;
  options.push_back ({"trt_engine_cache_enable", "1"});
  options.push_back ({"trt_engine_cache_path", settings.cache_dir});
  return options;
}

Failure append_nothing (const ort::Api &, ort::SessionOptions *, const Settings &) { return {}; }

// The providers differ in their options and in the slots that take these.
template <typename T, typename Create, typename Update, typename Append, typename Release,
          Options (*options_of) (const Settings &)>
Failure append_with_options (const ort::Api &api, ort::SessionOptions *session,
                             const Settings &settings)
{
  const Options options = options_of (settings);
  std::vector<const char *> keys, values;
  for (const auto &[key, value] : options) {
    keys.push_back (key);
    values.push_back (value.c_str ());
  }
  ort::Handle<T, Release> made;
  if (Failure f = ort::make<Create> (api, made)) return f;
  if (Failure f = api.check<Update> (made.get (), keys.data (), values.data (), keys.size ()))
    return f;
  return api.check<Append> (session, static_cast<const T *> (made.get ()));
}

constexpr std::array kProviders{
    ProviderRow{Provider::cpu, "cpu", "CPUExecutionProvider", "", append_nothing},
    ProviderRow{
        Provider::cuda, "cuda", "CUDAExecutionProvider",
        "Install an ONNX Runtime that is built with CUDA, with the CUDA and cuDNN libraries of the "
        "versions that it names.",
        append_with_options<ort::CudaOptions, ort::CreateCUDAProviderOptions,
                            ort::UpdateCUDAProviderOptions,
                            ort::SessionOptionsAppendExecutionProvider_CUDA_V2,
                            ort::ReleaseCUDAProviderOptions, cuda_options>},
    ProviderRow{
        Provider::tensorrt, "tensorrt", "TensorrtExecutionProvider",
        "Install an ONNX Runtime that is built with TensorRT, with the TensorRT, CUDA and cuDNN "
        "libraries of the versions that it names.",
        append_with_options<ort::TensorRtOptions, ort::CreateTensorRTProviderOptions,
                            ort::UpdateTensorRTProviderOptions,
                            ort::SessionOptionsAppendExecutionProvider_TensorRT_V2,
                            ort::ReleaseTensorRTProviderOptions, tensorrt_options>},
};

}  // namespace

const ProviderRow &row_of (Provider provider)
{
  const auto found =
      std::find_if (kProviders.begin (), kProviders.end (),
                    [&] (const ProviderRow &row) { return row.provider == provider; });
  return found == kProviders.end () ? kProviders.front () : *found;
}

Failure has_provider (const ort::Api &api, const ProviderRow &row, bool &has)
{
  char **names = nullptr;
  int count = 0;
  if (Failure f = api.check<ort::GetAvailableProviders> (&names, &count)) return f;
  has = std::find (names, names + count, std::string_view (row.runtime)) != names + count;
  return api.check<ort::ReleaseAvailableProviders> (names, count);
}

bool machine_has_nvidia ()
{
  if (access ("/dev/nvidia0", F_OK) == 0) return true;
  void *driver = dlopen ("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver) dlclose (driver);
  return driver != nullptr;
}

}  // namespace quad::infer
