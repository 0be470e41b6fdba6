#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/file_descriptor.h"

// A server that says exactly what a test writes down, for clients that must survive anything.
namespace signet::test {

/// What happens on one accepted connection; it owns the descriptor for that long.
using Scene = std::function<void(int fd)>;

/// Listens on a Unix socket and plays one scene per connection, in order, on a thread of its own; then the socket stays
/// open and nobody accepts. The destructor waits for the scenes that were begun.
class ScriptedServer {
 public:
  ScriptedServer(const std::string& path, std::vector<Scene> scenes);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  /// Connections accepted so far; call after the client is done.
  std::size_t accepted() const { return accepted_; }

 private:
  void play(const std::vector<Scene>& scenes);
  host::FileDescriptor listener_;
  std::atomic<std::size_t> accepted_ = 0;
  std::thread thread_;
};

/// Reads up to the end of a request (header block and Content-Length octets) and gives it; empty where the client
/// closed.
std::string read_request(int fd);
void say(int fd, std::string_view text);

/// Reads the request, says the text, closes.
Scene answer(std::string text);
/// Reads the request, says the text, resets the connection's remains by closing without a word more.
Scene close_at_once();
/// Reads the request, says the text and waits until the client has gone.
Scene say_and_stay(std::string text);
/// An HTTP/1.1 answer with its Content-Length.
std::string http_answer(std::string_view status_line, std::string_view content_type, std::string_view body,
                        std::string_view more_headers = {});

}  // namespace signet::test
