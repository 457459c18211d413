/* libquadtensor-1.0: decoded frames as tensors, without a copy.
 *
 * A QuadFrame holds one video frame mapped for reading, in system memory or in CUDA
 * memory, and describes its samples as one or more tensors. DLPack hands them to NumPy,
 * PyTorch, CuPy and others. A QuadReader gives the frames of a file.
 *
 * Errors are GErrors of QUAD_TENSOR_ERROR, with text that is meant for the user. Functions
 * may be called from any thread where they do not say otherwise; gst_init () is called by
 * whoever comes first.
 */
#ifndef QUADTENSOR_H
#define QUADTENSOR_H

#include <gst/gst.h>

#include "quadtensor-version.h"

G_BEGIN_DECLS

#if defined(__GNUC__)
#define QUAD_TENSOR_API __attribute__ ((visibility ("default"))) extern
#else
#define QUAD_TENSOR_API extern
#endif

/* The version of the library that is loaded, as QUAD_TENSOR_VERSION_NUMBER () makes it. The
 * macros are of the headers. */
QUAD_TENSOR_API guint quad_tensor_version (void);
/* The bytes of a struct in the library that is loaded, by its name, such as "QuadTensor"; 0 where
 * it has none of this name. For bindings that declare the structs anew: where it is not the size
 * that they know, the library is of another version. */
QUAD_TENSOR_API gsize quad_tensor_struct_size (const gchar *name);

#define QUAD_TENSOR_ERROR (quad_tensor_error_quark ())
QUAD_TENSOR_API GQuark quad_tensor_error_quark (void);

typedef enum {
  QUAD_TENSOR_ERROR_ARGUMENT,    /* the caller asks for what there is not */
  QUAD_TENSOR_ERROR_UNSUPPORTED, /* this format, memory or crop is no tensor */
  QUAD_TENSOR_ERROR_BAD_FRAME,   /* no buffer, no caps, or a buffer smaller than they say */
  QUAD_TENSOR_ERROR_CUDA,        /* the driver refused */
  QUAD_TENSOR_ERROR_PIPELINE,    /* what an element of a reader's pipeline posted */
  QUAD_TENSOR_ERROR_NOT_FOUND,   /* there is no such file */
  QUAD_TENSOR_ERROR_NO_VIDEO,    /* no media, or media without video */
  QUAD_TENSOR_ERROR_DECODE,      /* the file is damaged, or a decoder failed */
  QUAD_TENSOR_ERROR_BEYOND_END   /* a frame's number or a time after the last frame */
} QuadTensorError;

/* FALSE in a process that was forked after GStreamer had started. GStreamer's threads stayed in
 * the parent: functions that need them return this error, and letting go of frames and readers
 * there does nothing. The samples of a frame in system memory can be read. */
QUAD_TENSOR_API gboolean quad_tensor_check_process (GError **error);

/* ---- Frames ---- */

/* DLPack's numbers. */
typedef enum { QUAD_DEVICE_CPU = 1, QUAD_DEVICE_CUDA = 2 } QuadDevice;

/* The samples of one plane, or of three or four planes that lie at equal distances.
 * Element [i, j, k] is at data + (i * strides[0] + j * strides[1] + k * strides[2]) elements.
 * Unsigned integers, little-endian where they have 16 bits. Strides may be negative. */
typedef struct {
  gpointer data; /* on the device; to be read only */
  QuadDevice device;
  gint device_id; /* CUDA's ordinal; 0 on the host */
  guint bits;     /* 8 or 16 */
  guint ndim;     /* 2 or 3 */
  gint64 shape[3];
  gint64 strides[3];
  /* What lies along the axis of colours, one letter each, as "RGBA", "UV" or "GBR" (x is
   * padding); of two dimensions, what the plane is. Lives as long as the frame. */
  const gchar *channels;
  gpointer reserved[4];
} QuadTensor;

