#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "proto/result.h"

namespace signet {

/// Reads the members of one JSON object, each by name, and refuses what is missing, of the wrong type, out of range or
/// unknown. The first thing refused sticks: whatever is read after it is empty, and finish() returns it, with its JSON
/// path. So a codec reads all its members in a row and asks once. Refers to the value it was given. One thread at a
/// time.
class MemberReader {
 public:
  /// `path` is where the value stands ("$", "$.keys[2]"). A value that is no object is refused.
  MemberReader(const boost::json::value& value, std::string path);

  std::string text(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);
  std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t low, std::int64_t high);
  /// Must be there, and may be null.
  std::optional<std::int64_t> nullable_integer(std::string_view name, std::int64_t low, std::int64_t high);
  bool boolean(std::string_view name);
  std::optional<bool> optional_boolean(std::string_view name);
  /// nullptr where the member is absent (only the optional_ ones) or refused.
  const boost::json::value* optional_value(std::string_view name);
  const boost::json::object* object(std::string_view name);
  const boost::json::object* optional_object(std::string_view name);
  const boost::json::array* array(std::string_view name);
  const boost::json::array* optional_array(std::string_view name);
  std::vector<std::string> texts(std::string_view name);

  /// Refuses a member for a reason of the codec's own: "$.name what".
  void refuse(std::string_view name, std::string_view what);
  /// The same for an element of an array: "$.name[index] what".
  void refuse_element(std::string_view name, std::size_t index, std::string_view what);
  /// Keeps an error found further inside.
  void refuse(Error error);
  std::string path_of(std::string_view name) const;

  /// invalid_request with what was refused first; else an unknown member, by its path.
  Result<void> finish();
  /// The same, but unknown members pass: for records that a newer program of ours may have written.
  Result<void> finish_tolerant() const;

 private:
  const boost::json::value* find(std::string_view name);
  const boost::json::value* demand(std::string_view name);
  void refuse_at(const std::string& path, std::string_view what);

  const boost::json::object* object_ = nullptr;
  std::string path_;
  std::set<std::string, std::less<>> known_;
  std::optional<Error> refused_;
};

}  // namespace signet
