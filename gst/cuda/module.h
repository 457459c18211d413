// The kernels, loaded into a context.
#pragma once

#include <memory>

#include "cuda/driver.h"

namespace quad::cuda {

class Module {
 public:
  // The kernels in `context`, which is current: those that are there already, or the image
  // that was embedded when this was built or, where there is none or the driver does not
  // take it, one that NVRTC makes of the embedded source. All users in a context share them;
  // the last one unloads them. On failure the result is null and `status` says why:
  // no_kernels where no image fits, else what the driver met. From any thread.
  static std::shared_ptr<const Module> load (GstCudaContext *context, Status &status);

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
  // no_kernels where it is the image's fault.
  static Status from_image (GstCudaContext *context, const void *image,
                            std::shared_ptr<const Module> &loaded);
  static Status load_anew (GstCudaContext *context, std::shared_ptr<const Module> &loaded);

  GstCudaContext *context_;
  CUmodule module_;
  CUfunction draw_ = nullptr, convert_ = nullptr;
};

}  // namespace quad::cuda