/* Times in nanoseconds, GST_CLOCK_TIME_NONE where there is none. What frameextract attached to
 * the frame is there where it was used; else index is G_MAXUINT64. */
typedef struct {
  GstClockTime pts, duration; /* the buffer's */
  GstClockTime time;          /* how far in the film it is shown: stream time, from 0 */
  guint64 index;              /* which of the targets this frame is, from 0 */
  GstClockTime requested;     /* the time that was asked for, of the film as well */
  GstClockTime actual;        /* the time from which the frame was shown */
  gint width, height;         /* in luma samples */
  guint n_tensors;
  const gchar *format; /* as GstVideoFormat spells it; static */
  /* What was in the file: the shape of its pixels, and how its pictures are to be turned, clockwise
   * in degrees, after they were mirrored from left to right where `mirrored`. A reader that shows
   * them upright has done it. Of a sample that is no reader's the rotation is not known, and 0. */
  gint par_n, par_d;
  gint rotation;
  gboolean mirrored;
  gpointer reserved[2];
} QuadFrameInfo;

typedef struct _QuadFrame QuadFrame;

/* Maps the frame in `sample`, of which it keeps a reference; NULL on an error. CUDA memory is
 * mapped on the device. A crop meta is honoured: the tensors show the crop alone. */
QUAD_TENSOR_API QuadFrame *quad_frame_new (GstSample *sample, GError **error);

/* References are counted atomically. The last unref unmaps the frame and lets the sample go;
 * what was exported holds references of its own. The last unref waits for the readers of CUDA
 * memory that was exported, where nothing else keeps it from being filled anew. */
QUAD_TENSOR_API QuadFrame *quad_frame_ref (QuadFrame *frame);
QUAD_TENSOR_API void quad_frame_unref (QuadFrame *frame);

/* Owned by the frame. */
QUAD_TENSOR_API GstSample *quad_frame_get_sample (QuadFrame *frame);
QUAD_TENSOR_API void quad_frame_get_info (QuadFrame *frame, QuadFrameInfo *info);
/* FALSE where `index` is not below n_tensors. */
QUAD_TENSOR_API gboolean quad_frame_get_tensor (QuadFrame *frame, guint index, QuadTensor *tensor);

/* ---- CUDA ---- */

/* A stream as DLPack gives it: 1 is the legacy default one, 2 the calling thread's default
 * one, -1 none (nobody waits), other values are a CUstream. 0 is an error. */

/* Work queued in `stream` from now on comes after what fills the frame. Nothing to do for
 * frames in system memory. */
QUAD_TENSOR_API gboolean quad_frame_order (QuadFrame *frame, gint64 stream, GError **error);
/* Waits until the frame is filled. */
QUAD_TENSOR_API gboolean quad_frame_synchronize (QuadFrame *frame, GError **error);
/* Synchronizes, and notes that somebody unknown reads the frame until the last unref. An error
 * where the frame lies in another context than the device's primary one. */
QUAD_TENSOR_API gboolean quad_frame_share (QuadFrame *frame, GError **error);

/* Whether this machine can decode H.264 into CUDA memory of `device`. */
QUAD_TENSOR_API gboolean quad_cuda_can_decode (gint device);
/* Lets all elements of a pipeline use the primary context of `device`, which CUDA's runtime,
 * and so PyTorch and CuPy, use too. To be called before it leaves GST_STATE_NULL. */
QUAD_TENSOR_API gboolean quad_cuda_use_primary_context (GstElement *pipeline, gint device,
                                                        GError **error);

/* ---- DLPack ---- */

/* A DLManagedTensor, or a DLManagedTensorVersioned of version 1.0 with the read-only flag set,
 * for one consumer, who calls its deleter, on any thread. `stream` as above for frames in CUDA
 * memory; pass -1 for others. The unversioned struct cannot say that the samples are to be read
 * only: it is up to the consumer. NULL on an error, which for CUDA memory it is where the frame
 * lies in another context than the device's primary one. */
