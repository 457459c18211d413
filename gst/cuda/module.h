// The kernels, loaded into a context.
#pragma once

#include <memory>

#include "cuda/driver.h"

namespace quad::cuda {

class Module {
 public:
  // Loads the image that was embedded when this was built or, where there is none or
  // the driver does not take it, one that NVRTC makes of the embedded source. The
  // context is current. On failure the result is null and `status` says why.
  static std::unique_ptr<Module> load (GstCudaContext *context, Status &status);

  ~Module ();
  Module (const Module &) = delete;
  Module &operator= (const Module &) = delete;

  CUfunction draw () const { return draw_; }
  CUfunction convert () const { return convert_; }

 private:
  Module (GstCudaContext *context, CUmodule module)
      : context_ (GST_CUDA_CONTEXT (gst_object_ref (context))), module_ (module)
  {
  }
  static std::unique_ptr<Module> from_image (GstCudaContext *context, const void *image);

  GstCudaContext *context_;
  CUmodule module_;
  CUfunction draw_ = nullptr, convert_ = nullptr;
};

}  // namespace quad::cuda
