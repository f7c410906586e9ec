// An optional value kept on the heap: for parts that are large and rare, so that what has none of
// them stays small.
#pragma once

#include <memory>
#include <utility>

namespace guantong {

/// As std::optional: copies copy the value.
template <class T>
class Boxed {
public:
  Boxed() = default;
  Boxed(T value)  // NOLINT(google-explicit-constructor)
      : value_{std::make_unique<T>(std::move(value))} {}
  Boxed(const Boxed& other) : value_{other.value_ ? std::make_unique<T>(*other.value_) : nullptr} {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    if (this != &other) value_ = other.value_ ? std::make_unique<T>(*other.value_) : nullptr;
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  explicit operator bool() const { return value_ != nullptr; }
  const T& operator*() const { return *value_; }
  T& operator*() { return *value_; }
  const T* operator->() const { return value_.get(); }
  T* operator->() { return value_.get(); }

  friend bool operator==(const Boxed& a, const Boxed& b) {
    return a.value_ && b.value_ ? *a.value_ == *b.value_ : !a.value_ && !b.value_;
  }

private:
  std::unique_ptr<T> value_;
};

}  // namespace guantong
