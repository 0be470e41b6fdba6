#include "cli/signet-admin/unlock_views.h"

#include <algorithm>
#include <ctime>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "proto/utf8.h"

namespace signet::admin {
namespace {

using pkcs11::LoginNote;

std::string moment(std::int64_t unix_seconds) {
  const auto time = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", parts);
}

const char* outcome_in_words(LoginNote::Outcome outcome) {
  return outcome == LoginNote::Outcome::pending
             ? "its PIN was tried, and was refused or the answer never seen"
             : "a login failed without a word about the PIN, and one more try is allowed";
}

std::string restart_command(const UnlockReport& report) { return "systemctl restart signet-token@" + report.link_name; }

boost::json::value json_of_token(const std::optional<pkcs11::TokenSurvey>& token) {
  if (!token) return nullptr;
  return boost::json::object{{"label", printable(token->label)},
                             {"serial", printable(token->serial)},
                             {"user_pin_set", token->user_pin_set},
                             {"user_pin_count_low", token->user_pin_count_low},
                             {"user_pin_final_try", token->user_pin_final_try},
                             {"user_pin_locked", token->user_pin_locked},
                             {"so_pin_locked", token->so_pin_locked}};
}

boost::json::value json_of_record(const std::optional<RecordView>& record) {
  if (!record) return nullptr;
  if (!record->note) return boost::json::object{{"serial", nullptr}, {"outcome", "damaged"}, {"since", record->since}};
  return boost::json::object{{"serial", printable(record->note->serial)},
                             {"outcome", std::string(outcome_name(record->note->outcome))},
                             {"since", record->since}};
}

std::string record_result(const UnlockReport& report) {
  if (report.cleared) return "Removed the record of login attempts.\n";
  return "There is no record of login attempts on this token; nothing keeps signet-token from trying its PIN.\n";
}

std::string where_the_pin_goes(const UnlockReport& report) {
  if (report.pin_file.empty()) return "Give signet-token the new PIN, as its credential \"pin\".\n";
  return fmt::format("Write the new PIN into {}.\n", report.pin_file);
}

}  // namespace

std::string printable(std::string text) {
  const bool utf8 = is_utf8(text);
  std::ranges::replace_if(
      text, [utf8](char c) { return is_control(c) || (static_cast<unsigned char>(c) >= 0x80 && !utf8); }, '?');
  return text;
}

std::string record_in_words(const std::optional<RecordView>& record) {
  if (!record) return "there is no record of a login attempt on this token.";
  const std::string since = moment(record->since);
  if (!record->note) return fmt::format("the record of {} is damaged, which counts as a refused PIN.", since);
  return fmt::format("the record of {} is of the token with serial \"{}\": {}.", since, printable(record->note->serial),
                     outcome_in_words(record->note->outcome));
}

std::string view(const UnlockReport& report) {
  std::string text = report.reset ? "Set a new user PIN.\n" + where_the_pin_goes(report) : "";
  text += record_result(report);
  if (report.cleared || report.reset)
    text += fmt::format("signet-token takes notice at its next start: {}\n", restart_command(report));
  return text;
}

std::string json_of(const UnlockReport& report) {
  const boost::json::object object{{"token", json_of_token(report.token)},
                                   {"record", json_of_record(report.record)},
                                   {"cleared", report.cleared},
                                   {"reset", report.reset},
                                   {"restart", restart_command(report)}};
  return boost::json::serialize(object) + "\n";
}

}  // namespace signet::admin
