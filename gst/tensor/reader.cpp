#include <gst/app/gstappsink.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "glue/film.h"
#include "public/gstquad.h"
#include "tensor/frame.h"
#include "tensor/guard.h"
#include "tensor/messages.h"
#include "tensor/process.h"
#include "tensor/reader_pipeline.h"

namespace quad::tensor {
namespace {

// How long to wait for a frame before the bus is read for errors.
constexpr GstClockTime kGlance = 20 * GST_MSECOND;

}  // namespace
}  // namespace quad::tensor

using namespace quad::tensor;
using quad::Owned;

struct _QuadReader {
  ReaderPipeline pipeline;
  GstClockTime position = GST_CLOCK_TIME_NONE;
  quad::FilmBegin film_begin;
  bool taken = false;  // a frame
  PostedErrors errors;
  Failure failure;               // empty while all is well
  std::deque<MissedRun> missed;  // not taken yet
  bool ended = false;

  // Reads the bus.
  void take_messages ();
  // True if an element failed. Returns it once.
  bool failed (GError **error);
  QuadFrame *take (GstSample *sample, GError **error);
  QuadReaderStatus next (GstClockTime timeout, QuadFrame **frame, GError **error);
};

void _QuadReader::take_messages ()
{
  constexpr auto kTypes = static_cast<GstMessageType> (GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
  while (const Owned<GstMessage> message{gst_bus_pop_filtered (pipeline.bus (), kTypes)}) {
    if (gst_message_has_name (message.get (), GST_QUAD_MESSAGE_FRAME_MISSED))
      missed.emplace_back (gst_message_get_structure (message.get ()));
    else
      errors.take (message.get ());
  }
  if (failure.empty ()) failure = errors.first ();
}

bool _QuadReader::failed (GError **error)
{
  take_messages ();
  if (failure.empty ()) return false;
  ended = true;
  return !refuse (error, failure.code, failure.text);
}

QuadFrame *_QuadReader::take (GstSample *sample, GError **error)
{
  QuadFrame *frame = quad_frame_new (sample, error);
  if (!frame) return nullptr;
  frame->source = pipeline.source ();
  if (!taken)
    if (const auto first = pipeline.first_segment ()) film_begin.take (*first);
  taken = true;
  film_begin.take (*gst_sample_get_segment (sample));
  frame->film_begin = film_begin.get ();
  position = time_of (sample, film_begin.get ());
  return frame;
}

QuadReaderStatus _QuadReader::next (GstClockTime timeout, QuadFrame **frame, GError **error)
{
  if (ended) return QUAD_READER_END;
  auto *sink = GST_APP_SINK (pipeline.sink ());
  for (GstClockTime waited = 0;; waited += kGlance) {
    const GstClockTime rest = timeout > waited ? timeout - waited : 0;
    Owned<GstSample> sample{gst_app_sink_try_pull_sample (sink, std::min (rest, kGlance))};
    // A failing element posts its error before it ends the stream. So ask for EOS first, and read
    // the bus after that.
    const bool eos = !sample && gst_app_sink_is_eos (sink) != FALSE;
    take_messages ();
    if (!sample && !eos && failure.empty ()) failure = pipeline.stuck ();
    // Frames from before the error have arrived by now.
    if (!sample && !failure.empty ()) sample.reset (gst_app_sink_try_pull_sample (sink, 0));
    if (sample) {
      *frame = take (sample.get (), error);
      if (*frame) return QUAD_READER_FRAME;
      ended = true;
      return QUAD_READER_FAILED;
    }
    if (failed (error)) return QUAD_READER_FAILED;
    if (eos) {
      ended = true;
      return QUAD_READER_END;
    }
    if (rest <= kGlance) return QUAD_READER_TIMEOUT;
  }
}

namespace quad::tensor {
namespace {

QuadReader *open (const ReaderPipeline::Request &request, GError **error)
{
  if (!start_gstreamer (error)) return nullptr;
  if (request.depth < 1 || request.device < -1) {
    refuse (
        error, QUAD_TENSOR_ERROR_ARGUMENT,
        request.depth < 1 ? "The depth has to be 1 or more." : "The device has to be -1 or more.");
    return nullptr;
  }
  auto reader = std::make_unique<QuadReader> ();
  if (!reader->pipeline.build (request, error)) return nullptr;
  if (gst_element_set_state (reader->pipeline.element (), GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE) {
    if (!reader->failed (error))
      refuse (error, QUAD_TENSOR_ERROR_PIPELINE, "The pipeline does not start.");
    return nullptr;
  }
  return reader.release ();
}

// A reader's pictures were allocated by several threads, each in an arena of its own, and the C
// library keeps what was freed in the middle of one. Programs that open many readers would grow by
// some pictures for each arena. This takes some milliseconds, and more in a process with much
// memory, so it is for large pictures, and not for each of many readers.
constexpr gint64 kLarge = 1'000'000, kPause = G_USEC_PER_SEC;
void return_memory ()
{
  static std::atomic<gint64> next{0};
  const gint64 now = g_get_monotonic_time ();
  gint64 due = next;
  if (now < due || !next.compare_exchange_strong (due, now + kPause)) return;
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

// Whether each of 0, 1, 2 ... is there once.
bool is_permutation (std::vector<guint> places)
{
  std::sort (places.begin (), places.end ());
  for (guint i = 0; i < places.size (); i++)
    if (places[i] != i) return false;
  return true;
}

}  // namespace
}  // namespace quad::tensor

QuadReader *quad_reader_open (const gchar *location, const gchar *filters, gint device, guint depth,
                              GError **error)
{
  g_return_val_if_fail (location, nullptr);
  return contain<QuadReader *> (nullptr, error, [&] {
    return open ({location, filters, std::nullopt, device, depth, {}, {}}, error);
  });
}

gboolean quad_picture_check (const QuadPicture *picture, GError **error)
{
  g_return_val_if_fail (picture, FALSE);
  return contain (FALSE, error, [&] {
    Picture asked;
    return gboolean{accept (error, QUAD_TENSOR_ERROR_ARGUMENT, read_picture (*picture, asked))};
  });
}

QuadReader *quad_reader_open_pictures (const gchar *location, const gchar *select,
                                       const QuadPicture *picture, gint device, guint depth,
                                       GError **error)
{
  g_return_val_if_fail (location && picture, nullptr);
  return contain<QuadReader *> (nullptr, error, [&] () -> QuadReader * {
    if (!start_gstreamer (error)) return nullptr;
    Picture asked;
    if (!accept (error, QUAD_TENSOR_ERROR_ARGUMENT, read_picture (*picture, asked))) return nullptr;
    ReaderPipeline::Request request = {location, select, asked, device, depth, {}, {}};
    request.stream = picture->stream;
    return open (request, error);
  });
}

QuadReader *quad_reader_open_with (const gchar *location, const gchar *select,
                                   const QuadPicture *picture, gint device, guint depth,
                                   const QuadReaderOptions *options, GError **error)
{
  g_return_val_if_fail (location && picture && options, nullptr);
  return contain<QuadReader *> (nullptr, error, [&] () -> QuadReader * {
    if (!start_gstreamer (error)) return nullptr;
    Picture asked;
    if (!accept (error, QUAD_TENSOR_ERROR_ARGUMENT, read_picture (*picture, asked))) return nullptr;
    ReaderPipeline::Request request = {location, select, asked, device, depth, {}, {}};
    if (options->times) request.times.assign (options->times, options->times + options->n_times);
    request.threads = options->threads;
    request.stream = picture->stream;
    std::vector<guint> order;
    if (options->places) order.assign (options->places, options->places + options->n_places);
    if (!is_permutation (order)) {
      refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
              "The places of a batch have to be 0, 1, 2 ..., each once, in any order.");
      return nullptr;
    }
    // Where nothing is drawn, the decoder would take the block for frames that nobody asked for.
    const bool drawn = picture->width > 0 || picture->height > 0 || picture->format;
    if (!order.empty () && drawn && device < 0)
      request.slices = std::make_shared<Slices> (std::move (order));
    return open (request, error);
  });
}

QuadReaderStatus quad_reader_next (QuadReader *reader, GstClockTime timeout, QuadFrame **frame,
                                   GError **error)
{
  g_return_val_if_fail (reader && frame, QUAD_READER_FAILED);
  *frame = nullptr;
  return contain (QUAD_READER_FAILED, error, [&] {
    return check_process (error) ? reader->next (timeout, frame, error) : QUAD_READER_FAILED;
  });
}

void quad_reader_get_progress (QuadReader *reader, GstClockTime *position, GstClockTime *duration)
{
  g_return_if_fail (reader);
  if (position) *position = reader->position;
  if (duration) *duration = GST_CLOCK_TIME_NONE;
  if (!duration || was_forked ()) return;
  gint64 length = -1;
  gst_element_query_duration (reader->pipeline.element (), GST_FORMAT_TIME, &length);
  if (length >= 0) *duration = static_cast<GstClockTime> (length);
}

gboolean quad_reader_take_missed (QuadReader *reader, QuadMissed *missed)
{
  g_return_val_if_fail (reader && missed, FALSE);
  return contain (FALSE, nullptr, [&] () -> gboolean {
    if (!was_forked ()) reader->take_messages ();
    if (reader->missed.empty ()) return FALSE;
    MissedRun &run = reader->missed.front ();
    *missed = run.next ();
    if (run.all_taken ()) reader->missed.pop_front ();
    return TRUE;
  });
}

void quad_reader_close (QuadReader *reader)
{
  g_return_if_fail (reader);
  // Its threads stayed in the parent process, and stopping would wait for them.
  if (was_forked ()) return;
  contain ([&] {
    const Source source = reader->pipeline.source ();
    delete reader;
    if (gint64{source.width} * source.height >= kLarge) return_memory ();
  });
}
