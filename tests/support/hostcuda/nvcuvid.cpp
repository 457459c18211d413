// Without a decoder library GStreamer's nvcodec plugin registers nothing, not even cudaupload and
// cudadownload. This one has all functions that it looks for, and decodes nothing: it reports no
// capabilities.
#include "api.h"

// Their arguments do not matter, and the caller's ABI allows not to declare them.
#pragma GCC visibility push(default)
extern "C" {
CUresult cuvidCtxLockCreate () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidCtxLockDestroy () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidCtxLock () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidCtxUnlock () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidCreateDecoder () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidReconfigureDecoder () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidDestroyDecoder () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidDecodePicture () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidCreateVideoParser () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidParseVideoData () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidDestroyVideoParser () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidMapVideoFrame () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidMapVideoFrame64 () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidUnmapVideoFrame () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidUnmapVideoFrame64 () { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuvidGetDecoderCaps () { return CUDA_ERROR_NOT_SUPPORTED; }
}
#pragma GCC visibility pop
