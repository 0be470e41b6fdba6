#include <algorithm>
#include <utility>

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

std::map<std::string, std::string> read_replacements(ObjectReader& reader) {
  std::map<std::string, std::string> replacements;
  auto object = reader.object("replace");
  if (!object) return replacements;
  for (const auto& member : object->members()) {
    const auto* by = object->find(member.key());
    if (member.key().empty() || !by->is_string())
      object->refuse(member.key(), "must be one text for another: {\".\": \"-\"}");
    else
      replacements.emplace(member.key(), by->get_string());
  }
  return replacements;
}

Variable read_variable(ObjectReader& reader) {
  Variable variable;
  variable.rule = read_text_rule(reader);
  variable.default_value = reader.text("default");
  variable.optional = reader.boolean("optional", false);
  variable.upper_case = reader.boolean("upper-case", false);
  variable.replace = read_replacements(reader);
  variable.when = read_when(reader);
  reader.refuse_unknown();
  if (variable.optional && variable.default_value)
    reader.refuse("optional", "stands beside a default; keep one of them");
  if (!variable.rule.one_of.empty() && (variable.upper_case || !variable.replace.empty()))
    reader.refuse("one-of", "stands beside a change of the text; list the texts as the service wants them");
  if (variable.default_value && !check_text(variable.rule, *variable.default_value))
    reader.refuse("default", "does not keep the variable's own rule");
  return variable;
}

void read_lengths(ObjectReader& reader, TextRule& rule) {
  constexpr std::int64_t kLongest = 8192;
  if (const auto length = reader.integer("length", 1, kLongest))
    rule.min_length = rule.max_length = static_cast<std::size_t>(*length);
  if (const auto low = reader.integer("min-length", 0, kLongest)) rule.min_length = static_cast<std::size_t>(*low);
  if (const auto high = reader.integer("max-length", 1, kLongest)) rule.max_length = static_cast<std::size_t>(*high);
  if (rule.min_length > rule.max_length) reader.refuse("min-length", "is above max-length");
  if (reader.find("length") != nullptr &&
      (reader.find("min-length") != nullptr || reader.find("max-length") != nullptr))
    reader.refuse("length", "stands beside min-length or max-length; keep one of them");
}

/// One name, or an array of those of which a text must have one.
std::vector<TextFormat> read_formats(ObjectReader& reader) {
  const auto* value = reader.find("format");
  if (value == nullptr) return {};
  std::vector<std::string> names;
  if (value->is_array())
    names = reader.texts("format");
  else if (const auto name = reader.text("format"))
    names.push_back(*name);
  std::vector<TextFormat> formats;
  for (const auto& name : names) {
    if (const auto format = format_from_name(name))
      formats.push_back(*format);
    else
      reader.refuse("format", "must be uuid, origin, http-origin, https-url, email or mailto, or an array of these");
  }
  return formats;
}

bool has_alphabet_of(const TextRule& rule, std::string_view characters) {
  return rule.characters.empty() ||
         std::ranges::all_of(characters, [&](char c) { return rule.alphabet[static_cast<unsigned char>(c)]; });
}

/// Is there a text of this format that has the rule's length, characters, prefix and suffix?
bool is_possible(const TextRule& rule, TextFormat format) {
  const FormatBounds bounds = bounds_of(format);
  const std::size_t frame = rule.prefix.size() + rule.suffix.size();
  const bool short_enough = bounds.shortest + frame <= rule.max_length;
  const bool long_enough = rule.min_length <= frame || bounds.longest >= rule.min_length - frame;
  return short_enough && long_enough && has_alphabet_of(rule, bounds.always);
}

/// A rule that no text keeps makes a profile without JWTs, or a claim that nobody can give.
void refuse_impossible(ObjectReader& reader, const TextRule& rule) {
  for (const auto& [name, text] : {std::pair{"prefix", &rule.prefix}, std::pair{"suffix", &rule.suffix}})
    if (!text->empty() && !check_text({.max_length = text->size()}, *text))
      return reader.refuse(name, "holds a control character, which no text may hold");
  const char* longest = reader.find("length") != nullptr ? "length" : "max-length";
  if (rule.prefix.size() + rule.suffix.size() > rule.max_length)
    return reader.refuse(longest, "leaves no room for prefix and suffix");
  const auto possible = [&](TextFormat format) { return is_possible(rule, format); };
  if (!rule.formats.empty() && std::ranges::none_of(rule.formats, possible))
    reader.refuse("format", "has no text that keeps the rules for length, characters, prefix and suffix too");
}

}  // namespace

TextRule read_text_rule(ObjectReader& reader) {
  TextRule rule;
  read_lengths(reader, rule);
  rule.prefix = reader.text("prefix").value_or("");
  rule.suffix = reader.text("suffix").value_or("");
  rule.one_of = reader.texts("one-of");
  rule.formats = read_formats(reader);
  if (const auto characters = reader.text("characters")) {
    const auto alphabet = parse_character_class(*characters);
    if (!alphabet)
      reader.refuse("characters", alphabet.error().message);
    else
      rule.alphabet = alphabet.value();
    rule.characters = *characters;
  }
  for (const auto& text : rule.one_of)
    if (!check_text(rule, text)) reader.refuse("one-of", "holds a text that the other rules refuse");
  if (rule.one_of.empty()) refuse_impossible(reader, rule);
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
