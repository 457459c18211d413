#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "tensor/frame.h"
#include "tensor/guard.h"
#include "tensor/part_file.h"
#include "tensor/process.h"
#include "tensor/writer_pipeline.h"
#include "tensor/writer_times.h"

using namespace quad::tensor;
using quad::dlpack::Managed;

struct _QuadWriter {
  const FileKind *kind = nullptr;
  int fps_n = 0, fps_d = 1;
  int device = QUAD_WRITER_AS_FRAMES;
  PartFile file;
  std::optional<Incoming> first;  // the first frame; the others are like it
  std::unique_ptr<WriterPipeline> pipeline;
  WriterTimes times;
  Managed *lent = nullptr;  // what the pipeline reads
  Failure failure;          // for good
  bool finishing = false, finished = false;

  ~_QuadWriter ();
  bool start (const Incoming &frame, GstClockTime shown_for, GError **error);
  bool write (Managed *managed, const char *channels, GstClockTime pts, GstClockTime duration,
              GError **error);
  QuadWriterStatus wait (GstClockTime timeout, GError **error);
  bool finish (GError **error);
  void let_go ();
  bool fail (const Failure &why, GError **error);
};

_QuadWriter::~_QuadWriter ()
{
  pipeline.reset ();  // it may still read
  let_go ();
}

void _QuadWriter::let_go ()
{
  Managed *managed = std::exchange (lent, nullptr);
  if (managed && managed->deleter) managed->deleter (managed);
}

bool _QuadWriter::fail (const Failure &why, GError **error)
{
  if (failure.empty ()) failure = why;
  return refuse (error, why.code, why.text);
}

namespace {

// Why `frame` is not like the ones before; empty: it is.
std::string difference (const Incoming &frame, const Incoming &first)
{
  const auto text = [] (const Incoming &f) {
    return std::to_string (f.width) + "x" + std::to_string (f.height) + " in " +
           gst_video_format_to_string (f.format);
  };
  if (frame.device != first.device)
    return "The frames of one writer lie on one device, the host or a CUDA device.";
  if (frame.width == first.width && frame.height == first.height && frame.format == first.format)
    return {};
  return "The frames of one writer have one size and format: this one is " + text (frame) +
         ", the first one was " + text (first) + ".";
}

// Why the file cannot tell the times of a film with one more frame; empty: it can.
std::string too_long (const FileKind &kind, GstClockTime longest, const WriterTimes &before,
                      const WriterTimes &after)
{
  const GstClockTime frame = std::max (after.shown_for (), after.shown () - before.shown ());
  // Readers take the time of one frame as a number with a sign.
  if (after.length () <= longest && frame <= longest / 2) return {};
  const auto seconds = [] (GstClockTime time) { return std::to_string (time / GST_SECOND) + " s"; };
  return "In ." + std::string{kind.ending} + ", a film of this rate has at most " +
         seconds (longest) + " and a frame " + seconds (longest / 2) + ", and these would have " +
         seconds (after.length ()) + " and " + seconds (frame) + ". In .mkv they may be longer.";
}

}  // namespace

bool _QuadWriter::start (const Incoming &frame, GstClockTime shown_for, GError **error)
{
  int encoder = device == QUAD_WRITER_AS_FRAMES ? frame.device : device;
  if (kind->is_gif ()) encoder = -1;
  if (frame.device >= 0 && encoder != frame.device)
    return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
                   "The frame lies on CUDA device " + std::to_string (frame.device) +
                       ", and the file is encoded " +
                       (encoder < 0 ? "on the host" : "on device " + std::to_string (encoder)) +
                       ". Copy it there first, such as frame.cpu().");
  if (!accept (error, QUAD_TENSOR_ERROR_PIPELINE, lacking_for (*kind, encoder))) return false;
  auto made = std::make_unique<WriterPipeline> ();
  first = frame;
  const Failure why = made->start ({kind, &*first, fps_n, fps_d, shown_for, encoder, file.part ()});
  if (!why.empty ()) {
    first.reset ();
    return refuse (error, why.code, why.text);
  }
  pipeline = std::move (made);
  return true;
}

bool _QuadWriter::write (Managed *managed, const char *channels, GstClockTime pts,
                         GstClockTime duration, GError **error)
{
  if (!failure.empty ()) return refuse (error, failure.code, failure.text);
  if (finishing)
    return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "The writer is finished: it takes no more.");
  if (lent)
    return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
                   "The frame before was not waited for: call quad_writer_wait () first.");
  Incoming frame;
  const Failure why = read_incoming (managed->tensor, channels, frame);
  if (!why.empty ()) return refuse (error, why.code, why.text);
  if (!kind->is_gif ()) leave_alpha_out (frame);
  if (first && !accept (error, QUAD_TENSOR_ERROR_ARGUMENT, difference (frame, *first)))
    return false;
  WriterTimes after = times;
  if (!accept (error, QUAD_TENSOR_ERROR_ARGUMENT, after.add (pts, duration))) return false;
  if (!accept (error, QUAD_TENSOR_ERROR_ARGUMENT,
               too_long (*kind, longest_film (*kind, fps_n), times, after)))
    return false;
  if (!pipeline && !start (frame, after.shown_for (), error)) return false;
  const Failure pushed = pipeline->push (frame, after.shown (), after.shown_for ());
  if (!pushed.empty ())
    return pushed.code == QUAD_TENSOR_ERROR_ARGUMENT ? refuse (error, pushed.code, pushed.text)
                                                     : fail (pushed, error);
  lent = managed;
  times = after;
  return true;
}

