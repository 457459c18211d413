#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "tensor/frame.h"
#include "tensor/guard.h"
#include "tensor/picture.h"
#include "tensor/process.h"
#include "tensor/scan.h"

namespace quad::tensor {
namespace {

GstDebugCategory *category ()
{
  static GstDebugCategory *made = _gst_debug_category_new ("quadtable", 0, "tables of frames");
  return made;
}

}  // namespace
}  // namespace quad::tensor

using namespace quad::tensor;

struct _QuadTable {
  ~_QuadTable ()
  {
    if (reader) quad_reader_close (reader);
  }
  QuadReaderStatus wait (GstClockTime timeout, GError **error);
  QuadReaderStatus go_on (GstClockTime timeout, GError **error);
  bool needs_decoding () const;
  bool start_decoding (GError **error);
  QuadReaderStatus decode (GstClockTime timeout, GError **error);
  void take (QuadFrame *frame);
  bool mark_keyframes ();
  void finish ();
  // Frames without a time come last.
  bool all_timed () const
  {
    return entries.empty () || GST_CLOCK_TIME_IS_VALID (entries.back ().time);
  }

  std::string location;
  guint stream = 0;
  bool wants_frames = false;
  Scan scan;
  bool scanned = false, done = false;
  Failure failure;  // for callers that wait once more
  // Where packets alone do not say which frames there are.
  QuadReader *reader = nullptr;
  std::vector<Unit> decoded;
  ClipInfo info;
  bool keyframes_known = false;
  std::vector<QuadTableEntry> entries;
};

bool _QuadTable::needs_decoding () const
{
  // Ogg's Theora has its size in a packet.
  if (scan.info ().source.width == 0) return true;
  if (!wants_frames) return false;
  return scan.doubt () != nullptr;
}

bool _QuadTable::start_decoding (GError **error)
{
  QuadPicture as_stored = {};
  as_stored.orientation = QUAD_ORIENTATION_NONE;
  as_stored.stream = stream;
  const bool all = wants_frames && scan.doubt ();
  GST_CAT_INFO (category (), "%s: decodes %s, as %s", location.c_str (), all ? "all" : "one frame",
                all ? scan.doubt () : "its size is not known");
  const char *select = all ? nullptr : "frameextract max-frames=1 every-nth=1";
  constexpr guint kDepth = 4;
  // What a decoder makes of packets without times may depend on its threads, and what several make
  // of lost packets differs from one time to the next.
  QuadReaderOptions options = {};
  options.threads = 1;
  reader =
      quad_reader_open_with (location.c_str (), select, &as_stored, -1, kDepth, &options, error);
  return reader != nullptr;
}

void _QuadTable::take (QuadFrame *frame)
{
  QuadFrameInfo about;
  quad_frame_get_info (frame, &about);
  decoded.push_back ({about.time, about.duration, false});
  if (info.source.width > 0) return;
  info.source.width = about.width;
  info.source.height = about.height;
  info.source.par = {about.par_n, about.par_d};
}

QuadReaderStatus _QuadTable::decode (GstClockTime timeout, GError **error)
{
  QuadFrame *frame = nullptr;
  QuadReaderStatus status = QUAD_READER_FRAME;
  const gint64 begin = g_get_monotonic_time ();
  while (status == QUAD_READER_FRAME) {
    const auto spent = GstClockTime (g_get_monotonic_time () - begin) * GST_USECOND;
    if (spent > timeout) return QUAD_READER_TIMEOUT;
    status = quad_reader_next (reader, timeout - spent, &frame, error);
    if (status != QUAD_READER_FRAME) break;
    take (frame);
    quad_frame_unref (frame);
  }
  return status;
}

// Decoded frames do not say whether they are keyframes, so they are found by the times of packets.
// Marks none and returns false where these do not tell.
bool _QuadTable::mark_keyframes ()
{
  if (!scan.says_keyframes ()) return false;
  std::map<GstClockTime, std::vector<Unit *>> at;
  for (Unit &frame : decoded) at[frame.time].push_back (&frame);
  std::vector<Unit *> marked;
  for (const Unit &unit : scan.units ()) {
    if (!unit.keyframe) continue;
    const auto found = at.find (unit.time);
    if (found == at.end () || found->second.size () != 1) return false;
    marked.push_back (found->second.front ());
  }
  for (Unit *frame : marked) frame->keyframe = true;
  return !marked.empty ();
}

