#include "page.h"

#include "http_answer.h"

namespace wall {

void add_page (HttpServer &server)
{
  static constexpr const char *kFiles[][3] = {
      {"/", "index.html", "text/html; charset=utf-8"},
      {"/wall.css", "wall.css", "text/css; charset=utf-8"},
      {"/wall.js", "wall.js", "text/javascript; charset=utf-8"},
      {"/whep.js", "whep.js", "text/javascript; charset=utf-8"},
  };
  for (const auto &each : kFiles) {
    const auto serve = [each] (SoupServerMessage *message, const std::string &) {
      const std::string file = std::string (PAGE_FOLDER "/") + each[1];
      char *data = nullptr;
      gsize size = 0;
      if (!g_file_get_contents (file.c_str (), &data, &size, nullptr))
        return answer_error (message, SOUP_STATUS_NOT_FOUND,
                             "The page's files are not where they were.");
      const Owned<char> owned (data);
      answer (message, SOUP_STATUS_OK, each[2], std::string (data, size));
    };
    server.add ({"GET", each[0], nullptr, serve, true});
  }
}

}  // namespace wall
