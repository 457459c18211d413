#include "cuda/nvrtc.h"

#include <dlfcn.h>

#include <algorithm>
#include <memory>

namespace quad::cuda {
namespace {

// The part of nvrtc.h that is used. Its types are the same in every version, so no header of the
// toolkit is needed.
struct Library {
  void *handle = nullptr;
  int (*arch_count) (int *) = nullptr;
  int (*archs) (int *) = nullptr;
  int (*create) (void **, const char *, const char *, int, const char *const *,
                 const char *const *) = nullptr;
  int (*compile) (void *, int, const char *const *) = nullptr;
  int (*log_size) (void *, std::size_t *) = nullptr;
  int (*log) (void *, char *) = nullptr;
  int (*cubin_size) (void *, std::size_t *) = nullptr;
  int (*cubin) (void *, char *) = nullptr;
  int (*ptx_size) (void *, std::size_t *) = nullptr;
  int (*ptx) (void *, char *) = nullptr;
  int (*destroy) (void **) = nullptr;

  explicit Library (const char *name);
  ~Library ()
  {
    if (handle) dlclose (handle);
  }
  Library (const Library &) = delete;
  Library &operator= (const Library &) = delete;

 private:
  template <typename F>
  bool find (F &function, const char *name)
  {
    function = reinterpret_cast<F> (dlsym (handle, name));
    return function != nullptr;
  }
};

// The handle stays null if the library is missing or lacks a function.
Library::Library (const char *name) : handle (dlopen (name, RTLD_NOW | RTLD_LOCAL))
{
  if (!handle ||
      (find (arch_count, "nvrtcGetNumSupportedArchs") && find (archs, "nvrtcGetSupportedArchs") &&
       find (create, "nvrtcCreateProgram") && find (compile, "nvrtcCompileProgram") &&
       find (log_size, "nvrtcGetProgramLogSize") && find (log, "nvrtcGetProgramLog") &&
       find (cubin_size, "nvrtcGetCUBINSize") && find (cubin, "nvrtcGetCUBIN") &&
       find (ptx_size, "nvrtcGetPTXSize") && find (ptx, "nvrtcGetPTX") &&
       find (destroy, "nvrtcDestroyProgram")))
    return;
  dlclose (handle);
  handle = nullptr;
}

// From 11.2 on an NVRTC can list its architectures.
constexpr const char *kLibraries[] = {"libnvrtc.so", "libnvrtc.so.14", "libnvrtc.so.13",
                                      "libnvrtc.so.12", "libnvrtc.so.11.2"};

// Reads a result that NVRTC gives by two functions: one for its size, one for its bytes.
std::string fetched (void *program, int (*size_of) (void *, std::size_t *),
                     int (*get) (void *, char *))
{
  std::size_t size = 0;
  if (size_of (program, &size) != 0) return {};
  std::string text (size, '\0');
  if (size > 0 && get (program, text.data ()) != 0) return {};
  return text;
}

class Program {
 public:
  Program (const Library &nvrtc, const std::vector<SourceFile> &files) : nvrtc_ (nvrtc)
  {
    std::vector<const char *> names, texts;
    for (std::size_t i = 1; i < files.size (); i++) {
      names.push_back (files[i].name);
      texts.push_back (files[i].text);
    }
    if (nvrtc.create (&program_, files[0].text, files[0].name, static_cast<int> (names.size ()),
                      texts.data (), names.data ()) != 0)
      program_ = nullptr;
  }
  ~Program ()
  {
    if (program_) nvrtc_.destroy (&program_);
  }
  Program (const Program &) = delete;
  Program &operator= (const Program &) = delete;

  // Compiles for one architecture: real (machine code) or virtual (PTX).
  std::string compiled (int arch, bool real, std::string &problem)
  {
    const std::string target =
        (real ? "--gpu-architecture=sm_" : "--gpu-architecture=compute_") + std::to_string (arch);
    const char *options[] = {target.c_str (), "--std=c++17", "--fmad=false"};
    if (!program_ || nvrtc_.compile (program_, 3, options) != 0) {
      problem = program_ ? fetched (program_, nvrtc_.log_size, nvrtc_.log) : "no program";
      return {};
    }
    std::string image = real ? fetched (program_, nvrtc_.cubin_size, nvrtc_.cubin)
                             : fetched (program_, nvrtc_.ptx_size, nvrtc_.ptx);
    if (image.empty ()) problem = "it does not hand out what it compiled";
    return image;
  }

 private:
  const Library &nvrtc_;
  void *program_ = nullptr;
};

// Empty on failure; `problem` says why.
std::string image_of (const Library &nvrtc, const std::vector<SourceFile> &files, int capability,
                      std::string &problem)
{
  int count = 0;
  if (nvrtc.arch_count (&count) != 0 || count <= 0) {
    problem = "it does not say which architectures it knows";
    return {};
  }
  std::vector<int> archs (static_cast<std::size_t> (count));
  if (nvrtc.archs (archs.data ()) != 0) {
    problem = "it does not say which architectures it knows";
    return {};
  }
  std::erase_if (archs, [&] (int a) { return a > capability; });
  if (archs.empty ()) {
    problem = "it knows no architecture as old as the GPU's, sm_" + std::to_string (capability);
    return {};
  }
  // Machine code for an older device of the same major version often runs too, but not between
  // embedded and other GPUs (sm_87 and sm_89). PTX runs on all newer devices.
  const int best = *std::max_element (archs.begin (), archs.end ());
  return Program (nvrtc, files).compiled (best, best == capability, problem);
}

}  // namespace

bool compile_kernels (const std::vector<SourceFile> &files, int capability,
                      const std::function<bool (const std::string &image)> &take,
                      std::string &problem)
{
  problem.clear ();
  // Kept open, so that a second name of the same library gives the same handle.
  std::vector<std::unique_ptr<Library>> tried;
  for (const char *name : kLibraries) {
    auto nvrtc = std::make_unique<Library> (name);
    const bool again = std::any_of (tried.begin (), tried.end (), [&] (const auto &other) {
      return other->handle == nvrtc->handle;
    });
    if (!nvrtc->handle || again) continue;
    std::string why;
    const std::string image = image_of (*nvrtc, files, capability, why);
    if (!image.empty () && take (image)) return true;
    if (!image.empty ()) why = "the driver does not load what it compiled";
    problem += (problem.empty () ? "" : "; ") + std::string (name) + ": " + why;
    tried.push_back (std::move (nvrtc));
  }
  if (problem.empty ()) problem = "there is no NVRTC of CUDA 11.2 or later (libnvrtc.so)";
  return false;
}

}  // namespace quad::cuda
