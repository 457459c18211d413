// Functions that GStreamer looks for and this double does not support.
#include "state.h"

using namespace hostcuda;

namespace {

CUresult refuse (const char *name)
{
  return call (name, kNothing, [] (State &) { return CUDA_ERROR_NOT_SUPPORTED; });
}

}  // namespace

// Interop with graphics.

CUresult cuGraphicsMapResources (unsigned int, CUgraphicsResource *, CUstream)
{
  return refuse (__func__);
}
CUresult cuGraphicsUnmapResources (unsigned int, CUgraphicsResource *, CUstream)
{
  return refuse (__func__);
}
CUresult cuGraphicsResourceSetMapFlags (CUgraphicsResource, unsigned int)
{
  return refuse (__func__);
}
CUresult cuGraphicsSubResourceGetMappedArray (CUarray *, CUgraphicsResource, unsigned int,
                                              unsigned int)
{
  return refuse (__func__);
}
CUresult cuGraphicsResourceGetMappedPointer (CUdeviceptr *, size_t *, CUgraphicsResource)
{
  return refuse (__func__);
}
CUresult cuGraphicsUnregisterResource (CUgraphicsResource) { return refuse (__func__); }
CUresult cuGraphicsGLRegisterImage (CUgraphicsResource *, GLuint, GLenum, unsigned int)
{
  return refuse (__func__);
}
CUresult cuGraphicsGLRegisterBuffer (CUgraphicsResource *, GLuint, unsigned int)
{
  return refuse (__func__);
}
CUresult cuGLGetDevices (unsigned int *, CUdevice *, unsigned int, CUGLDeviceList)
{
  return refuse (__func__);
}

// Asked for since GStreamer 1.28. cudaEGL.h, which declares them, needs the headers of EGL.
HOSTCUDA_EXPORT cuGraphicsEGLRegisterImage (CUgraphicsResource *, void *, unsigned int)
{
  return refuse (__func__);
}
HOSTCUDA_EXPORT cuGraphicsResourceGetMappedEglFrame (void *, CUgraphicsResource, unsigned int,
                                                     unsigned int)
{
  return refuse (__func__);
}

// Textures.

CUresult cuTexObjectCreate (CUtexObject *, const CUDA_RESOURCE_DESC *, const CUDA_TEXTURE_DESC *,
                            const CUDA_RESOURCE_VIEW_DESC *)
{
  return refuse (__func__);
}
CUresult cuTexObjectDestroy (CUtexObject) { return refuse (__func__); }

// Sharing between processes.

CUresult cuIpcGetEventHandle (CUipcEventHandle *, CUevent) { return refuse (__func__); }
CUresult cuIpcOpenEventHandle (CUevent *, CUipcEventHandle) { return refuse (__func__); }
CUresult cuIpcGetMemHandle (CUipcMemHandle *, CUdeviceptr) { return refuse (__func__); }
CUresult cuIpcOpenMemHandle (CUdeviceptr *, CUipcMemHandle, unsigned int)
{
  return refuse (__func__);
}
CUresult cuIpcCloseMemHandle (CUdeviceptr) { return refuse (__func__); }

// Virtual memory.

CUresult cuMemAddressReserve (CUdeviceptr *, size_t, size_t, CUdeviceptr, unsigned long long)
{
  return refuse (__func__);
}
CUresult cuMemAddressFree (CUdeviceptr, size_t) { return refuse (__func__); }
CUresult cuMemCreate (CUmemGenericAllocationHandle *, size_t, const CUmemAllocationProp *,
                      unsigned long long)
{
  return refuse (__func__);
}
CUresult cuMemRelease (CUmemGenericAllocationHandle) { return refuse (__func__); }
CUresult cuMemExportToShareableHandle (void *, CUmemGenericAllocationHandle,
                                       CUmemAllocationHandleType, unsigned long long)
{
  return refuse (__func__);
}
CUresult cuMemImportFromShareableHandle (CUmemGenericAllocationHandle *, void *,
                                         CUmemAllocationHandleType)
{
  return refuse (__func__);
}
CUresult cuMemSetAccess (CUdeviceptr, size_t, const CUmemAccessDesc *, size_t)
{
  return refuse (__func__);
}
CUresult cuMemGetAccess (unsigned long long *, const CUmemLocation *, CUdeviceptr)
{
  return refuse (__func__);
}
CUresult cuMemGetAllocationGranularity (size_t *, const CUmemAllocationProp *,
                                        CUmemAllocationGranularity_flags)
{
  return refuse (__func__);
}
CUresult cuMemGetAllocationPropertiesFromHandle (CUmemAllocationProp *,
                                                 CUmemGenericAllocationHandle)
{
  return refuse (__func__);
}
CUresult cuMemMap (CUdeviceptr, size_t, size_t, CUmemGenericAllocationHandle, unsigned long long)
{
  return refuse (__func__);
}
CUresult cuMemUnmap (CUdeviceptr, size_t) { return refuse (__func__); }
CUresult cuMemRetainAllocationHandle (CUmemGenericAllocationHandle *, void *)
{
  return refuse (__func__);
}

// External memory and semaphores.

CUresult cuDestroyExternalMemory (CUexternalMemory) { return refuse (__func__); }
CUresult cuDestroyExternalSemaphore (CUexternalSemaphore) { return refuse (__func__); }
CUresult cuExternalMemoryGetMappedBuffer (CUdeviceptr *, CUexternalMemory,
                                          const CUDA_EXTERNAL_MEMORY_BUFFER_DESC *)
{
  return refuse (__func__);
}
CUresult cuExternalMemoryGetMappedMipmappedArray (CUmipmappedArray *, CUexternalMemory,
                                                  const CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC *)
{
  return refuse (__func__);
}
CUresult cuImportExternalMemory (CUexternalMemory *, const CUDA_EXTERNAL_MEMORY_HANDLE_DESC *)
{
  return refuse (__func__);
}
CUresult cuImportExternalSemaphore (CUexternalSemaphore *,
                                    const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC *)
{
  return refuse (__func__);
}
CUresult cuSignalExternalSemaphoresAsync (const CUexternalSemaphore *,
                                          const CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS *,
                                          unsigned int, CUstream)
{
  return refuse (__func__);
}
CUresult cuWaitExternalSemaphoresAsync (const CUexternalSemaphore *,
                                        const CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS *, unsigned int,
                                        CUstream)
{
  return refuse (__func__);
}

// GStreamer asks for the first version of the name.
#undef cuIpcOpenMemHandle
HOSTCUDA_EXPORT cuIpcOpenMemHandle (CUdeviceptr *, CUipcMemHandle, unsigned)
{
  return refuse (__func__);
}
