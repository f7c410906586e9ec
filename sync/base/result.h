// Result<T>: a T, or the Error that kept us from having one. A subset of std::expected<T, Error>.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "sync/base/error.h"

namespace guantong {

/// Spelled as in std::expected, so that moving there later is a change of this file alone; unlike
/// it, the class is [[nodiscard]]: dropping a Result on the floor does not compile.
/// Reading the side that is not there throws std::bad_variant_access: a bug, never control flow.
template <class T>
class [[nodiscard]] Result {
public:
  // Implicit, so that `return value;` and `return error;` are all a function has to say.
  // NOLINTBEGIN(google-explicit-constructor)
  template <class U = T>
    requires std::constructible_from<T, U> && (!std::same_as<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : state_{std::in_place_index<0>, std::forward<U>(value)} {}
  Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}
  // NOLINTEND(google-explicit-constructor)

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : state_{std::in_place_index<1>, std::move(error)} {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  void operator*() const { std::get<0>(state_); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

private:
  std::variant<std::monostate, Error> state_;
};

/// Says what was being done when `result` failed: the old message becomes the cause of `what`. A good
/// result passes as it is.
template <class T, class... Arguments>
Result<T> in_context(Result<T> result, std::string_view what, const Arguments&... arguments) {
  if (result) return result;
  Error error = std::move(result).error();
  Message outer = message(what, arguments...);
  outer.causes.push_back(std::move(error.message));
  return Error{error.code, std::move(outer)};
}

}  // namespace guantong

/// The value of `expression`, a Result; on failure returns its Error from the enclosing function.
/// Keep it the whole of an initialiser, a condition, a return or a statement: returning from inside
/// a brace list leaks what the list has already built (seen with g++ 12 and clang 14).
#define TRY(...)                                           \
  __extension__({                                          \
    auto try_result = (__VA_ARGS__);                       \
    if (!try_result) return std::move(try_result).error(); \
    *std::move(try_result);                                \
  })
