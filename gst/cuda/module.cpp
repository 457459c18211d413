#include "cuda/module.h"

#include "cuda/kernel_image.h"
#include "cuda/nvrtc.h"

#define GST_CAT_DEFAULT (quad::cuda::debug_category ())

namespace quad::cuda {
namespace {

// The device's compute capability, 90 for 9.0; 0 where it cannot be asked for.
int capability_of (GstCudaContext *context)
{
  guint id = 0;
  g_object_get (context, "cuda-device-id", &id, nullptr);
  CUdevice device = 0;
  int major = 0, minor = 0;
  if (CuDeviceGet (&device, static_cast<int> (id)) != CUDA_SUCCESS ||
      CuDeviceGetAttribute (&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device) !=
          CUDA_SUCCESS ||
      CuDeviceGetAttribute (&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device) !=
          CUDA_SUCCESS)
    return 0;
  return 10 * major + minor;
}

}  // namespace

std::unique_ptr<Module> Module::from_image (GstCudaContext *context, const void *image)
{
  CUmodule module = nullptr;
  if (CuModuleLoadData (&module, image) != CUDA_SUCCESS) return nullptr;
  std::unique_ptr<Module> result (new Module (context, module));
  if (CuModuleGetFunction (&result->draw_, module, "quad_draw") != CUDA_SUCCESS ||
      CuModuleGetFunction (&result->convert_, module, "quad_convert") != CUDA_SUCCESS)
    return nullptr;
  return result;
}

std::unique_ptr<Module> Module::load (GstCudaContext *context, Status &status)
{
  status = Status::ok;
  if (const void *image = kernel_image ())
    if (auto module = from_image (context, image)) return module;
  std::string problem;
  const std::string made = compile_kernels (kernel_sources (), capability_of (context), problem);
  if (!made.empty ())
    if (auto module = from_image (context, made.c_str ())) return module;
  GST_ERROR ("No kernels for this GPU: %s",
             problem.empty () ? "the driver does not load what was compiled" : problem.c_str ());
  status = Status::no_kernels;
  return nullptr;
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
