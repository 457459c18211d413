#include "cuda/module.h"

#include <map>
#include <mutex>
#include <utility>

#include "cuda/kernel_image.h"
#include "cuda/nvrtc.h"

#define GST_CAT_DEFAULT (quad::cuda::debug_category ())

namespace quad::cuda {
namespace {

// Reads the device's compute capability; 90 for 9.0.
Status ask_capability (GstCudaContext *context, int &capability)
{
  guint id = 0;
  g_object_get (context, "cuda-device-id", &id, nullptr);
  CUdevice device = 0;
  int major = 0, minor = 0;
  Status s = status_of (CuDeviceGet (&device, static_cast<int> (id)), "cuDeviceGet");
  if (s == Status::ok)
    s = status_of (
        CuDeviceGetAttribute (&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
        "cuDeviceGetAttribute");
  if (s == Status::ok)
    s = status_of (
        CuDeviceGetAttribute (&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
        "cuDeviceGetAttribute");
  if (s != Status::ok) GST_ERROR ("The GPU does not say its compute capability");
  capability = 10 * major + minor;
  return s;
}

// True if the error is the image's, so that another image may load.
bool is_of_the_image (CUresult result)
{
  switch (result) {
    case CUDA_ERROR_INVALID_IMAGE:
    case CUDA_ERROR_NO_BINARY_FOR_GPU:
    case CUDA_ERROR_INVALID_PTX:
    case CUDA_ERROR_JIT_COMPILER_NOT_FOUND:
    case CUDA_ERROR_UNSUPPORTED_PTX_VERSION:
    case CUDA_ERROR_JIT_COMPILATION_DISABLED:
    case CUDA_ERROR_INVALID_SOURCE:
    case CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND:
    case CUDA_ERROR_NOT_FOUND: return true;
    default: return false;
  }
}

Status status_of_image (CUresult result, const char *call)
{
  if (!is_of_the_image (result)) return status_of (result, call);
  const char *name = nullptr;
  CuGetErrorName (result, &name);
  GST_INFO ("%s does not take an image: %s", call, name ? name : "unknown error");
  return Status::no_kernels;
}

// The modules in use. The table holds weak references only. Each module holds its context, so the
// address of a live context is unique.
struct Loaded {
  struct Entry {
    std::mutex lock;  // held while loading; protects the members below
    std::weak_ptr<const Module> module;
  };

  std::mutex lock;  // protects only the map; not held while loading
  std::map<GstCudaContext *, std::shared_ptr<Entry>> entries;

  // The entry of `context`. Removes entries without a user.
  std::shared_ptr<Entry> entry_of (GstCudaContext *context)
  {
    const std::lock_guard guard (lock);
    std::erase_if (entries, [] (const auto &e) {
      return e.second.use_count () == 1 && e.second->module.expired ();
    });
    std::shared_ptr<Entry> &entry = entries[context];
    if (!entry) entry = std::make_shared<Entry> ();
    return entry;
  }

  // Never destroyed: threads may still draw when the program ends.
  static Loaded &get ()
  {
    static Loaded &only = *new Loaded;
    return only;
  }
};

}  // namespace

Status Module::from_image (GstCudaContext *context, const void *image,
                           std::shared_ptr<const Module> &loaded)
{
  CUmodule module = nullptr;
  if (const Status s = status_of_image (CuModuleLoadData (&module, image), "cuModuleLoadData");
      s != Status::ok)
    return s;
  const std::shared_ptr<Module> made (new Module (context, module));
  const std::pair<CUfunction *, const char *> functions[] = {
      {&made->draw_, "quad_draw"},
      {&made->matte_solve_, "quad_matte_solve"},
      {&made->matte_apply_, "quad_matte_apply"}};
  for (const auto &[function, name] : functions)
    if (const Status s =
            status_of_image (CuModuleGetFunction (function, module, name), "cuModuleGetFunction");
        s != Status::ok)
      return s;
  loaded = made;
  return Status::ok;
}

Status Module::load_anew (GstCudaContext *context, std::shared_ptr<const Module> &loaded)
{
  Status status = Status::no_kernels;
  if (const void *image = kernel_image ()) status = from_image (context, image, loaded);
  if (status != Status::no_kernels) return status;
  int capability = 0;
  if (const Status s = ask_capability (context, capability); s != Status::ok) return s;
  std::string problem;
  const auto settled = [&] (const std::string &image) {
    status = from_image (context, image.c_str (), loaded);
    return status != Status::no_kernels;
  };
  if (!compile_kernels (kernel_sources (), capability, settled, problem))
    GST_ERROR ("No kernels for this GPU: %s", problem.c_str ());
  return status;
}

std::shared_ptr<const Module> Module::load (GstCudaContext *context, Status &status)
{
  const std::shared_ptr<Loaded::Entry> entry = Loaded::get ().entry_of (context);
  // Held while loading. Other threads that want the same kernels wait.
  const std::lock_guard guard (entry->lock);
  std::shared_ptr<const Module> module = entry->module.lock ();
  status = module ? Status::ok : load_anew (context, module);
  if (module) entry->module = module;
  return module;
}

Module::~Module ()
{
  {
    const Current current (context_);
    if (current) (void)status_of (CuModuleUnload (module_), "cuModuleUnload");
  }
  gst_object_unref (context_);
}

}  // namespace quad::cuda
