#include "listener.h"

#include <sys/resource.h>

#include <algorithm>

namespace wall {
namespace {

constexpr int kBacklog = 128;
constexpr guint kSilence = 30;  // seconds without a byte after which a connection ends
constexpr guint kPause = 1000;  // milliseconds after a failed accept ()
constexpr rlim_t kMostFiles = 65536;
constexpr rlim_t kMostConnections = 256, kLeastConnections = 8;

rlimit file_limit ()
{
  rlimit limit{};
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = limit.rlim_max = 1024;
  return limit;
}

Owned<GSocket> listen_on (GSocketAddress *address, GError **error)
{
  Owned<GSocket> socket (g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                       G_SOCKET_PROTOCOL_TCP, error));
  if (!socket) return nullptr;
  g_socket_set_blocking (socket.get (), FALSE);
  g_socket_set_listen_backlog (socket.get (), kBacklog);
  if (!g_socket_bind (socket.get (), address, TRUE, error)) return nullptr;
  return g_socket_listen (socket.get (), error) ? std::move (socket) : nullptr;
}

}  // namespace

Listener::Listener (OnConnection on_connection, unsigned most)
    : on_connection_ (std::move (on_connection)), most_ (most)
{
}

Listener::~Listener ()
{
  if (source_) g_source_remove (source_);
}

bool Listener::start (const std::string &address, int port, std::string &why)
{
  const Owned<GSocketAddress> at (
      g_inet_socket_address_new_from_string (address.c_str (), static_cast<guint> (port)));
  GError *error = nullptr;
  socket_ = listen_on (at.get (), &error);
  if (!socket_) {
    why = Owned<GError> (error)->message;
    return false;
  }
  watch ();
  return true;
}

std::string Listener::address () const
{
  const Owned<GSocketAddress> at (socket_ ? g_socket_get_local_address (socket_.get (), nullptr)
                                          : nullptr);
  if (!at) return "";
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (at.get ());
  const Owned<char> host (g_inet_address_to_string (g_inet_socket_address_get_address (inet)));
  const Owned<char> uri (g_uri_join (G_URI_FLAGS_NONE, "http", nullptr, host.get (),
                                     g_inet_socket_address_get_port (inet), "/", nullptr, nullptr));
  return uri.get ();
}

void Listener::watch ()
{
  GSource *source = g_socket_create_source (socket_.get (), G_IO_IN, nullptr);
  const GSocketSourceFunc ready = [] (GSocket *, GIOCondition, gpointer self) -> gboolean {
    return static_cast<Listener *> (self)->accept ();
  };
  g_source_set_callback (source, G_SOURCE_FUNC (ready), this, nullptr);
  source_ = g_source_attach (source, nullptr);
  g_source_unref (source);
}

// Whether to go on watching.
bool Listener::accept ()
{
  GError *error = nullptr;
  const Owned<GSocket> socket (g_socket_accept (socket_.get (), nullptr, &error));
  const Owned<GError> owned (error);
  if (error && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) return true;
  // A client that has gone before its turn is no reason to wait.
  if (error && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)) return true;
  if (error) {
    pause (*error);
    return false;
  }
  failed_ = false;
  if (*open_ < most_)
    take (socket.get ());
  else
    refuse (socket.get ());
  return true;
}

// What is asked to wait stays in the socket's backlog: watching on would be a busy loop.
void Listener::pause (const GError &error)
{
  if (!failed_) g_message ("cannot take connections for now: %s", error.message);
  failed_ = true;
  const auto again = [] (gpointer self) -> gboolean {
    static_cast<Listener *> (self)->watch ();
    return G_SOURCE_REMOVE;
  };
  source_ = g_timeout_add (kPause, again, this);
}

void Listener::take (GSocket *socket)
{
  if (*open_ < most_ / 2) full_ = false;
  g_socket_set_timeout (socket, kSilence);
  const Owned<GSocketConnection> connection (
      g_socket_connection_factory_create_connection (socket));
  const auto gone = [] (gpointer data, GObject *) {
    const std::unique_ptr<std::shared_ptr<unsigned>> open (
        static_cast<std::shared_ptr<unsigned> *> (data));
    --**open;
  };
  ++*open_;
  g_object_weak_ref (G_OBJECT (connection.get ()), gone, new std::shared_ptr<unsigned> (open_));
  on_connection_ (connection.get ());
}

void Listener::refuse (GSocket *socket)
{
  if (!full_) g_message ("closes new connections: there are %u already", *open_);
  full_ = true;
  g_socket_close (socket, nullptr);
}

void raise_file_limit ()
{
  rlimit limit = file_limit ();
  const rlim_t wanted = std::min (limit.rlim_max, kMostFiles);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  setrlimit (RLIMIT_NOFILE, &limit);
}

unsigned most_connections ()
{
  return static_cast<unsigned> (
      std::clamp (file_limit ().rlim_cur / 4, kLeastConnections, kMostConnections));
}

}  // namespace wall
