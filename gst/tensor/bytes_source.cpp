// A source element that reads bytes in memory, as filesrc reads a file.
#include <gst/base/gstbasesrc.h>

#include <algorithm>
#include <new>

#include "tensor/bytes.h"
#include "tensor/guard.h"

namespace quad::tensor {
namespace {

struct BytesSource {
  GstBaseSrc parent;
  std::string *uri;
  std::shared_ptr<const Bytes> *bytes;
};

struct BytesSourceClass {
  GstBaseSrcClass parent_class;
};

gpointer parent_class = nullptr;

// `source` is one of BytesSource.
BytesSource *self_of (gpointer source) { return static_cast<BytesSource *> (source); }

gboolean is_seekable (GstBaseSrc *) { return TRUE; }

gboolean get_size (GstBaseSrc *source, guint64 *size)
{
  const auto &bytes = *self_of (source)->bytes;
  *size = bytes ? bytes->data ().size () : 0;
  return bytes != nullptr;
}

// The buffer is a view of the bytes, and holds them.
GstFlowReturn create (GstBaseSrc *source, guint64 offset, guint length, GstBuffer **buffer)
{
  return contain (GST_FLOW_ERROR, nullptr, [&] {
    const std::shared_ptr<const Bytes> &bytes = *self_of (source)->bytes;
    const gsize whole = bytes->data ().size ();
    if (offset >= whole) return GST_FLOW_EOS;
    const gsize size = std::min<gsize> (length, whole - offset);
    auto *keeps = new std::shared_ptr<const Bytes>{bytes};
    *buffer = gst_buffer_new_wrapped_full (
        GST_MEMORY_FLAG_READONLY, const_cast<guint8 *> (bytes->data ().data ()), whole, offset,
        size, keeps,
        [] (gpointer held) { delete static_cast<std::shared_ptr<const Bytes> *> (held); });
    GST_BUFFER_OFFSET (*buffer) = offset;
    GST_BUFFER_OFFSET_END (*buffer) = offset + size;
    return GST_FLOW_OK;
  });
}

void finalize (GObject *object)
{
  delete self_of (object)->bytes;
  delete self_of (object)->uri;
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

void init (GTypeInstance *instance, gpointer)
{
  self_of (instance)->uri = new std::string;
  self_of (instance)->bytes = new std::shared_ptr<const Bytes>;
}

void init_class (gpointer klass, gpointer)
{
  parent_class = g_type_class_peek_parent (klass);
  G_OBJECT_CLASS (klass)->finalize = finalize;
  auto *source = GST_BASE_SRC_CLASS (klass);
  source->is_seekable = is_seekable;
  source->get_size = get_size;
  source->create = create;
  auto *element = GST_ELEMENT_CLASS (klass);
  gst_element_class_set_static_metadata (element, "Bytes", "Source", "Reads bytes in memory",
                                         "gst-quad");
  static GstStaticPadTemplate output =
      GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  gst_element_class_add_static_pad_template (element, &output);
}

gboolean set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  return contain (FALSE, error, [&] () -> gboolean {
    auto bytes = bytes_of_uri (uri);
    if (!bytes) {
      g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE,
                           "These bytes were let go: hold the QuadBytes while they are opened.");
      return FALSE;
    }
    *self_of (handler)->uri = uri;
    *self_of (handler)->bytes = std::move (bytes);
    return TRUE;
  });
}

void init_handler (gpointer interface, gpointer)
{
  static const gchar *const kProtocols[] = {kBytesProtocol, nullptr};
  auto *handler = static_cast<GstURIHandlerInterface *> (interface);
  handler->get_type = [] (GType) { return GST_URI_SRC; };
  handler->get_protocols = [] (GType) { return kProtocols; };
  handler->get_uri = [] (GstURIHandler *h) { return g_strdup (self_of (h)->uri->c_str ()); };
  handler->set_uri = set_uri;
}

GType make_type ()
{
  const GType type = g_type_register_static_simple (GST_TYPE_BASE_SRC, "QuadTensorBytesSource",
                                                    sizeof (BytesSourceClass), init_class,
                                                    sizeof (BytesSource), init, GTypeFlags{});
  constexpr GInterfaceInfo kHandler = {init_handler, nullptr, nullptr};
  g_type_add_interface_static (type, GST_TYPE_URI_HANDLER, &kHandler);
  return type;
}

}  // namespace

void register_bytes_source ()
{
  [[maybe_unused]] static const bool done =
      gst_element_register (nullptr, "quadtensorbytessrc", GST_RANK_PRIMARY, make_type ()) != FALSE;
}

}  // namespace quad::tensor
