#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "proto/error.h"

// Errors as values: a value of T, or an E. Member names are std::expected's, which g++ 12 does not have in C++20 mode.
namespace signet {

/// Wraps an error on its way into a Result: `return Unexpected(make_error(…))`.
template <class E = Error>
class Unexpected {
 public:
  explicit Unexpected(E error) : error_(std::move(error)) {}
  E& error() & { return error_; }
  E&& error() && { return std::move(error_); }

 private:
  E error_;
};

/// A value or an error. Reading the one that is not there is a broken program (assert), never an everyday event.
/// Like the values it holds, it belongs to one thread at a time.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  // Both implicit: `return value;` and `return Unexpected(…);`.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected<E> unexpected) : state_(std::in_place_index<1>, std::move(unexpected).error()) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return get<0>(*this); }
  const T& value() const& { return get<0>(*this); }
  T&& value() && { return std::move(get<0>(*this)); }
  E& error() & { return get<1>(*this); }
  const E& error() const& { return get<1>(*this); }
  E&& error() && { return std::move(get<1>(*this)); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  template <std::size_t I, class Self>
  static auto& get(Self& self) {
    assert(self.state_.index() == I);
    return *std::get_if<I>(&self.state_);
  }
  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Result() = default;
  Result(Unexpected<E> unexpected) : state_(std::in_place_index<1>, std::move(unexpected).error()) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  void value() const { assert(has_value()); }
  E& error() & { return *std::get_if<1>(&state_); }
  const E& error() const& { return *std::get_if<1>(&state_); }
  E&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<std::monostate, E> state_;
};

}  // namespace signet

// Early return for synchronous code; coroutines test and co_return openly.
#define SIGNET_CONCAT_INNER(a, b) a##b
#define SIGNET_CONCAT(a, b) SIGNET_CONCAT_INNER(a, b)
/// Returns the error of `expression` (a Result) from this function, or goes on.
#define SIGNET_TRY(expression)                                       \
  do {                                                               \
    if (auto signet_result = (expression); !signet_result)           \
      return ::signet::Unexpected(std::move(signet_result).error()); \
  } while (false)
// NOLINTBEGIN(bugprone-macro-parentheses): a target may be a declaration, which takes no parentheses.
/// Declares `target` from the value of `expression` (a Result), or returns its error from this function.
#define SIGNET_TRY_ASSIGN(target, expression)                                                \
  auto SIGNET_CONCAT(signet_result_, __LINE__) = (expression);                               \
  if (!SIGNET_CONCAT(signet_result_, __LINE__))                                              \
    return ::signet::Unexpected(std::move(SIGNET_CONCAT(signet_result_, __LINE__)).error()); \
  target = std::move(SIGNET_CONCAT(signet_result_, __LINE__)).value()
// NOLINTEND(bugprone-macro-parentheses)
