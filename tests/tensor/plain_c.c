/* The header in C: the mean luma of two frames a second of a clip.
 * Prints a line such as "320x180 mean 123.4" for each, and ends with 0 where all went well. */
#include <quadtensor.h>
#include <stdio.h>

#if !QUAD_TENSOR_CHECK_VERSION(0, 2, 0) || QUAD_TENSOR_CHECK_VERSION(QUAD_TENSOR_VERSION_MAJOR + 1, 0, 0)
#error "The macros of the version are wrong."
#endif

static double mean_of (const QuadTensor *t)
{
  const guint8 *data = t->data;
  double sum = 0;
  for (gint64 y = 0; y < t->shape[0]; y++)
    for (gint64 x = 0; x < t->shape[1]; x++) sum += data[y * t->strides[0] + x * t->strides[1]];
  return sum / (double) (t->shape[0] * t->shape[1]);
}

int main (int argc, char **argv)
{
  GError *error = NULL;
  QuadReader *reader;
  QuadFrame *frame = NULL;
  QuadReaderStatus status;
  guint frames = 0;

  if (argc != 2) return 2;
  if (quad_tensor_version () !=
      QUAD_TENSOR_VERSION_NUMBER (QUAD_TENSOR_VERSION_MAJOR, QUAD_TENSOR_VERSION_MINOR,
                                  QUAD_TENSOR_VERSION_MICRO))
    return 3;
  reader = quad_reader_open (argv[1], "frameextract rate=2/1", -1, 4, &error);
  if (!reader) {
    fprintf (stderr, "%s\n", error->message);
    g_clear_error (&error);
    return 1;
  }
  while ((status = quad_reader_next (reader, 10 * GST_SECOND, &frame, &error)) ==
         QUAD_READER_FRAME) {
    QuadTensor luma;
    if (quad_frame_get_tensor (frame, 0, &luma) && luma.device == QUAD_DEVICE_CPU &&
        luma.bits == 8 && luma.ndim == 2)
      printf ("%dx%d mean %.1f\n", (int) luma.shape[1], (int) luma.shape[0], mean_of (&luma));
    quad_frame_unref (frame);
    frames++;
  }
  if (error) fprintf (stderr, "%s\n", error->message);
  g_clear_error (&error);
  quad_reader_close (reader);
  return status == QUAD_READER_END && frames > 0 ? 0 : 1;
}
