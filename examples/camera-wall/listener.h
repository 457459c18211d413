// The socket that the wall's HTTP server listens on, and how many connections it may have.
#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <string>

#include "owned.h"

namespace wall {

// Takes a new connection. It counts as open until its last reference is dropped.
using OnConnection = std::function<void (GSocketConnection *connection)>;

// Lives in the main thread. libsoup's own listener ends at the first failed accept () and loses
// memory for each connection.
class Listener {
 public:
  // `most`: connections at a time; a further one is closed at once.
  Listener (OnConnection on_connection, unsigned most);
  ~Listener ();
  Listener (const Listener &) = delete;
  Listener &operator= (const Listener &) = delete;

  // Port 0: any free one. False: `why` says why it cannot listen.
  bool start (const std::string &address, int port, std::string &why);
  // http://ADDRESS:PORT/, or "" before start ().
  std::string address () const;

 private:
  void watch ();
  bool accept ();
  void pause (const GError &error);
  void take (GSocket *socket);
  void refuse (GSocket *socket);

  const OnConnection on_connection_;
  const unsigned most_;
  Owned<GSocket> socket_;
  guint source_ = 0;  // of the socket, or of a pause
  // Connections outlive the listener where an answer is pending.
  const std::shared_ptr<unsigned> open_ = std::make_shared<unsigned> (0);
  bool full_ = false;    // and said so
  bool failed_ = false;  // and said so
};

// Lets the process have as many files as the system allows it, 65536 at most.
void raise_file_limit ();

// How many connections leave enough files for cameras, viewers and recordings.
unsigned most_connections ();

}  // namespace wall
