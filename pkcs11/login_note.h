#pragma once

#include <string>
#include <string_view>

#include "proto/result.h"

namespace signet::pkcs11 {

/// What the record of login attempts (login_record.h) says: four lines of text, so that an operator can read them.
struct LoginNote {
  enum class Outcome {
    pending,  ///< the PIN was being tried: refused, or nobody knows
    unclear   ///< the login failed without a word about the PIN
  };

  std::string serial{};    ///< of the token; control characters and % are written as %XX
  std::string salt_hex{};  ///< 32 lower-case hexadecimal digits
  std::string tag{};       ///< 2 of them: the last octet of the PIN's slow hash
  Outcome outcome = Outcome::pending;

  bool operator==(const LoginNote&) const = default;
};

/// "pending" or "unclear". Any thread.
std::string_view outcome_name(LoginNote::Outcome outcome);

/// The file's text. Any thread.
std::string to_text(const LoginNote& note);

/// Strict inverse: the four lines, each ended, and nothing else. Error bad_input. Any thread.
Result<LoginNote> parse_login_note(std::string_view text);

}  // namespace signet::pkcs11
