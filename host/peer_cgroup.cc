#include "host/peer_cgroup.h"

#include <cerrno>
#include <charconv>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/file_descriptor.h"
#include "host/process.h"

namespace signet::host {
namespace {

// asm-generic/socket.h of Linux 6.5; older headers lack it.
constexpr int kSoPeerPidfd = 77;
constexpr std::size_t kMaxProcText = 64UL * 1024;

std::optional<std::string> proc_text(pid_t pid, const char* name) {
  auto text = read_file("/proc/" + std::to_string(pid) + "/" + name, kMaxProcText);
  if (!text) return std::nullopt;
  return *std::move(text);
}

// A handle becomes readable when its process has ended, pidfd_open(2). Until then nobody else has the process id.
bool still_runs(const FileDescriptor& pidfd) {
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 0) == 0;
}

/// The second number after "Uid:" in /proc/PID/status, proc(5).
std::optional<uid_t> effective_uid(pid_t pid) {
  const auto status = proc_text(pid, "status");
  if (!status) return std::nullopt;
  static constexpr std::string_view kLine = "\nUid:\t";
  const auto line = status->find(kLine);
  if (line == status->npos) return std::nullopt;
  const auto second = status->find('\t', line + kLine.size());
  if (second == status->npos) return std::nullopt;
  uid_t uid = 0;
  const char* begin = status->data() + second + 1;
  if (std::from_chars(begin, status->data() + status->size(), uid).ec != std::errc{}) return std::nullopt;
  return uid;
}

std::optional<std::string> cgroup_while_running(const FileDescriptor& pidfd, pid_t pid) {
  auto text = proc_text(pid, "cgroup");
  if (!still_runs(pidfd)) return std::nullopt;
  return text;
}

}  // namespace

std::optional<std::string> peer_cgroup(int socket, const PeerCredentials& peer) {
  if (peer.pid <= 0) return std::nullopt;  // 0: of a PID namespace that is not ours
  int fd = -1;
  socklen_t length = sizeof fd;
  const int outcome = ::getsockopt(socket, SOL_SOCKET, kSoPeerPidfd, &fd, &length);
  if (outcome != 0) return errno == ENOPROTOOPT ? cgroup_of_process(peer) : std::nullopt;
  return cgroup_while_running(FileDescriptor(fd), peer.pid);
}

std::optional<std::string> cgroup_of_process(const PeerCredentials& peer) {
  if (peer.pid <= 0) return std::nullopt;
  const FileDescriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, peer.pid, 0)));
  if (!pidfd.valid() || effective_uid(peer.pid) != peer.uid) return std::nullopt;
  return cgroup_while_running(pidfd, peer.pid);
}

}  // namespace signet::host
