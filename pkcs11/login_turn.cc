#include "pkcs11/login_turn.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

#include "pkcs11/login_record.h"

namespace signet::pkcs11 {

Result<LoginTurn> LoginTurn::wait(const std::string& state_dir) {
  const std::string path = state_dir + "/login.lock";
  host::FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid()) return no_login_record("open " + path + ": " + std::strerror(errno));
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return no_login_record("flock " + path + ": " + std::strerror(errno));
  }
  return LoginTurn(std::move(lock));
}

}  // namespace signet::pkcs11
