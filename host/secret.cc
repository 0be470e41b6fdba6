#include "host/secret.h"

#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <string.h>

#include "host/file_descriptor.h"
#include "host/os_error.h"

namespace signet::host {
namespace {

constexpr const char* kUnreadableDescriptor =
    "the PIN or secret cannot be read from its descriptor; hand over one that is open for reading, as with 3<FILE";
constexpr const char* kUnreadable =
    "the PIN or secret cannot be read; the operator must see that its file exists and that this user may read it";

std::size_t whole_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

void strip_newline(Secret& secret) {
  const auto bytes = secret.bytes();
  std::size_t size = bytes.size();
  if (size == 0 || bytes[size - 1] != std::byte{'\n'}) return;
  --size;
  if (size > 0 && bytes[size - 1] == std::byte{'\r'}) --size;
  secret.resize(size);
}

/// Fills the secret up to its capacity.
Result<void> fill(Secret& secret, int fd) {
  std::size_t size = 0;
  secret.resize(secret.capacity());
  while (size < secret.capacity()) {
    const ssize_t count = ::read(fd, secret.bytes().data() + size, secret.capacity() - size);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error(kUnreadableDescriptor, "read");
    size += static_cast<std::size_t>(count);
  }
  secret.resize(size);
  return {};
}

Result<void> check_is_regular(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return {};
  return Unexpected(Error{.code = ErrorCode::io_failure,
                          .message = "what the PIN or secret is to be read from is not a regular file; put one in its "
                                     "place"});
}

Result<Secret> read_regular_file(int fd, std::size_t max_bytes) {
  SIGNET_TRY(check_is_regular(fd));
  return read_secret_descriptor(fd, max_bytes);
}

}  // namespace

Result<Secret> Secret::allocate(std::size_t capacity) {
  if (capacity == 0) capacity = 1;
  const std::size_t length = whole_pages(capacity);
  void* pages = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return os_error("there is no memory for a secret", "mmap");
  // Each of these may be refused (RLIMIT_MEMLOCK, an old kernel); the secret is then held without it.
  (void)::mlock(pages, length);
  (void)::madvise(pages, length, MADV_DONTDUMP);
  (void)::madvise(pages, length, MADV_WIPEONFORK);
  return Secret(static_cast<std::byte*>(pages), capacity);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  if (this != &other) other.wipe();
  return *this;
}

Secret::~Secret() {
  if (data_ == nullptr) return;
  wipe();
  ::munmap(data_, whole_pages(capacity_));
}

void Secret::resize(std::size_t size) {
  assert(size <= capacity_);
  if (size < size_) ::explicit_bzero(data_ + size, size_ - size);
  size_ = size;
}

void Secret::wipe() {
  if (data_ != nullptr) ::explicit_bzero(data_, capacity_);
  size_ = 0;
}

Result<Secret> read_secret_descriptor(int fd, std::size_t max_bytes, FinalNewline newline) {
  // Room for the newline that is taken off, and one more to notice that there was more.
  SIGNET_TRY_ASSIGN(Secret secret, Secret::allocate(max_bytes + 3));
  SIGNET_TRY(fill(secret, fd));
  const bool more = secret.bytes().size() == secret.capacity();
  if (newline == FinalNewline::removed) strip_newline(secret);
  if (secret.bytes().empty())
    return Unexpected(Error{ErrorCode::bad_input, "the PIN or secret is empty; write it into its file"});
  if (more || secret.bytes().size() > max_bytes)
    return Unexpected(
        Error{ErrorCode::bad_input, "the PIN or secret has more than " + std::to_string(max_bytes) + " octets"});
  return secret;
}

Result<Secret> read_secret_file(const std::string& path, std::size_t max_bytes) {
  // Without O_NONBLOCK the open of a FIFO waits for its writer.
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid()) return os_error(kUnreadable, "open " + path);
  auto secret = read_regular_file(fd.get(), max_bytes);
  if (!secret) secret.error().detail = path + (secret.error().detail.empty() ? "" : ": " + secret.error().detail);
  return secret;
}

}  // namespace signet::host
