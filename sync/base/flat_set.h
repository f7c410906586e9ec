// A set of few values, kept in one sorted vector: one allocation where std::set makes one a value.
#pragma once

#include <algorithm>
#include <vector>

namespace guantong {

/// What we use of std::set. Iterators are valid until the next change.
template <class Value>
class FlatSet {
public:
  void insert(const Value& value) {
    const auto at = std::ranges::lower_bound(values_, value);
    if (at == values_.end() || *at != value) values_.insert(at, value);
  }
  bool contains(const Value& value) const { return std::ranges::binary_search(values_, value); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  bool empty() const { return values_.empty(); }
  bool operator==(const FlatSet&) const = default;

private:
  std::vector<Value> values_;
};

}  // namespace guantong
