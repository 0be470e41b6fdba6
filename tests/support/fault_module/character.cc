#include "tests/support/fault_module/character.h"

#include <cstdlib>
#include <sstream>

namespace signet::fault {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

unsigned long number_of(const std::string& text) { return std::strtoul(text.c_str(), nullptr, 0); }

Character::Attribute attribute_of(const std::string& value) {
  auto parts = split(value, ':');
  parts.resize(3);
  return {number_of(parts[0]), static_cast<CK_BYTE>(number_of(parts[1])), parts[2]};
}

void set_flag(Character& character, const std::string& word) {
  if (word == "no-locking") character.no_locking = true;
  if (word == "initializes-again") character.initializes_again = true;
  if (word == "wants-args") character.wants_args = true;
  if (word == "blocks-signals") character.blocks_signals = true;
  if (word == "sets-timer") character.sets_timer = true;
  if (word == "sessions-told") character.tells_max_sessions = true;
}

void set_value(Character& character, const std::string& name, const std::string& value) {
  if (name == "sessions") character.max_sessions = number_of(value);
  if (name == "ignores-signal") character.ignored_signals.push_back(static_cast<int>(number_of(value)));
  if (name == "leaks") character.leaked_file = value;
  if (name == "attribute") character.attributes.push_back(attribute_of(value));
  if (name != "mechanisms") return;
  character.mechanisms.emplace();
  for (const std::string& number : split(value, '+')) character.mechanisms->push_back(number_of(number));
}

}  // namespace

Character Character::from_environment() {
  Character character;
  const char* words = std::getenv("P11FAULT_CHARACTER");
  for (const std::string& word : split(words != nullptr ? words : "", ',')) {
    const auto equals = word.find('=');
    if (equals == std::string::npos)
      set_flag(character, word);
    else
      set_value(character, word.substr(0, equals), word.substr(equals + 1));
  }
  return character;
}

}  // namespace signet::fault
