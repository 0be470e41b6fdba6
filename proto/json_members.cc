#include "proto/json_members.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "proto/json_path.h"

namespace signet {
namespace {

namespace json = boost::json;

constexpr const char* kNotAnObject = "is not an object";
constexpr const char* kNotAnArray = "is not an array";
constexpr const char* kNotAString = "is not a string";
constexpr const char* kNotABoolean = "is neither true nor false";

/// What is wrong with the value as an integer within [low, high]; empty where nothing is.
std::string integer_fault(const json::value& value, std::int64_t low, std::int64_t high) {
  if (!value.is_int64()) return fmt::format("is not an integer; send one from {} to {}", low, high);
  const std::int64_t number = value.get_int64();
  if (number < low || number > high) return fmt::format("is out of range; send an integer from {} to {}", low, high);
  return {};
}

}  // namespace

MemberReader::MemberReader(const json::value& value, std::string path)
    : object_(value.if_object()), path_(std::move(path)) {
  if (object_ == nullptr) refuse_at(path_, kNotAnObject);
}

std::string MemberReader::text(std::string_view name) {
  demand(name);
  return optional_text(name).value_or(std::string());
}

std::optional<std::string> MemberReader::optional_text(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const json::string* text = value->if_string()) return std::string(*text);
  refuse(name, kNotAString);
  return std::nullopt;
}

std::int64_t MemberReader::integer(std::string_view name, std::int64_t low, std::int64_t high) {
  demand(name);
  return optional_integer(name, low, high).value_or(low);
}

std::optional<std::int64_t> MemberReader::optional_integer(std::string_view name, std::int64_t low, std::int64_t high) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::string fault = integer_fault(*value, low, high);
  if (fault.empty()) return value->get_int64();
  refuse(name, fault);
  return std::nullopt;
}

std::optional<std::int64_t> MemberReader::nullable_integer(std::string_view name, std::int64_t low, std::int64_t high) {
  const json::value* value = demand(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return optional_integer(name, low, high);
}

bool MemberReader::boolean(std::string_view name) {
  demand(name);
  return optional_boolean(name).value_or(false);
}

std::optional<bool> MemberReader::optional_boolean(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const bool* boolean = value->if_bool()) return *boolean;
  refuse(name, kNotABoolean);
  return std::nullopt;
}

const json::value* MemberReader::optional_value(std::string_view name) { return find(name); }

const json::object* MemberReader::object(std::string_view name) {
  demand(name);
  return optional_object(name);
}

const json::object* MemberReader::optional_object(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) refuse(name, kNotAnObject);
  return value->if_object();
}

const json::array* MemberReader::array(std::string_view name) {
  demand(name);
  return optional_array(name);
}

const json::array* MemberReader::optional_array(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) refuse(name, kNotAnArray);
  return value->if_array();
}

std::vector<std::string> MemberReader::texts(std::string_view name) {
  const json::array* elements = array(name);
  if (elements == nullptr) return {};
  std::vector<std::string> texts;
  for (const json::value& element : *elements) {
    if (const json::string* text = element.if_string()) {
      texts.emplace_back(*text);
    } else {
      refuse_element(name, texts.size(), kNotAString);
      return {};
    }
  }
  return texts;
}

void MemberReader::refuse(std::string_view name, std::string_view what) { refuse_at(path_of(name), what); }

void MemberReader::refuse_element(std::string_view name, std::size_t index, std::string_view what) {
  refuse_at(json_path_element(path_of(name), index), what);
}

void MemberReader::refuse(Error error) {
  if (!refused_) refused_ = std::move(error);
}

std::string MemberReader::path_of(std::string_view name) const { return json_path_member(path_, name); }

Result<void> MemberReader::finish() {
  if (refused_) return Unexpected(*refused_);
  for (const json::key_value_pair& member : *object_) {
    if (!known_.contains(std::string_view(member.key()))) {
      refuse(member.key(), "is not a member that this call knows; remove it");
      return Unexpected(*refused_);
    }
  }
  return {};
}

Result<void> MemberReader::finish_tolerant() const {
  if (refused_) return Unexpected(*refused_);
  return {};
}

const json::value* MemberReader::find(std::string_view name) {
  known_.emplace(name);
  return refused_ ? nullptr : object_->if_contains(name);
}

const json::value* MemberReader::demand(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) refuse(name, "is missing");
  return value;
}

void MemberReader::refuse_at(const std::string& path, std::string_view what) {
  refuse(Error{.code = ErrorCode::invalid_request, .message = fmt::format("{} {}", path, what)});
}

}  // namespace signet
