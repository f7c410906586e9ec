// A map of few entries, kept in one sorted vector: one allocation where std::map makes one an
// entry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace guantong {

/// What we use of std::map. Pointers and iterators are valid until the next change.
template <class Key, class Mapped>
class FlatMap {
public:
  using value_type = std::pair<Key, Mapped>;
  using const_iterator = typename std::vector<value_type>::const_iterator;
  using iterator = const_iterator;

  /// The entry, made with a default value if need be, and whether it was.
  std::pair<value_type*, bool> try_emplace(const Key& key) {
    const auto at = std::ranges::lower_bound(entries_, key, {}, &value_type::first);
    if (at != entries_.end() && at->first == key) return {&*at, false};
    return {&*entries_.emplace(at, key, Mapped{}), true};
  }
  Mapped& operator[](const Key& key) { return try_emplace(key).first->second; }
  const_iterator find(const Key& key) const {
    const auto at = std::ranges::lower_bound(entries_, key, {}, &value_type::first);
    return at != entries_.end() && at->first == key ? at : entries_.end();
  }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  void clear() { entries_.clear(); }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  bool operator==(const FlatMap&) const = default;

private:
  std::vector<value_type> entries_;
};

}  // namespace guantong
