#include "tensor/memory.h"

namespace quad::tensor {

static const char *const kProblem = "This library was built without CUDA.";

bool knows_cuda () { return false; }
int device_of (GstBuffer *) { return -1; }
std::string order_after_writer (GstBuffer *, gint64) { return kProblem; }
std::string wait_for_writer (GstBuffer *) { return kProblem; }
std::string check_primary_context (GstBuffer *) { return kProblem; }
void keep_until_read (GstBuffer *, gint64) {}
std::string copy_on_device (GstBuffer *, std::span<const Rows>) { return kProblem; }

std::string allocate_beside (GstBuffer *, std::size_t, std::shared_ptr<void> &, std::byte *&)
{
  return kProblem;
}

std::string allocate_picture (GstContext *, const GstVideoInfo &, Owned<GstBuffer> &)
{
  return kProblem;
}

std::string fill_on_device (GstBuffer *, std::span<const Rows>) { return kProblem; }

GstContext *primary_context (int, std::string &problem)
{
  problem = kProblem;
  return nullptr;
}

bool can_decode (int) { return false; }

}  // namespace quad::tensor
