#include <algorithm>

#include "daemon/rules/profile_parts.h"

namespace signet::rules {
namespace {

When read_when(ObjectReader& reader) {
  When when;
  auto object = reader.object("when");
  if (!object) return when;
  for (const auto& member : object->members())
    if (const auto value = object->text(member.key())) when.emplace(member.key(), *value);
  if (object->members().empty()) reader.refuse("when", "must name a variable and its value, or be left out");
  return when;
}

bool is_variable_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, plain);
}

Variable read_variable(ObjectReader& reader) {
  Variable variable;
  variable.rule = read_text_rule(reader);
  variable.default_value = reader.text("default");
  variable.when = read_when(reader);
  reader.refuse_unknown();
  if (variable.default_value && !check_text(variable.rule, *variable.default_value))
    reader.refuse("default", "does not keep the variable's own rule");
  return variable;
}

void read_lengths(ObjectReader& reader, TextRule& rule) {
  constexpr std::int64_t kLongest = 4096;
  if (const auto length = reader.integer("length", 1, kLongest))
    rule.min_length = rule.max_length = static_cast<std::size_t>(*length);
  if (const auto low = reader.integer("min-length", 0, kLongest)) rule.min_length = static_cast<std::size_t>(*low);
  if (const auto high = reader.integer("max-length", 1, kLongest)) rule.max_length = static_cast<std::size_t>(*high);
  if (rule.min_length > rule.max_length) reader.refuse("min-length", "is above max-length");
  if (reader.find("length") != nullptr &&
      (reader.find("min-length") != nullptr || reader.find("max-length") != nullptr))
    reader.refuse("length", "stands beside min-length or max-length; keep one of them");
}

}  // namespace

TextRule read_text_rule(ObjectReader& reader) {
  TextRule rule;
  read_lengths(reader, rule);
  rule.one_of = reader.texts("one-of");
  if (const auto format = reader.text("format")) {
    rule.uuid = *format == "uuid";
    if (!rule.uuid) reader.refuse("format", "must be \"uuid\", the one format there is");
  }
  if (const auto characters = reader.text("characters")) {
    const auto alphabet = parse_character_class(*characters);
    if (!alphabet)
      reader.refuse("characters", alphabet.error().message);
    else
      rule.alphabet = alphabet.value();
    rule.characters = *characters;
  }
  return rule;
}

std::map<std::string, Variable> read_variables(ObjectReader& profile) {
  std::map<std::string, Variable> variables;
  auto object = profile.object("variables");
  if (!object) return variables;
  for (const auto& member : object->members()) {
    if (!is_variable_name(member.key())) object->refuse(member.key(), "must be a name of a-z, 0-9 and dash");
    if (auto reader = object->object(member.key())) variables.emplace(member.key(), read_variable(*reader));
  }
  return variables;
}

std::vector<Member> read_members(ObjectReader& profile, std::string_view name) {
  std::vector<Member> members;
  auto object = profile.object(name);
  if (!object) return members;
  for (const auto& entry : object->members()) {
    Member member{.name = entry.key(), .value = entry.value()};
    // An object always says what it is: {"value": …, "when": …}. A fixed object is a value too and is written inside
    // one.
    if (entry.value().is_object()) {
      ObjectReader reader(entry.value().get_object(), object->path_of(entry.key()), profile.problems());
      const auto* value = reader.find("value");
      if (value == nullptr)
        reader.refuse("value", "is missing");
      else
        member.value = *value;
      member.when = read_when(reader);
      reader.refuse_unknown();
    }
    members.push_back(std::move(member));
  }
  return members;
}

}  // namespace signet::rules
