#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pkcs11/login_note.h"
#include "pkcs11/survey.h"

// What `token unlock-pin` tells. Pure; any thread.
namespace signet::admin {

/// The record of login attempts.
struct RecordView {
  std::optional<pkcs11::LoginNote> note{};  ///< nothing: damaged
  std::int64_t since = 0;                   ///< Unix seconds
};

struct UnlockReport {
  std::string link_name{};                     ///< the configuration file's name: signet-token@NAME
  std::string pin_file{};                      ///< empty: signet-token has its PIN from elsewhere
  std::optional<pkcs11::TokenSurvey> token{};  ///< nothing: it did not show, and was not needed
  std::optional<RecordView> record{};
  bool cleared = false;
  bool reset = false;
};

/// A token's text for a terminal or for JSON: control characters, and what is not UTF-8, as `?`.
std::string printable(std::string text);
/// "the record of 2026-11-25 13:20:01 UTC says: …": one sentence.
std::string record_in_words(const std::optional<RecordView>& record);
std::string view(const UnlockReport& report);
/// {"token":{…}|null,"record":{"serial","outcome","since"}|null,"cleared","reset","restart"}; outcome is pending,
/// unclear or damaged.
std::string json_of(const UnlockReport& report);

}  // namespace signet::admin
