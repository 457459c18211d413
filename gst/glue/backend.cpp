#include "glue/backend.h"

#include <algorithm>

#include "glue/colorimetry.h"

namespace quad {

void Backend::take_context (GstContext *) {}
bool Backend::answer (GstQuery *) { return false; }
void Backend::set_id (int) {}
bool Backend::open () { return true; }
void Backend::close () {}
std::unique_ptr<Adapter> Backend::make_adapter () { return nullptr; }
std::unique_ptr<matte::Renderer> Backend::make_matte_renderer () { return nullptr; }
bool Backend::decide (GstQuery *) { return false; }
void Backend::propose (GstQuery *, guint) {}
const char *Backend::problem_of (GstBuffer *) { return nullptr; }
Status Backend::begin (std::span<GstBuffer *const>, GstBuffer *) { return Status::ok; }
Status Backend::end (std::span<GstBuffer *const>, GstBuffer *) { return Status::ok; }

const BackendRow &backend_of (Memory memory)
{
  for (const BackendRow &row : backends ())
    if (row.memory == memory) return row;
  return backends ().back ();
}

std::size_t place_of (Memory memory)
{
  return static_cast<std::size_t> (&backend_of (memory) - backends ().data ());
}

bool is_available (const BackendRow &row)
{
  std::string why;
  return !row.available || row.available (why);
}

bool converts (const BackendRow &row, const GstVideoInfo &from, const GstVideoInfo &to)
{
  return !row.converts || same_pixels (from, to) || row.converts (from, to);
}

std::string describe (Status status, const BackendRow &row)
{
  std::string text = std::string{describe (status)}.append (".");
  const char *more = status == Status::out_of_device_memory ? row.usage
                     : status == Status::device_failed      ? row.failed
                     : status == Status::no_kernels         ? row.no_kernels
                                                            : nullptr;
  if (more) text.append (" ").append (more);
  return text;
}

std::vector<Memory> memories ()
{
  std::vector<Memory> all;
  for (const BackendRow &row : backends ())
    if (is_available (row)) all.push_back (row.memory);
  return all;
}

std::vector<Memory> memories_from (Memory first)
{
  std::vector<Memory> all = memories ();
  const auto at = std::find (all.begin (), all.end (), first);
  if (at != all.end ()) std::rotate (all.begin (), at, at + 1);
  return all;
}

Memory memory_of (GstBuffer *buffer)
{
  for (const BackendRow &row : backends ())
    if (row.holds && row.holds (buffer)) return row.memory;
  return Memory::host;
}

Backends::Backends (GstElement *element) : element_ (element)
{
  for (const BackendRow &row : backends ()) all_.push_back (row.make (element));
}

Backend &Backends::of (Memory memory) { return *all_[place_of (memory)]; }

Backend *Backends::device_of (Memory memory)
{
  return memory == Memory::host ? nullptr : &of (memory);
}

void Backends::take_context (GstContext *context)
{
  for (const auto &backend : all_) backend->take_context (context);
}

bool Backends::answer (GstQuery *query)
{
  return std::any_of (all_.begin (), all_.end (),
                      [query] (const auto &backend) { return backend->answer (query); });
}

void Backends::close ()
{
  for (const auto &backend : all_) backend->close ();
}

void Backends::set_id (int id)
{
  id_ = id;
  for (const auto &backend : all_) backend->set_id (id);
}

GParamSpec *cuda_device_id_spec ()
{
  return g_param_spec_int (
      "cuda-device-id", "CUDA device ID",
      "Which GPU draws frames in CUDA memory, as nvidia-smi counts them "
      "(-1 = any)",
      -1, G_MAXINT, -1,
      static_cast<GParamFlags> (int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS} |
                                int{GST_PARAM_MUTABLE_READY}));
}

}  // namespace quad
