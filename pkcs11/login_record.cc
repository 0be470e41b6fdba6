#include "pkcs11/login_record.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "host/file_descriptor.h"
#include "host/process.h"
#include "host/sync_directory.h"
#include "pkcs11/login_note.h"
#include "proto/sha256.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kSaltBytes = 16;
// scrypt (RFC 7914): 16 MiB and some 50 ms.
constexpr std::uint64_t kScryptN = 1U << 14U;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 1;
constexpr std::uint64_t kScryptMaxMemory = 64U << 20U;

Unexpected<Error> io_error(const std::string& call) { return no_login_record(call + ": " + std::strerror(errno)); }

Result<std::string> pin_tag(const host::Secret& pin, BytesView salt) {
  std::array<std::byte, 32> key{};
  const auto* text = reinterpret_cast<const char*>(pin.bytes().data());
  if (EVP_PBE_scrypt(text, pin.bytes().size(), octets(salt), salt.size(), kScryptN, kScryptR, kScryptP,
                     kScryptMaxMemory, writable_octets(key), key.size()) != 1) {
    return Unexpected(make_error(ErrorCode::internal, "EVP_PBE_scrypt"));
  }
  return hex(BytesView(key).last(1));
}

Result<Bytes> fresh_salt() {
  Bytes salt(kSaltBytes);
  if (RAND_bytes(writable_octets(salt), static_cast<int>(salt.size())) != 1) {
    return Unexpected(make_error(ErrorCode::internal, "RAND_bytes"));
  }
  return salt;
}

Result<void> sync(const std::string& path) {
  const auto synced = host::sync_directory_of(path);
  if (!synced) return no_login_record(synced.error().detail);
  return {};
}

// The lock is taken before the file has its name, so that nobody ever waits for it. Where a file system knows no locks
// the record is as good as before.
Result<host::FileDescriptor> write_synced(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  host::FileDescriptor fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return io_error("open " + fresh);
  static_cast<void>(::flock(fd.get(), LOCK_EX | LOCK_NB));
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return io_error("write " + fresh);
  if (::fsync(fd.get()) != 0) return io_error("fsync " + fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) return io_error("rename " + fresh);
  SIGNET_TRY(sync(path));
  return fd;
}

Result<LoginNote> note_of(const std::string& serial, const host::Secret& pin, LoginNote::Outcome outcome) {
  SIGNET_TRY_ASSIGN(const Bytes salt, fresh_salt());
  LoginNote note{.serial = serial, .salt_hex = hex(salt), .outcome = outcome};
  // The salt's hexadecimal text is what is hashed, so that nothing has to be decoded.
  SIGNET_TRY_ASSIGN(note.tag, pin_tag(pin, bytes_of(note.salt_hex)));
  return note;
}

}  // namespace

Unexpected<Error> no_login_record(std::string detail) {
  return Unexpected(Error{.code = ErrorCode::io_failure,
                          .message = "the record of login attempts cannot be kept, and without it no PIN is tried; the "
                                     "operator must give signet-token a state-dir that it may write",
                          .detail = std::move(detail)});
}

std::string login_record_path(const std::string& state_dir, std::string_view serial) {
  constexpr std::size_t kNameBytes = 8;
  const Sha256Digest digest = sha256(bytes_of(serial));
  return fmt::format("{}/{}{}", state_dir, kLoginRecordPrefix, hex(BytesView(digest).first(kNameBytes)));
}

LoginRecord::LoginRecord(std::string directory) : directory_(std::move(directory)) {}

Result<LoginRecord::Verdict> LoginRecord::judge(const std::string& serial, const host::Secret& pin) const {
  const std::string path = login_record_path(directory_, serial);
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return Verdict::may_try;
  const auto text = host::read_file(path, kMaxLoginRecordBytes);
  if (!text) return no_login_record(text.error().detail);
  const auto found = parse_login_note(*text);
  if (!found || found->serial != serial) return Verdict::was_refused;
  SIGNET_TRY_ASSIGN(const std::string tag, pin_tag(pin, bytes_of(found->salt_hex)));
  if (tag != found->tag) return Verdict::may_try;
  return found->outcome == LoginNote::Outcome::unclear ? Verdict::last_try : Verdict::was_refused;
}

Result<void> LoginRecord::write_pending(const std::string& serial, const host::Secret& pin) const {
  SIGNET_TRY_ASSIGN(const LoginNote note, note_of(serial, pin, LoginNote::Outcome::pending));
  SIGNET_TRY_ASSIGN(pending_, write_synced(login_record_path(directory_, serial), to_text(note)));
  return {};
}

Result<void> LoginRecord::note_unclear(const std::string& serial, const host::Secret& pin) const {
  SIGNET_TRY_ASSIGN(const LoginNote note, note_of(serial, pin, LoginNote::Outcome::unclear));
  SIGNET_TRY(write_synced(login_record_path(directory_, serial), to_text(note)));
  pending_.reset();
  return {};
}

Result<void> LoginRecord::clear(const std::string& serial) const {
  const std::string path = login_record_path(directory_, serial);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error("unlink " + path);
  SIGNET_TRY(sync(path));
  pending_.reset();
  return {};
}

}  // namespace signet::pkcs11
