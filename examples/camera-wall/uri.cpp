#include "uri.h"

#include <glib.h>

#include <algorithm>
#include <string_view>

#include "owned.h"

namespace wall {
namespace {

// What ends a URI within a sentence.
constexpr std::string_view kEnds = " \t\r\n\"'<>()";

// Where the host begins in a URI that has :// at `colon`: behind user and password, if it has any.
// A password may hold
// @, and even / although it should not.
std::size_t host_of (std::string_view uri, std::size_t colon)
{
  const std::size_t begin = colon + 3;
  std::size_t end = std::min (uri.find_first_of ("/?#", begin), uri.size ());
  std::size_t at = uri.substr (0, end).rfind ('@');
  const bool is_ipv6 = uri.substr (begin, 1) == "[";
  if (!is_ipv6 && (at == uri.npos || at < begin)) {
    const std::size_t port = uri.find (':', begin);
    // user:pa/ss@host: what follows the colon is no port.
    const bool odd =
        port < end &&
        uri.substr (port + 1, end - port - 1).find_first_not_of ("0123456789") != uri.npos;
    at = odd || (port != uri.npos && port + 1 == end) ? uri.rfind ('@') : uri.npos;
  }
  return at == uri.npos || at < begin ? begin : at + 1;
}

std::string decoded (const std::string &text)
{
  const Owned<char> plain (g_uri_unescape_string (text.c_str (), nullptr));
  return plain ? plain.get () : text;
}

std::string redact_uri (std::string_view uri, std::size_t colon)
{
  std::string shown (uri.substr (0, colon + 3));
  const std::string_view rest = uri.substr (host_of (uri, colon));
  const std::size_t query = rest.find_first_of ("?#");
  shown.append (rest.substr (0, query));
  return shown;
}

}  // namespace

SplitUri split_uri (const std::string &uri)
{
  const std::size_t colon = uri.find ("://");
  if (colon == uri.npos) return {uri, "", ""};
  const std::size_t host = host_of (uri, colon), begin = colon + 3;
  if (host == begin) return {uri, "", ""};
  const std::string info = uri.substr (begin, host - 1 - begin);
  const std::size_t split = info.find (':');
  return {uri.substr (0, begin) + uri.substr (host), decoded (info.substr (0, split)),
          split == info.npos ? "" : decoded (info.substr (split + 1))};
}

std::string redact (const std::string &text)
{
  std::string shown;
  std::size_t from = 0;
  for (;;) {
    const std::size_t colon = text.find ("://", from);
    if (colon == text.npos) return shown + text.substr (from);
    std::size_t begin = colon;
    while (begin > from && (g_ascii_isalnum (text[begin - 1]) || text[begin - 1] == '+')) --begin;
    const std::size_t end = std::min (text.find_first_of (kEnds, colon), text.size ());
    shown += text.substr (from, begin - from);
    shown += redact_uri (std::string_view (text).substr (begin, end - begin), colon - begin);
    from = end;
  }
}

std::string scheme_of (const std::string &uri)
{
  const std::size_t colon = uri.find (':');
  if (colon == uri.npos || uri.find ('/') < colon) return "";
  const Owned<char> lower (g_ascii_strdown (uri.c_str (), static_cast<gssize> (colon)));
  return lower.get ();
}

std::string name_of (const std::string &uri)
{
  const std::string scheme = scheme_of (uri);
  if (scheme == "test") return uri.substr (5);
  const std::string bare = redact (uri);
  if (scheme.empty () || scheme == "file") {
    const Owned<char> base (g_path_get_basename (bare.c_str ()));
    return scheme.empty () ? base.get () : decoded (base.get ());
  }
  const std::size_t colon = bare.find ("://");
  return colon == bare.npos ? bare : bare.substr (colon + 3);
}

}  // namespace wall
