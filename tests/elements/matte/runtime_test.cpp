// quadmatte without an ONNX Runtime. What has been opened stays, so each case is a process of its
// own: the first test that opens one is the last.
#include "elements/matte/harness.h"

namespace quad::test {
namespace {

std::string error_with (const std::string &file, const char *variable = nullptr,
                        const char *value = "")
{
  const Variable runtime ("QUAD_ONNXRUNTIME", file);
  const std::optional<Variable> other =
      variable ? std::optional<Variable> (std::in_place, variable, value) : std::nullopt;
  const ModelFile model (model_of ("mean"));
  const Owned<GstElement> element{GST_ELEMENT (gst_object_ref_sink (
      gst_parse_launch (("quadmatte model-file=" + model.file ()).c_str (), nullptr)))};
  Bus bus (element.get ());
  EXPECT_EQ (gst_element_set_state (element.get (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (element.get (), GST_STATE_NULL);
  const std::string error = bus.error ();
  EXPECT_EQ (bus.error (), "");
  EXPECT_TRUE (contains (error, "Install ONNX Runtime 1.11 or newer")) << error;
  EXPECT_TRUE (contains (error, "set QUAD_ONNXRUNTIME")) << error;
  return error;
}

TEST (MatteRuntime, MissingOrTooOldAndThenThere)
{
  const std::string file = std::getenv ("QUAD_ONNXRUNTIME");
  EXPECT_TRUE (contains (error_with ("/nowhere/libonnxruntime.so.1"), "/nowhere"));
  EXPECT_TRUE (contains (error_with ("libm.so.6"), "is not ONNX Runtime."));
  EXPECT_TRUE (contains (error_with (file, "QUAD_FAKE_ORT_OLD", "1"), "which is too old."));
  EXPECT_TRUE (contains (error_with (file, "QUAD_FAKE_ORT_VERSION", "1.10.0"),
                         "is version 1.10.0, which is too old."));
  // The element, too, finds it when it is there.
  Matte m (model_of ("fill 1"), raw ("I420", 16, 12));
  EXPECT_EQ (m.show (plain (m.in (), 99)).alpha (), std::vector<int> (16 * 12, 255));
}

}  // namespace
}  // namespace quad::test
