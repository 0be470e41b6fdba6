#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "proto/config_file.h"

// Reading the JSON of a profile: every problem is listed under its JSON path, and what is wrong reads as absent.
namespace signet::rules {

/// The problems of one file.
class ProfileProblems {
 public:
  explicit ProfileProblems(std::string file) : file_(std::move(file)) {}
  void add(std::string path, std::string message) { list_.push_back({file_, 0, std::move(path), std::move(message)}); }
  bool empty() const { return list_.empty(); }
  std::vector<ConfigProblem> take() && { return std::move(list_); }

 private:
  std::string file_;
  std::vector<ConfigProblem> list_;
};

/// One JSON object. Each member is asked for by name; refuse_unknown() then lists those that nobody asked for. Object
/// and problems outlive the reader.
class ObjectReader {
 public:
  ObjectReader(const boost::json::object& object, std::string path, ProfileProblems& problems)
      : object_(object), path_(std::move(path)), problems_(problems) {}

  const std::string& path() const { return path_; }
  std::string path_of(std::string_view name) const;
  ProfileProblems& problems() { return problems_; }
  void refuse(std::string_view name, std::string message) { problems_.add(path_of(name), std::move(message)); }

  /// Null where there is none.
  const boost::json::value* find(std::string_view name);
  std::optional<std::string> text(std::string_view name);
  std::string required_text(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high);
  std::int64_t required_integer(std::string_view name, std::int64_t low, std::int64_t high);
  bool boolean(std::string_view name, bool absent);
  /// An array of different, non-empty texts.
  std::vector<std::string> texts(std::string_view name);
  /// A reader for the object of that name.
  std::optional<ObjectReader> object(std::string_view name);

  const boost::json::object& members() const { return object_; }
  void refuse_unknown();

 private:
  void refuse_missing(std::string_view name) { refuse(name, "is missing"); }

  const boost::json::object& object_;
  std::string path_;
  ProfileProblems& problems_;
  std::set<std::string, std::less<>> asked_{};
};

}  // namespace signet::rules
