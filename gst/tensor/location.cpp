#include "tensor/location.h"

#include <glib/gstdio.h>

#include "tensor/bytes.h"
#include "tensor/frame.h"

namespace quad::tensor {
namespace {

bool is_special (const char *file)
{
  GStatBuf about;
  return g_stat (file, &about) == 0 &&
         (S_ISFIFO (about.st_mode) || S_ISSOCK (about.st_mode) || S_ISCHR (about.st_mode));
}

}  // namespace

bool read_location (const char *given, Location &location, GError **error)
{
  // The name of an existing file may look like a URI.
  if (!g_file_test (given, G_FILE_TEST_EXISTS) && gst_uri_is_valid (given)) {
    location.uri = given;
  } else {
    GError *why = nullptr;
    const Owned<char> uri{gst_filename_to_uri (given, &why)};
    if (!uri) {
      refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, why->message);
      g_error_free (why);
      return false;
    }
    location.uri = uri.get ();
  }
  const Owned<char> file{g_filename_from_uri (location.uri.c_str (), nullptr, nullptr)};
  const bool bytes = gst_uri_has_protocol (location.uri.c_str (), kBytesProtocol) != FALSE;
  if (bytes) register_bytes_source ();
  location.local = file || bytes;
  if (file && is_special (file.get ()))
    return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
                   std::string{file.get ()} +
                       " is a pipe or a device, no file. Write what comes of it to a file first.");
  return true;
}

Owned<GstElement> make_element (const char *factory, GError **error)
{
  GstElement *made = gst_element_factory_make (factory, nullptr);
  if (made) return Owned<GstElement>{GST_ELEMENT (gst_object_ref_sink (made))};
  refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
          std::string{"There is no element "} + factory +
              ". Install GStreamer's base plugins (gstreamer1.0-plugins-base).");
  return nullptr;
}

}  // namespace quad::tensor
