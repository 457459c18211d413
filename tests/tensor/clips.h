// Clips that a test makes, in a folder of its own.
#pragma once

#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <string>

#include "support/gst_helpers.h"

namespace quad::test {

class Clips {
 public:
  Clips () : folder_{Owned<char>{g_dir_make_tmp ("quad-tensor-XXXXXX", nullptr)}.get ()} {}
  ~Clips ()
  {
    GDir *all = g_dir_open (folder_.c_str (), 0, nullptr);
    while (const char *name = g_dir_read_name (all)) g_unlink (path (name).c_str ());
    g_dir_close (all);
    g_rmdir (folder_.c_str ());
  }
  Clips (const Clips &) = delete;
  Clips &operator= (const Clips &) = delete;

  std::string path (const std::string &name) const { return folder_ + "/" + name; }

  // The file that `line`, up to the sink, makes. Made once for each name.
  std::string make (const std::string &name, const std::string &line) const
  {
    const std::string file = path (name);
    if (g_file_test (file.c_str (), G_FILE_TEST_EXISTS)) return file;
    GError *error = nullptr;
    GstElement *made = gst_parse_launch ((line + " ! filesink location=" + file).c_str (), &error);
    if (error) g_error ("%s: %s", line.c_str (), error->message);
    const Owned<GstElement> pipeline{GST_ELEMENT (gst_object_ref_sink (made))};
    gst_element_set_state (made, GST_STATE_PLAYING);
    const Owned<GstBus> bus{gst_element_get_bus (made)};
    const Owned<GstMessage> end{gst_bus_timed_pop_filtered (
        bus.get (), 60 * GST_SECOND,
        static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
    if (!end || GST_MESSAGE_TYPE (end.get ()) != GST_MESSAGE_EOS)
      g_error ("cannot make %s", file.c_str ());
    gst_element_set_state (made, GST_STATE_NULL);
    return file;
  }

  // 50 frames of 320x180, 10 a second, in H.264, keyframes each second.
  std::string video () const { return make ("video.mp4", std::string{kVideo} + " ! mp4mux"); }
  std::string video_with_sound () const
  {
    return make ("both.mkv", "audiotestsrc num-buffers=100 ! vorbisenc ! m. " +
                                 std::string{kVideo} + " ! m. matroskamux name=m");
  }
  std::string sound () const { return make ("sound.wav", "audiotestsrc num-buffers=5 ! wavenc"); }

 private:
  static constexpr const char *kVideo =
      "videotestsrc pattern=ball num-buffers=50 ! "
      "video/x-raw,format=I420,width=320,height=180,framerate=10/1 ! "
      "x264enc key-int-max=10 speed-preset=ultrafast ! h264parse";
  std::string folder_;
};

}  // namespace quad::test