QuadWriterStatus _QuadWriter::wait (GstClockTime timeout, GError **error)
{
  if (!failure.empty ()) return refuse (error, failure.code, failure.text), QUAD_WRITER_FAILED;
  if (!pipeline || finished) return QUAD_WRITER_READY;
  const WriterEvents::State state = pipeline->events ().wait (timeout, finishing);
  if (!pipeline->events ().lent ()) let_go ();
  if (state == WriterEvents::State::busy) return QUAD_WRITER_TIMEOUT;
  if (state == WriterEvents::State::failed) {
    const Failure why = pipeline->events ().failure ();
    fail ({why.code, file.name () + " was not written: " + why.text}, error);
    return QUAD_WRITER_FAILED;
  }
  if (!finishing) return QUAD_WRITER_READY;
  pipeline->stop ();
  if (const Failure why = file.publish (); !why.empty ())
    return fail (why, error), QUAD_WRITER_FAILED;
  finished = true;
  return QUAD_WRITER_READY;
}

bool _QuadWriter::finish (GError **error)
{
  if (!failure.empty ()) return refuse (error, failure.code, failure.text);
  if (!pipeline)
    return refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
                   "No frame was written, so there is no " + file.name () + ".");
  if (!finishing) pipeline->end ();
  finishing = true;
  return true;
}

namespace quad::tensor {
namespace {

QuadWriter *open (const char *path, int fps_n, int fps_d, int device, GError **error)
{
  if (!start_gstreamer (error)) return nullptr;
  if (fps_n < 0 || fps_d < 1 || device < QUAD_WRITER_AS_FRAMES) {
    refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, "The rate or the device is negative.");
    return nullptr;
  }
  auto writer = std::make_unique<QuadWriter> ();
  std::string problem;
  writer->kind = kind_of (path, problem);
  if (!accept (error, QUAD_TENSOR_ERROR_ARGUMENT, problem)) return nullptr;
  if (writer->kind->is_gif () && device >= 0) {
    refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
            "A GIF is encoded on the host, from frames that lie there: device=\"cpu\".");
    return nullptr;
  }
  if (device != QUAD_WRITER_AS_FRAMES || writer->kind->is_gif ())
    problem = lacking_for (*writer->kind, device);
  if (!accept (error, QUAD_TENSOR_ERROR_PIPELINE, problem)) return nullptr;
  writer->fps_n = fps_n;
  writer->fps_d = fps_d;
  writer->device = device;
  writer->times = WriterTimes (fps_n, fps_d);
  if (const Failure why = writer->file.make (path); !why.empty ()) {
    refuse (error, why.code, why.text);
    return nullptr;
  }
  return writer.release ();
}

}  // namespace
}  // namespace quad::tensor

QuadWriter *quad_writer_open (const gchar *path, gint fps_n, gint fps_d, gint device,
                              GError **error)
{
  g_return_val_if_fail (path, nullptr);
  return contain<QuadWriter *> (nullptr, error,
                                [&] { return open (path, fps_n, fps_d, device, error); });
}

gboolean quad_writer_write (QuadWriter *writer, gpointer managed, const gchar *channels,
                            GstClockTime pts, GstClockTime duration, GError **error)
{
  g_return_val_if_fail (writer && managed, FALSE);
  return contain (FALSE, error, [&] {
    return gboolean{check_process (error) && writer->write (static_cast<Managed *> (managed),
                                                            channels, pts, duration, error)};
  });
}

QuadWriterStatus quad_writer_wait (QuadWriter *writer, GstClockTime timeout, GError **error)
{
  g_return_val_if_fail (writer, QUAD_WRITER_FAILED);
  return contain (QUAD_WRITER_FAILED, error, [&] {
    return check_process (error) ? writer->wait (timeout, error) : QUAD_WRITER_FAILED;
  });
}

gboolean quad_writer_finish (QuadWriter *writer, GError **error)
{
  g_return_val_if_fail (writer, FALSE);
  return contain (FALSE, error,
                  [&] { return gboolean{check_process (error) && writer->finish (error)}; });
}

void quad_writer_get_progress (QuadWriter *writer, guint64 *frames, GstClockTime *duration,
                               guint64 *bytes)
{
  g_return_if_fail (writer);
  if (frames) *frames = writer->times.count ();
  if (duration) *duration = writer->times.length ();
  if (bytes) *bytes = writer->file.size ();
}

void quad_writer_close (QuadWriter *writer)
{
  g_return_if_fail (writer);
  // Its threads stayed in the parent process, and so does the file.
  if (was_forked ()) return;
  contain ([&] { delete writer; });
}