// Puts the frames in the order in which they are shown.
void _QuadTable::finish ()
{
  if (!wants_frames) return;
  std::vector<Unit> &units = scan.units ();
  keyframes_known = scan.doubt () ? mark_keyframes () : scan.says_keyframes ();
  if (scan.doubt ()) units = std::move (decoded);
  if (!keyframes_known)
    for (Unit &unit : units) unit.keyframe = false;
  std::stable_sort (units.begin (), units.end (),
                    [] (const Unit &a, const Unit &b) { return a.time < b.time; });
  entries.reserve (units.size ());
  for (const Unit &unit : units) entries.push_back ({unit.time, unit.duration, unit.keyframe, 0});
  if (all_timed ())
    for (std::size_t i = 0; i + 1 < entries.size (); i++)
      entries[i].duration = entries[i + 1].time - entries[i].time;
  units = {};
  if (entries.empty () || GST_CLOCK_TIME_IS_VALID (info.duration)) return;
  const QuadTableEntry &last = entries.back ();
  if (all_timed () && GST_CLOCK_TIME_IS_VALID (last.duration))
    info.duration = last.time + last.duration;
}

QuadReaderStatus _QuadTable::wait (GstClockTime timeout, GError **error)
{
  if (done) return QUAD_READER_END;
  if (!failure.empty ()) {
    refuse (error, failure.code, failure.text);
    return QUAD_READER_FAILED;
  }
  GError *why = nullptr;
  const QuadReaderStatus status = go_on (timeout, &why);
  if (why) failure = {static_cast<QuadTensorError> (why->code), why->message};
  if (why) g_propagate_error (error, why);
  return status;
}

QuadReaderStatus _QuadTable::go_on (GstClockTime timeout, GError **error)
{
  if (!scanned) {
    const QuadReaderStatus status = scan.wait (timeout, error);
    if (status != QUAD_READER_END) return status;
    scanned = true;
    info = scan.info ();
    if (needs_decoding () && !start_decoding (error)) return QUAD_READER_FAILED;
  }
  if (reader) {
    const QuadReaderStatus status = decode (timeout, error);
    if (status != QUAD_READER_END) return status;
    quad_reader_close (reader);
    reader = nullptr;
  }
  finish ();
  if (!all_timed ()) {
    refuse (error, QUAD_TENSOR_ERROR_UNSUPPORTED,
            "Frames of this file have no times, so that it has no table of them. Read them in "
            "order, with frames().");
    return QUAD_READER_FAILED;
  }
  done = true;
  return QUAD_READER_END;
}

QuadTable *quad_table_open (const gchar *location, guint stream, gboolean frames, GError **error)
{
  g_return_val_if_fail (location, nullptr);
  return contain<QuadTable *> (nullptr, error, [&] () -> QuadTable * {
    if (!start_gstreamer (error)) return nullptr;
    auto table = std::make_unique<QuadTable> ();
    table->location = location;
    table->stream = stream;
    table->wants_frames = frames;
    const Scan::Extent extent = frames ? Scan::Extent::frames : Scan::Extent::info;
    return table->scan.start (location, stream, extent, error) ? table.release () : nullptr;
  });
}

QuadReaderStatus quad_table_wait (QuadTable *table, GstClockTime timeout, GError **error)
{
  g_return_val_if_fail (table, QUAD_READER_FAILED);
  return contain (QUAD_READER_FAILED, error, [&] {
    return check_process (error) ? table->wait (timeout, error) : QUAD_READER_FAILED;
  });
}

void quad_table_get_info (QuadTable *table, QuadClipInfo *info)
{
  g_return_if_fail (table && info);
  const ClipInfo &from = table->info;
  const Source &source = from.source;
  *info = {};
  info->duration = from.duration;
  info->width = source.width;
  info->height = source.height;
  shown_size (source, info->shown_width, info->shown_height);
  info->par_n = source.par.n;
  info->par_d = source.par.d;
  info->rotation = source.turn.rotation;
  info->mirrored = source.turn.mirrored;
  info->interlaced = source.interlaced;
  info->fps_n = from.fps_n;
  info->fps_d = from.fps_d;
  info->codec = from.codec.c_str ();
  info->container = from.container.c_str ();
  info->colorimetry = from.colorimetry.c_str ();
  info->n_audio = guint (from.audio.size ());
  info->keyframes_known = table->keyframes_known;
}

gboolean quad_table_get_audio (QuadTable *table, guint index, QuadAudioInfo *audio)
{
  g_return_val_if_fail (table && audio, FALSE);
  if (index >= table->info.audio.size ()) return FALSE;
  const Audio &from = table->info.audio[index];
  *audio = {};
  audio->channels = from.channels;
  audio->rate = from.rate;
  audio->codec = from.codec.c_str ();
  audio->language = from.language.c_str ();
  return TRUE;
}

const QuadTableEntry *quad_table_get_entries (QuadTable *table, guint64 *n_entries)
{
  g_return_val_if_fail (table && n_entries, nullptr);
  *n_entries = table->entries.size ();
  return table->entries.data ();
}

void quad_table_close (QuadTable *table)
{
  g_return_if_fail (table);
  // Its threads stayed in the parent process, and stopping would wait for them.
  if (was_forked ()) return;
  contain ([&] { delete table; });
}
