/* An application of gstquad.h, built outside of the tree: reads a grid's cells and messages, and
 * asks at which size a picture is shown. Ends with 0 if all is as it should be. C and C++. */
#include <gst/video/video.h>
#include <gstquad.h>

static gint cells, sizes, lives;

static GstPadProbeReturn read_cells (GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  gpointer at = NULL, meta;
  (void)pad, (void)user;
  while ((meta = gst_buffer_iterate_meta_filtered (GST_PAD_PROBE_INFO_BUFFER (info), &at,
                                                   GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstVideoRegionOfInterestMeta *region = (GstVideoRegionOfInterestMeta *)meta;
    const GstStructure *cell =
        gst_video_region_of_interest_meta_get_param (region, GST_QUAD_META_CELL);
    const char *name = gst_structure_get_string (cell, GST_QUAD_FIELD_PAD);
    guint64 pts = 0;
    gst_structure_get_uint64 (cell, GST_QUAD_FIELD_PTS, &pts);
    if (pts == GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info)) && region->w == 320 &&
        region->x == (g_str_equal (name, "sink_1") ? 320U : 0U))
      cells++;
  }
  return GST_PAD_PROBE_OK;
}

static int shown_width (GstElement *grid)
{
  GstPad *pad = gst_element_get_static_pad (grid, "sink_0");
  GstQuery *query = gst_query_new_custom (
      GST_QUERY_CUSTOM, gst_structure_new (GST_QUAD_QUERY_TARGET, GST_QUAD_FIELD_WIDTH, G_TYPE_INT,
                                           1280, GST_QUAD_FIELD_HEIGHT, G_TYPE_INT, 960, NULL));
  gint width = 0;
  if (gst_pad_query (pad, query))
    gst_structure_get_int (gst_query_get_structure (query), GST_QUAD_FIELD_TARGET_WIDTH, &width);
  gst_query_unref (query);
  gst_object_unref (pad);
  return width;
}

static void read_message (GstMessage *message)
{
  const GstStructure *s = gst_message_get_structure (message);
  gint number = 0;
  if (gst_message_has_name (message, GST_QUAD_MESSAGE_CELL_SIZE))
    sizes += gst_structure_get_int (s, GST_QUAD_FIELD_WIDTH, &number) && number == 320;
  if (gst_message_has_name (message, GST_QUAD_MESSAGE_CELL_STATE))
    lives += gst_structure_get_enum (s, GST_QUAD_FIELD_NEW,
                                     g_type_from_name (GST_QUAD_CELL_STATE_TYPE_NAME), &number) &&
             number == GST_QUAD_CELL_STATE_LIVE;
}

int main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  GstElement *pipeline = gst_parse_launch (
      "quadmux-grid name=grid rows=1 columns=2 cell-metas=true post-cell-size=true ! "
      "video/x-raw,width=640,height=240,framerate=10/1 ! fakesink name=out "
      "videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240,framerate=10/1 ! grid. "
      "videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240,framerate=10/1 ! grid.",
      NULL);
  GstElement *grid = gst_bin_get_by_name (GST_BIN (pipeline), "grid");
  GstElement *out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, read_cells, NULL, NULL);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_get_state (pipeline, NULL, NULL, 20 * GST_SECOND);
  const int width = shown_width (grid);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  GstMessage *message = NULL;
  while ((message = gst_bus_timed_pop (GST_ELEMENT_BUS (pipeline), 20 * GST_SECOND)) &&
         !(GST_MESSAGE_TYPE (message) & (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))) {
    read_message (message);
    gst_message_unref (message);
  }
  if (message) gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad), gst_object_unref (out), gst_object_unref (grid);
  gst_object_unref (pipeline);
  g_print ("width %d, %d cells, %d sizes, %d live\n", width, cells, sizes, lives);
  return width == 320 && cells == 20 && sizes == 2 && lives == 2 ? 0 : 1;
}
