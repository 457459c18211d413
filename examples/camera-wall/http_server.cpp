#include "http_server.h"

#include "http_answer.h"

namespace wall {
namespace {

constexpr goffset kMostBody = 64 * 1024;

const char *header (SoupServerMessage *message, const char *name)
{
  const char *value =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), name);
  return value ? value : "";
}

const char *path_of (SoupServerMessage *message)
{
  return g_uri_get_path (soup_server_message_get_uri (message));
}

bool is_here (const std::string &host) { return host == "localhost" || is_loopback (host); }

// Takes the same time for every wrong token of a length.
bool same (const std::string &a, const std::string &b)
{
  unsigned different = a.size () != b.size ();
  for (std::size_t i = 0; i < a.size () && i < b.size (); i++)
    different |= static_cast<unsigned char> (a[i] ^ b[i]);
  return !different;
}

// The page shows nothing of other sites and is shown in none. Each connection takes one request.
void protect (SoupServerMessage *message)
{
  static constexpr const char *kHeaders[][2] = {
      // libsoup 3.2 keeps the sockets of connections that clients close while nothing is asked.
      {"Connection", "close"},
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Content-Security-Policy",
       "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"},
  };
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  for (const auto &each : kHeaders) soup_message_headers_replace (headers, each[0], each[1]);
}

}  // namespace

std::string query_of (SoupServerMessage *message, const char *name)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  if (!query) return "";
  GHashTable *form = soup_form_decode (query);
  const char *value = static_cast<const char *> (g_hash_table_lookup (form, name));
  const std::string found = value ? value : "";
  g_hash_table_unref (form);
  return found;
}

HttpServer::HttpServer (const Config &config)
    : config_ (config),
      server_ (soup_server_new ("server-header", "quad-wall", nullptr)),
      listener_ ([this] (GSocketConnection *connection) { serve (connection); },
                 most_connections ())
{
  // Before the body comes.
  const auto early = [] (SoupServer *, SoupServerMessage *message, const char *, GHashTable *,
                         gpointer self) { static_cast<HttpServer *> (self)->check (message); };
  soup_server_add_early_handler (server_.get (), nullptr, early, this, nullptr);
  const auto late = [] (SoupServer *, SoupServerMessage *message, const char *, GHashTable *,
                        gpointer self) { static_cast<HttpServer *> (self)->handle (message); };
  soup_server_add_handler (server_.get (), nullptr, late, this, nullptr);
}

HttpServer::~HttpServer () { soup_server_disconnect (server_.get ()); }

bool HttpServer::start (std::string &why)
{
  return listener_.start (config_.listen, config_.port, why);
}

void HttpServer::serve (GSocketConnection *connection)
{
  const Owned<GSocketAddress> here (g_socket_connection_get_local_address (connection, nullptr));
  const Owned<GSocketAddress> there (g_socket_connection_get_remote_address (connection, nullptr));
  // Without one of them, the client has gone already.
  if (here && there)
    soup_server_accept_iostream (server_.get (), G_IO_STREAM (connection), here.get (),
                                 there.get (), nullptr);
}

std::string HttpServer::address () const
{
  const std::string address = listener_.address ();
  const Owned<char> token (g_uri_escape_string (config_.token.c_str (), nullptr, FALSE));
  return config_.token.empty () ? address : address + "?token=" + token.get ();
}

// ---- who may ask

void HttpServer::check (SoupServerMessage *message)
{
  protect (message);
  std::string allowed;
  if (!may_come (message)) {
    // It has its answer.
  } else if (const Route *route = find (message, &allowed)) {
    may_ask (message, *route);
  } else if (allowed.empty ()) {
    answer_error (message, SOUP_STATUS_NOT_FOUND, "There is nothing at this path.");
  } else {
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                  allowed.c_str ());
    answer_error (message, SOUP_STATUS_METHOD_NOT_ALLOWED,
                  "This path takes only: " + allowed + ".");
  }
  // A body that is not wanted is not kept.
  if (soup_server_message_get_status (message) != 0)
    soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

// Pages of other sites can make a browser send requests here, also under a name of their own that
// they let point to this machine. The browser tells.
bool HttpServer::may_come (SoupServerMessage *message)
{
  const std::string host = header (message, "Host"), origin = header (message, "Origin");
  const Owned<GUri> uri (g_uri_parse (("http://" + host).c_str (), G_URI_FLAGS_NONE, nullptr));
  const char *name = uri ? g_uri_get_host (uri.get ()) : nullptr;
  // The request line may name a host, too.
  const char *asked = g_uri_get_host (soup_server_message_get_uri (message));
  const bool here = name && is_here (name) && (!asked || is_here (asked));
  if (!name || (config_.token.empty () && !here)) {
    answer_error (message, SOUP_STATUS_FORBIDDEN,
                  "Without a token the wall answers only under the names of this machine, such as "
                  "localhost.");
    return false;
  }
  if (!origin.empty () && origin != "http://" + host && origin != "https://" + host) {
    answer_error (message, SOUP_STATUS_FORBIDDEN, "Pages of other sites may not use the wall.");
    return false;
  }
  return true;
}

bool HttpServer::has_token (SoupServerMessage *message) const
{
  const std::string bearer = header (message, "Authorization");
  if (g_ascii_strncasecmp (bearer.c_str (), "Bearer ", 7) == 0)
    return same (bearer.substr (7), config_.token);
  return same (query_of (message, "token"), config_.token);
}

bool HttpServer::may_ask (SoupServerMessage *message, const Route &route)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, nullptr);
  const goffset size = soup_message_headers_get_content_length (headers);
  if (!config_.token.empty () && !route.open && !has_token (message)) {
    soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                  "WWW-Authenticate", "Bearer");
    answer_error (
        message, SOUP_STATUS_UNAUTHORIZED,
        "Send the wall's token, as ?token=... or in the header Authorization: Bearer ...");
  } else if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED) {
    answer_error (message, SOUP_STATUS_LENGTH_REQUIRED, "Send the body with a Content-Length.");
  } else if (size > kMostBody) {
    answer_error (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
                  "The body may have " + std::to_string (kMostBody) + " bytes at most.");
  } else if (route.type && (!type || g_ascii_strcasecmp (type, route.type) != 0)) {
    answer_error (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
                  std::string ("Send a body of the type ") + route.type + ".");
  }
  return soup_server_message_get_status (message) == 0;
}

// ---- who answers

const Route *HttpServer::find (SoupServerMessage *message, std::string *allowed) const
{
  const std::string path = path_of (message);
  const std::string asked = soup_server_message_get_method (message);
  const std::string method = asked == "HEAD" ? "GET" : asked;
  for (const Route &route : routes_) {
    const bool below = route.path.size () > 1 && route.path.back () == '/';
    if (below ? !path.starts_with (route.path) || path == route.path : path != route.path) continue;
    if (method == route.method) return &route;
    if (allowed) *allowed += (allowed->empty () ? "" : ", ") + std::string (route.method);
  }
  return nullptr;
}

void HttpServer::handle (SoupServerMessage *message)
{
  if (const Route *route = find (message, nullptr))
    route->handler (message, std::string (path_of (message)).substr (route->path.size ()));
}

}  // namespace wall
