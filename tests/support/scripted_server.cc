#include "tests/support/scripted_server.h"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <sys/socket.h>

#include "tests/support/unix_sockets.h"

namespace signet::test {
namespace {

host::FileDescriptor listen_at(const std::string& path) {
  auto fd = bound_socket(path, SOCK_STREAM);
  if (!fd.valid()) throw std::runtime_error("cannot listen at " + path);
  return fd;
}

std::size_t content_length(std::string_view head) {
  const std::string_view name = "Content-Length: ";
  const auto at = head.find(name);
  return at == std::string_view::npos ? 0 : std::strtoul(head.data() + at + name.size(), nullptr, 10);
}

}  // namespace

ScriptedServer::ScriptedServer(const std::string& path, std::vector<Scene> scenes)
    : listener_(listen_at(path)), thread_([this, scenes = std::move(scenes)] { play(scenes); }) {}

ScriptedServer::~ScriptedServer() {
  // Wakes an accept that no client will answer any more.
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void ScriptedServer::play(const std::vector<Scene>& scenes) {
  for (const auto& scene : scenes) {
    const host::FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.valid()) return;
    ++accepted_;
    scene(connection.get());
  }
}

std::string read_request(int fd) {
  std::string request;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto end = request.find("\r\n\r\n");
    if (end != std::string::npos && request.size() >= end + 4 + content_length(request.substr(0, end))) return request;
    const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    request.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void say(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

Scene answer(std::string text) {
  return [text = std::move(text)](int fd) {
    read_request(fd);
    say(fd, text);
  };
}

Scene close_at_once() {
  return [](int) {};
}

Scene say_and_stay(std::string text) {
  return [text = std::move(text)](int fd) {
    read_request(fd);
    say(fd, text);
    read_request(fd);
  };
}

std::string http_answer(std::string_view status_line, std::string_view content_type, std::string_view body,
                        std::string_view more_headers) {
  std::string text = "HTTP/1.1 " + std::string(status_line) + "\r\nContent-Type: " + std::string(content_type) + "\r\n";
  text += std::string(more_headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text + std::string(body);
}

}  // namespace signet::test
