#include "tests/support/fault_module/counters.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace signet::fault {
namespace {

constexpr std::size_t kNameWidth = 22;
constexpr std::size_t kDigits = 20;
constexpr std::size_t kRowBytes = kNameWidth + 1 + kDigits + 1;
constexpr std::size_t kBytes = Counters::kRows * kRowBytes;

bool is_empty(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) != 0 || status.st_size == 0;
}

}  // namespace

Counters::Counters() {
  const char* path = std::getenv("P11FAULT_COUNTS");
  if (path != nullptr) fd_ = ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  lock();
  const bool is_new = fd_ < 0 || is_empty(fd_);
  if (fd_ >= 0 && is_new && ::ftruncate(fd_, static_cast<off_t>(kBytes)) != 0) std::abort();
  const int flags = fd_ >= 0 ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS;
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, flags, fd_, 0);
  if (memory == MAP_FAILED) std::abort();
  text_ = static_cast<char*>(memory);
  for (std::size_t row = 0; is_new && row < kRows; ++row) set(row, 0);
  unlock();
}

std::uint64_t Counters::get(std::size_t row) const {
  return std::strtoull(text_ + row * kRowBytes + kNameWidth + 1, nullptr, 10);
}

void Counters::set(std::size_t row, std::uint64_t value) {
  std::array<char, kRowBytes + 1> line{};
  std::snprintf(line.data(), line.size(), "%-22s %020llu\n", name_of(row).c_str(),
                static_cast<unsigned long long>(value));
  std::copy_n(line.data(), kRowBytes, text_ + row * kRowBytes);
}

void Counters::lock() const {
  if (fd_ >= 0) ::flock(fd_, LOCK_EX);
}

void Counters::unlock() const {
  if (fd_ >= 0) ::flock(fd_, LOCK_UN);
}

std::string Counters::name_of(std::size_t row) {
  if (row < kFunctions.size()) return std::string(kFunctions[row]);
  if (row == kOverlapsRow) return "overlaps";
  return row == kStampRow ? "rules-stamp" : "rule." + std::to_string(row - kFirstRuleRow);
}

}  // namespace signet::fault
