#include "pkcs11/login_record.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "host/file_descriptor.h"
#include "host/process.h"
#include "proto/sha256.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kMaxNoteBytes = 4096;
constexpr std::size_t kSaltBytes = 16;
// scrypt (RFC 7914): 16 MiB and some 50 ms.
constexpr std::uint64_t kScryptN = 1U << 14U;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 1;
constexpr std::uint64_t kScryptMaxMemory = 64U << 20U;

Unexpected<Error> no_record(std::string detail) {
  return Unexpected(Error{.code = ErrorCode::io_failure,
                          .message = "the record of login attempts cannot be kept, and without it no PIN is tried; the "
                                     "operator must give signet-token a state-dir that it may write",
                          .detail = std::move(detail)});
}

Unexpected<Error> io_error(const std::string& call) { return no_record(call + ": " + std::strerror(errno)); }

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

Result<void> sync_directory_of(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/'));
  const host::FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) return io_error("fsync " + directory);
  return {};
}

Result<void> write_synced(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const host::FileDescriptor fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return io_error("open " + fresh);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return io_error("write " + fresh);
  if (::fsync(fd.get()) != 0) return io_error("fsync " + fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) return io_error("rename " + fresh);
  return sync_directory_of(path);
}

}  // namespace

/// The file's four lines: serial number, salt, tag, outcome.
struct LoginRecord::Note {
  std::string serial{};
  std::string salt_hex{};
  std::string tag{};
  std::string outcome{};  ///< "pending" or "unclear"

  static Result<Note> make(const std::string& serial, const host::Secret& pin, std::string outcome) {
    SIGNET_TRY_ASSIGN(const Bytes salt, fresh_salt());
    return make_with(serial, hex(salt), pin, std::move(outcome));
  }
  // The salt's hexadecimal text is what is hashed, so that nothing has to be decoded.
  static Result<Note> make_with(const std::string& serial, const std::string& salt_hex, const host::Secret& pin,
                                std::string outcome) {
    SIGNET_TRY_ASSIGN(std::string tag, pin_tag(pin, bytes_of(salt_hex)));
    return Note{serial, salt_hex, std::move(tag), std::move(outcome)};
  }
  static Note parse(const std::string& text) {
    Note note;
    std::istringstream lines(text);
    std::getline(lines, note.serial);
    std::getline(lines, note.salt_hex);
    std::getline(lines, note.tag);
    std::getline(lines, note.outcome);
    return note;
  }
  std::string text() const { return serial + "\n" + salt_hex + "\n" + tag + "\n" + outcome + "\n"; }
};

LoginRecord::LoginRecord(std::string directory) : path_(std::move(directory) + "/login-attempt") {}

Result<LoginRecord::Verdict> LoginRecord::judge(const std::string& serial, const host::Secret& pin) const {
  if (::access(path_.c_str(), F_OK) != 0 && errno == ENOENT) return Verdict::may_try;
  const auto text = host::read_file(path_, kMaxNoteBytes);
  if (!text) return no_record(text.error().detail);
  const Note found = Note::parse(*text);
  if (found.serial != serial) return Verdict::may_try;
  SIGNET_TRY_ASSIGN(const Note same, Note::make_with(serial, found.salt_hex, pin, found.outcome));
  if (same.tag != found.tag) return Verdict::may_try;
  return found.outcome == "unclear" ? Verdict::last_try : Verdict::was_refused;
}

Result<void> LoginRecord::write_pending(const std::string& serial, const host::Secret& pin) const {
  SIGNET_TRY_ASSIGN(const Note note, Note::make(serial, pin, "pending"));
  return write_synced(path_, note.text());
}

Result<void> LoginRecord::note_unclear(const std::string& serial, const host::Secret& pin) const {
  SIGNET_TRY_ASSIGN(const Note note, Note::make(serial, pin, "unclear"));
  return write_synced(path_, note.text());
}

Result<void> LoginRecord::clear() const {
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return io_error("unlink " + path_);
  return sync_directory_of(path_);
}

}  // namespace signet::pkcs11
