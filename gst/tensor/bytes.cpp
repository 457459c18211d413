#include "tensor/bytes.h"

#include <map>
#include <mutex>

#include "tensor/guard.h"
#include "tensor/process.h"

struct _QuadBytes {
  std::shared_ptr<const quad::tensor::Bytes> bytes;
  std::string uri;
};

namespace quad::tensor {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<const Bytes>> bytes;
  guint64 count = 0;
};

// Never destroyed, because bytes may be let go after static objects when the program ends.
Registry &registry ()
{
  static auto *made = new Registry;
  return *made;
}

}  // namespace

std::shared_ptr<const Bytes> bytes_of_uri (const std::string &uri)
{
  const std::lock_guard lock (registry ().mutex);
  const auto at = registry ().bytes.find (uri);
  return at == registry ().bytes.end () ? nullptr : at->second.lock ();
}

}  // namespace quad::tensor

using namespace quad::tensor;

QuadBytes *quad_bytes_new (gconstpointer data, gsize size, GDestroyNotify free_func,
                           gpointer user_data)
{
  g_return_val_if_fail (data || size == 0, nullptr);
  return contain<QuadBytes *> (nullptr, nullptr, [&] {
    auto made = std::make_unique<QuadBytes> ();
    const std::span view (static_cast<const guint8 *> (data), size);
    const std::lock_guard lock (registry ().mutex);
    made->uri = std::string{kBytesProtocol} + "://" + std::to_string (++registry ().count);
    made->bytes = std::make_shared<const Bytes> (view, free_func, user_data);
    registry ().bytes[made->uri] = made->bytes;
    return made.release ();
  });
}

const gchar *quad_bytes_get_uri (QuadBytes *bytes)
{
  g_return_val_if_fail (bytes, nullptr);
  return bytes->uri.c_str ();
}

void quad_bytes_free (QuadBytes *bytes)
{
  g_return_if_fail (bytes);
  // The lock may be held for ever, by a thread that stayed in the parent.
  if (was_forked ()) return;
  contain ([&] {
    {
      const std::lock_guard lock (registry ().mutex);
      registry ().bytes.erase (bytes->uri);
    }
    delete bytes;
  });
}
