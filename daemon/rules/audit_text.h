#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::rules {

/// The members of one JSON object (RFC 8259) in the order in which they are given, in printable ASCII alone: whatever a
/// text holds, it ends no string and no line, moves no cursor and turns no reading direction. Octets that are not UTF-8
/// become U+FFFD. Names are the program's own and are not escaped. One thread at a time.
class AuditText {
 public:
  /// Left out where it is empty.
  void text(std::string_view name, std::string_view value);
  void texts(std::string_view name, const std::vector<std::string>& values);
  void number(std::string_view name, std::int64_t value);
  void flag(std::string_view name, bool value);
  /// A JSON value as ascii_json() gives it.
  void value(std::string_view name, std::string_view ascii_json);

  /// Without the braces around them: `"a":1,"b":"c"`.
  const std::string& members() const { return members_; }

 private:
  void name(std::string_view name);

  std::string members_;
};

/// A JSON text whose strings hold no character beyond ASCII any more. Any thread.
std::string ascii_json(std::string_view json);

}  // namespace signet::rules
