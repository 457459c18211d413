// The kernels, loaded into a context.
#pragma once

#include <memory>

#include "cuda/driver.h"

namespace quad::cuda {

class Module {
 public:
  // Loads the kernels into `context`, which must be current. Tries, in this order: kernels that are
  // loaded already (all users of a context share them; the last one unloads them), the image that
  // was embedded at build time, and an image that NVRTC makes from the embedded source. On failure
  // the result is null and `status` says why: no_kernels if no image fits, else the driver's error.
  // From any thread.
  static std::shared_ptr<const Module> load (GstCudaContext *context, Status &status);

  ~Module ();
  Module (const Module &) = delete;
  Module &operator= (const Module &) = delete;

  CUfunction draw () const { return draw_; }
  CUfunction matte_solve () const { return matte_solve_; }
  CUfunction matte_apply () const { return matte_apply_; }

 private:
  Module (GstCudaContext *context, CUmodule module)
      : context_ (GST_CUDA_CONTEXT (gst_object_ref (context))), module_ (module)
  {
  }
  // no_kernels if the driver does not accept the image.
  static Status from_image (GstCudaContext *context, const void *image,
                            std::shared_ptr<const Module> &loaded);
  static Status load_anew (GstCudaContext *context, std::shared_ptr<const Module> &loaded);

  GstCudaContext *context_;
  CUmodule module_;
  CUfunction draw_ = nullptr, matte_solve_ = nullptr, matte_apply_ = nullptr;
};

}  // namespace quad::cuda
