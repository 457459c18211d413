/* An application of the names in gstquad.h, built outside of the tree: reads the cells of a grid,
 * its messages, and asks at which size a picture is shown. Ends with 0 if all is as it should be. C
 * and C++. */
#include <gst/video/video.h>
#include <gstquad.h>

static gint frames, cells, sizes, lives;

static GstPadProbeReturn read_cells (GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gpointer at = NULL;
  (void)pad, (void)user;
  for (;; cells++) {
    GstMeta *meta =
        gst_buffer_iterate_meta_filtered (buffer, &at, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
    GstVideoRegionOfInterestMeta *region = (GstVideoRegionOfInterestMeta *)meta;
    if (!region) break;
    g_assert_cmpstr (g_quark_to_string (region->roi_type), ==, GST_QUAD_META_CELL);
    const GstStructure *cell =
        gst_video_region_of_interest_meta_get_param (region, GST_QUAD_META_CELL);
    g_assert_nonnull (cell);
    const gboolean second =
        g_strcmp0 (gst_structure_get_string (cell, GST_QUAD_FIELD_PAD), "sink_1") == 0;
    gint state = -1;
    guint64 pts = 0, age = 1;
    g_assert_true (gst_structure_get_enum (
        cell, GST_QUAD_FIELD_STATE, g_type_from_name (GST_QUAD_CELL_STATE_TYPE_NAME), &state));
    g_assert_true (gst_structure_get (cell, GST_QUAD_FIELD_PTS, G_TYPE_UINT64, &pts,
                                      GST_QUAD_FIELD_AGE, G_TYPE_UINT64, &age, NULL));
    g_assert_cmpint (state, ==, GST_QUAD_CELL_STATE_LIVE);
    g_assert_cmpuint (pts, ==, GST_BUFFER_PTS (buffer));
    g_assert_cmpuint (age, ==, 0);
    g_assert_cmpuint (region->x, ==, second ? 320 : 0);
    g_assert_cmpuint (region->w, ==, 320);
    g_assert_cmpuint (region->h, ==, 240);
  }
  frames++;
  return GST_PAD_PROBE_OK;
}

static void ask_target (GstElement *grid)
{
  GstPad *pad = gst_element_get_static_pad (grid, "sink_0");
  GstQuery *query = gst_query_new_custom (
      GST_QUERY_CUSTOM, gst_structure_new (GST_QUAD_QUERY_TARGET, GST_QUAD_FIELD_WIDTH, G_TYPE_INT,
                                           1280, GST_QUAD_FIELD_HEIGHT, G_TYPE_INT, 960, NULL));
  GstElement *who = NULL;
  gint width = 0, height = 0;
  gdouble part = 0;
  g_assert_true (gst_pad_query (pad, query));
  g_assert_true (gst_structure_get (gst_query_get_structure (query), GST_QUAD_FIELD_TARGET_WIDTH,
                                    G_TYPE_INT, &width, GST_QUAD_FIELD_TARGET_HEIGHT, G_TYPE_INT,
                                    &height, GST_QUAD_FIELD_CROP_WIDTH, G_TYPE_DOUBLE, &part,
                                    GST_QUAD_FIELD_ELEMENT, GST_TYPE_ELEMENT, &who, NULL));
  g_assert_true (who == grid && width == 320 && height == 240 && part == 1.0);
  gst_object_unref (who);
  gst_query_unref (query);
  gst_object_unref (pad);
}

static void read_message (GstMessage *message)
{
  gint number = 0;
  if (gst_message_has_name (message, GST_QUAD_MESSAGE_CELL_SIZE)) {
    g_assert_true (
        gst_structure_get_int (gst_message_get_structure (message), GST_QUAD_FIELD_WIDTH, &number));
    if (number == 320) sizes++;
  } else if (gst_message_has_name (message, GST_QUAD_MESSAGE_CELL_STATE)) {
    g_assert_true (gst_structure_get_enum (gst_message_get_structure (message), GST_QUAD_FIELD_NEW,
                                           g_type_from_name (GST_QUAD_CELL_STATE_TYPE_NAME),
                                           &number));
    if (number == GST_QUAD_CELL_STATE_LIVE) lives++;
  }
}

int main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  GstElement *pipeline = gst_parse_launch (
      "quadmux-grid name=grid rows=1 columns=2 cell-metas=true post-cell-size=true ! "
      "video/x-raw,width=640,height=240,framerate=10/1 ! fakesink name=out videotestsrc "
      "num-buffers=10 ! "
      "video/x-raw,width=320,height=240,framerate=10/1 ! grid. videotestsrc num-buffers=10 ! "
      "video/x-raw,width=320,height=240,framerate=10/1 ! grid.",
      NULL);
  GstElement *grid = gst_bin_get_by_name (GST_BIN (pipeline), "grid"),
             *out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");
  GstBus *bus = gst_element_get_bus (pipeline);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, read_cells, NULL, NULL);
  g_assert_true (gst_element_set_state (pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE);
  g_assert_true (gst_element_get_state (pipeline, NULL, NULL, 20 * GST_SECOND) ==
                 GST_STATE_CHANGE_SUCCESS);
  ask_target (grid);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (gboolean more = TRUE; more;) {
    GstMessage *message = gst_bus_timed_pop (bus, 20 * GST_SECOND);
    g_assert_true (message && GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR);
    more = GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT) read_message (message);
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus), gst_object_unref (pad), gst_object_unref (out), gst_object_unref (grid),
      gst_object_unref (pipeline);
  g_print ("%d frames, %d cells, %d sizes, %d live\n", frames, cells, sizes, lives);
  return frames == 10 && cells == 20 && sizes == 2 && lives == 2 ? 0 : 1;
}