QUAD_TENSOR_API gpointer quad_frame_to_dlpack (QuadFrame *frame, guint index, gint64 stream,
                                               gboolean versioned, GError **error);

/* ---- Batches ---- */

/* As QuadTensor, of several frames: the first axis counts them. Element [n, i, j, k] is at
 * data + (n * strides[0] + i * strides[1] + ...) elements. */
typedef struct {
  gpointer data;
  QuadDevice device;
  gint device_id;
  guint bits;
  guint ndim; /* 3 or 4 */
  gint64 shape[4];
  gint64 strides[4];
  const gchar *channels; /* as in QuadTensor; lives as long as the batch */
  gpointer reserved[4];
} QuadBatchTensor;

typedef struct _QuadBatch QuadBatch;

/* Frames of one size, format and device, as one tensor for each of theirs. Frames that were drawn
 * into one block, by quad_reader_open_with (), and lie in it at equal distances stay where they
 * are, and the batch keeps references; others are copied, which is done when this returns. The
 * samples may be written to: those of the frames are the same where nothing was copied. NULL on an
 * error. */
QUAD_TENSOR_API QuadBatch *quad_batch_new (QuadFrame *const *frames, guint n_frames,
                                           GError **error);
/* As quad_batch_new(), of `n_frames` frames like `first`, whose samples quad_batch_put() copies as
 * they come: a decoder may have few frames, and waits until one is let go. NULL on an error; NULL
 * without one where `first` was drawn into a block: then keep the frames for quad_batch_new(). */
QUAD_TENSOR_API QuadBatch *quad_batch_new_like (QuadFrame *first, guint n_frames, GError **error);
/* Copies a frame to a place of a batch of quad_batch_new_like(), from 0; done when this returns.
 * Places that were not filled hold anything. One thread at a time. FALSE on an error. */
QUAD_TENSOR_API gboolean quad_batch_put (QuadBatch *batch, guint place, QuadFrame *frame,
                                         GError **error);
QUAD_TENSOR_API void quad_batch_unref (QuadBatch *batch);
/* FALSE where there is no such tensor. */
QUAD_TENSOR_API gboolean quad_batch_get_tensor (QuadBatch *batch, guint index,
                                                QuadBatchTensor *tensor);
/* How many of the frames had to be copied. */
QUAD_TENSOR_API guint quad_batch_get_n_copied (QuadBatch *batch);
/* As quad_frame_to_dlpack(), for any stream, as nothing is queued that fills it. Not marked as
 * read-only. */
QUAD_TENSOR_API gpointer quad_batch_to_dlpack (QuadBatch *batch, guint index, gboolean versioned,
                                               GError **error);

/* For Python alone: the name of a capsule with such a struct, static, and its destructor, which
 * calls the deleter where nobody took the struct. The destructor calls the two functions of
 * Python's C interface that are given here first. */
QUAD_TENSOR_API const gchar *quad_dlpack_capsule_name (gboolean versioned);
QUAD_TENSOR_API void quad_dlpack_use_python (int (*capsule_is_valid) (void *, const char *),
                                             void *(*capsule_get_pointer) (void *, const char *));
QUAD_TENSOR_API void quad_dlpack_capsule_destructor (void *capsule);

/* ---- Videos in memory ---- */

typedef struct _QuadBytes QuadBytes;

/* A video that is in memory: the `size` bytes at `data`, which are not copied. When nothing needs
 * them any more, `free_func`, or NULL, is called with `user_data`, on any thread; until then they
 * must not change. Frames may need them, too: those of raw video are parts of the file. */
QUAD_TENSOR_API QuadBytes *quad_bytes_new (gconstpointer data, gsize size, GDestroyNotify free_func,
                                           gpointer user_data);
