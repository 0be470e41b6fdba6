// Preloaded into a program, it stands before fdatasync(2). In the directory that SIGNET_FAULT_DISK names, "hold" makes
// calls wait until it is gone, "fail" makes them fail, and "calls" gets an octet for each.
#include <cerrno>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace {

const std::string& directory() {
  static const char* const given = std::getenv("SIGNET_FAULT_DISK");
  static const std::string path = given == nullptr ? "/nonexistent" : given;
  return path;
}

bool is_there(const char* name) { return ::access((directory() + name).c_str(), F_OK) == 0; }

void count() {
  const int fd = ::open((directory() + "/calls").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  (void)!::write(fd, ".", 1);
  ::close(fd);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int fdatasync(int fd) {
  using Real = int (*)(int);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "fdatasync"));
  count();
  while (is_there("/hold")) ::usleep(1000);
  if (!is_there("/fail")) return real(fd);
  errno = EIO;
  return -1;
}
