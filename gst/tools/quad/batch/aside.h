// Work on storage, which may be slow or hang, beside the worker's loop.
#pragma once

#include <functional>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace quad::batch {

// To be used by one thread. The worker's Signals wake when the work is done.
class Aside {
 public:
  // Gives what it found.
  using Work = std::function<std::string (const std::stop_token &)>;

  // Starts it in a thread of its own. It has to own what it uses: where storage hangs, it outlives
  // this object.
  explicit Aside (Work work);
  // Asks it to stop, and waits, but not for long.
  ~Aside ();
  Aside (const Aside &) = delete;
  Aside &operator= (const Aside &) = delete;

  // Nothing as long as it runs; what it found, once. Throws what it threw.
  std::optional<std::string> poll ();

 private:
  std::future<std::string> found_;
  std::jthread thread_;
};

}  // namespace quad::batch