/* What to give as a location, to any function here. Lives as long as `bytes`. */
QUAD_TENSOR_API const gchar *quad_bytes_get_uri (QuadBytes *bytes);
/* Their URI leads nowhere any more. Who has opened them reads on. */
QUAD_TENSOR_API void quad_bytes_free (QuadBytes *bytes);

/* ---- Reading files ---- */

typedef struct _QuadReader QuadReader;

typedef enum {
  QUAD_READER_FRAME,   /* there is one */
  QUAD_READER_END,     /* there are no more */
  QUAD_READER_TIMEOUT, /* none yet */
  QUAD_READER_FAILED   /* the error says why; there are no more */
} QuadReaderStatus;

/* A target without a frame; index and requested as in QuadFrameInfo. */
typedef struct {
  guint64 index;
  GstClockTime requested;
  const gchar *reason; /* static */
  gpointer reserved[4];
} QuadMissed;

/* Decodes the first video stream of `location`, a file's name or a URI, and passes it through
 * `filters`, elements as in gst-launch-1.0, or NULL. With `device` >= 0 decoders of that CUDA
 * device are preferred, elements use its primary context, and frames have to leave the filters
 * in CUDA memory; with -1 in system memory. At most `depth` (1 and up) frames wait: decoding
 * stops until the next one is taken. Starts at once; NULL on an error. A local file that
 * nothing can be read from ends in an error, not in waiting. */
QUAD_TENSOR_API QuadReader *quad_reader_open (const gchar *location, const gchar *filters,
                                              gint device, guint depth, GError **error);

/* Whether pictures are shown as the file says, or as they are stored. */
typedef enum { QUAD_ORIENTATION_AUTO, QUAD_ORIENTATION_NONE } QuadOrientation;

/* How a reader's pictures are made; all zeroes: of the first video stream, upright, with square
 * pixels, in the size and, where that is a tensor's, the format that the file has. */
typedef struct {
  gint width, height;  /* of the upright picture; 0: by its shape from the other one, or as it is */
  const gchar *format; /* as GStreamer spells it, or NULL */
  QuadOrientation orientation;
  guint stream; /* which of the video streams, from 0, in the order of the file */
  gpointer reserved[4];
} QuadPicture;

/* FALSE where no reader can make such pictures of any video: a format that is no tensor, a side
 * that is too long. */
QUAD_TENSOR_API gboolean quad_picture_check (const QuadPicture *picture, GError **error);

/* As quad_reader_open(), with pictures made after `select` has chosen frames. `select` is elements
 * as in gst-launch-1.0, such as "frameextract rate=2/1", or NULL. Interlaced video is deinterlaced
 * where it is scaled or turned, before `select`. */
QUAD_TENSOR_API QuadReader *quad_reader_open_pictures (const gchar *location, const gchar *select,
                                                       const QuadPicture *picture, gint device,
                                                       guint depth, GError **error);
/* How a reader reads; all zeroes: as quad_reader_open_pictures(). */
typedef struct {
  /* The frames are a batch of `n_places`, all of one size. Where pictures are scaled or converted,
   * in system memory, they are drawn into one block: the first one at place places[0] of it, the
   * second one at places[1], ... So quad_batch_new() of the frames, in the order of their places,
   * copies none. The places are 0, 1, 2 ..., each once. */
  const guint *places;
  guint n_places;
  guint n_times; /* of `times` */
  /* The times of all frames that `select` may choose, ascending, as a table of this file has them.
   * Others are not decoded where no frame is made of them. NULL if any frame may be chosen. */
  const GstClockTime *times;
  /* Threads that decode, where the decoder is in system memory and has such a setting. More of them
   * are done sooner, but each holds frames, and together they cost more. 0: as many as there are
   * processors. */
  guint threads;
  guint reserved_number;
  gpointer reserved[4];
} QuadReaderOptions;

/* As quad_reader_open_pictures(). What `options` points to is read before this returns. */
QUAD_TENSOR_API QuadReader *quad_reader_open_with (const gchar *location, const gchar *select,
                                                   const QuadPicture *picture, gint device,
                                                   guint depth, const QuadReaderOptions *options,
                                                   GError **error);
/* Waits for the next frame for at most `timeout` ns. `frame` is the caller's with
 * QUAD_READER_FRAME, else NULL. Frames that were there before an error come before it. One
 * thread at a time. */
QUAD_TENSOR_API QuadReaderStatus quad_reader_next (QuadReader *reader, GstClockTime timeout,
                                                   QuadFrame **frame, GError **error);
/* How far the frames taken go, and how long the stream is; GST_CLOCK_TIME_NONE where unknown. */
QUAD_TENSOR_API void quad_reader_get_progress (QuadReader *reader, GstClockTime *position,
                                               GstClockTime *duration);
/* Takes the next of the targets that frameextract had no frame for; FALSE where there is none. */
QUAD_TENSOR_API gboolean quad_reader_take_missed (QuadReader *reader, QuadMissed *missed);
/* Stops and frees; frames that were taken stay. Not while another thread is in a function of
 * this reader. */
QUAD_TENSOR_API void quad_reader_close (QuadReader *reader);

/* ---- What is in a file ---- */

/* Of the table's video stream. Strings live as long as the table, and are "" where the file does
 * not say it. */
typedef struct {
  /* Of the file, as it says; where it does not, of a table with frames until the last one's end.
   * GST_CLOCK_TIME_NONE where neither is known. */
  GstClockTime duration;
  gint width, height;             /* as stored */
  gint shown_width, shown_height; /* upright, with square pixels */
  gint par_n, par_d;              /* as in QuadFrameInfo, as are the next two */
  gint rotation;
  gboolean mirrored;
  gboolean interlaced;
  gint fps_n, fps_d;      /* as the file says, which may be any where it varies; 0/1: it does not */
  const gchar *codec;     /* a short name: "h264", "mpeg2", "raw" */
  const gchar *container; /* "mp4", "matroska" */
  const gchar *colorimetry; /* as GStreamer spells it: "bt709" */
  guint n_audio;
  /* Of a table with frames: FALSE where all was decoded and packets do not say which frames are
   * keyframes, as in H.264 without a container and in MPEG program streams. No entry is marked. */
  gboolean keyframes_known;
  gpointer reserved[4];
} QuadClipInfo;

typedef struct {
  gint channels, rate;   /* 0 where unknown; the rate in Hz */
  const gchar *codec;    /* "aac" */
  const gchar *language; /* ISO 639 */
  gpointer reserved[2];
} QuadAudioInfo;

typedef struct {
  GstClockTime time;     /* when it is shown, as in QuadFrameInfo */
  GstClockTime duration; /* until the next one is shown; GST_CLOCK_TIME_NONE where unknown */
  gboolean keyframe;
  gint reserved;
} QuadTableEntry;

typedef struct _QuadTable QuadTable;

/* Reads what is in a file, a name or a URI: what it says of itself and, with `frames`, when each
 * frame of a video stream is shown; `stream` as in QuadPicture. Nothing is decoded for that, but
 * where a decoder may give other frames than the file has packets: fields, packets without times, a
 * film that begins between two keyframes, lost packets, times that run back. Then all of it is
 * decoded, with one thread. Starts at once; NULL on an error. */
QUAD_TENSOR_API QuadTable *quad_table_open (const gchar *location, guint stream, gboolean frames,
                                            GError **error);
/* Waits for at most `timeout` ns until all is read: QUAD_READER_END, QUAD_READER_TIMEOUT or
 * QUAD_READER_FAILED. The file is closed then. One thread at a time. */
QUAD_TENSOR_API QuadReaderStatus quad_table_wait (QuadTable *table, GstClockTime timeout,
                                                  GError **error);
/* After QUAD_READER_END, from any thread: */
QUAD_TENSOR_API void quad_table_get_info (QuadTable *table, QuadClipInfo *info);
/* FALSE where `index` is not below n_audio. */
QUAD_TENSOR_API gboolean quad_table_get_audio (QuadTable *table, guint index, QuadAudioInfo *audio);
/* The frames in the order in which they are shown, as many as all that a reader gives; owned by the
 * table. Where a picture is damaged inside, and neither the demuxer nor the parser says so, it is
 * here, and a reader leaves it out. Of a film that lost packets, a reader with several threads may
 * give other frames. */
QUAD_TENSOR_API const QuadTableEntry *quad_table_get_entries (QuadTable *table, guint64 *n_entries);
QUAD_TENSOR_API void quad_table_close (QuadTable *table);

/* ---- Writing files ---- */

/* Where a writer encodes: as the first frame lies, on the host, or (0 and up) on a CUDA device. */
#define QUAD_WRITER_AS_FRAMES (-2)
#define QUAD_WRITER_HOST (-1)

typedef struct _QuadWriter QuadWriter;

typedef enum {
  QUAD_WRITER_READY,   /* the next frame may come; after quad_writer_finish(), the file is there */
  QUAD_WRITER_TIMEOUT, /* not yet */
  QUAD_WRITER_FAILED   /* the error says why; nothing more can be written */
} QuadWriterStatus;

/* Writes a video without sound to `path`, a file's name. Its ending says how: .mp4, .m4v, .mov and
 * .mkv as H.264, .gif as GIF. A file beside it, such as film.part-x1y2z3.mp4, takes what comes;
 * when the writer finishes it gets the name, and what had the name before is gone. fps_n/fps_d
 * frames a second, or 0/1 where frames bring their times. `device` as above. NULL on an error. */
QUAD_TENSOR_API QuadWriter *quad_writer_open (const gchar *path, gint fps_n, gint fps_d,
                                              gint device, GError **error);
/* Hands on the next frame, a DLManagedTensor of uint8, and returns at once; from then on the writer
 * calls its deleter, in a later function of the writer. FALSE on an error: the caller keeps it.
 *
 * Shapes are [H, W, 3], [3, H, W], [H, W, 4], [4, H, W], [H, W] and, of gray as well, [H, W, 1] and
 * [1, H, W], with any strides; all frames have the same. `channels` says what lies along the axis
 * of colours as QuadTensor does, such as "BGR"; NULL: RGB, RGBA or gray.
 *
 * The caller must not change the samples before quad_writer_wait() is ready; only then it may hand
 * on another frame. On a device all that is queued there comes first, and the samples are copied.
 *
 * `pts` is when the frame is shown, later than the one before; the film begins with the first one.
 * GST_CLOCK_TIME_NONE: when the one before ends. `duration` is above 0; GST_CLOCK_TIME_NONE: by the
 * rate, else until the next one's `pts`, and for the last one as for the one before. */
QUAD_TENSOR_API gboolean quad_writer_write (QuadWriter *writer, gpointer managed,
                                            const gchar *channels, GstClockTime pts,
                                            GstClockTime duration, GError **error);
/* Waits for at most `timeout` ns until the frame has been taken, or the file is there. */
QUAD_TENSOR_API QuadWriterStatus quad_writer_wait (QuadWriter *writer, GstClockTime timeout,
                                                   GError **error);
/* No more frames come: begins to complete the file. FALSE on an error, as where no frame came. */
QUAD_TENSOR_API gboolean quad_writer_finish (QuadWriter *writer, GError **error);
/* The frames so far, how long they are shown, and the bytes in the file. Each may be NULL. */
QUAD_TENSOR_API void quad_writer_get_progress (QuadWriter *writer, guint64 *frames,
                                               GstClockTime *duration, guint64 *bytes);
/* Stops and frees. The file is given up where the writer has not finished. These functions may be
 * called on any thread, one at a time. */
QUAD_TENSOR_API void quad_writer_close (QuadWriter *writer);

G_END_DECLS

#endif
