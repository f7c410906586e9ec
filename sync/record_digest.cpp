#include "sync/record_digest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"

namespace guantong {
namespace {

class DigestText {
public:
  explicit DigestText(const DeviceOf& device) : device_{device} {}

  void put(std::string_view part) { text_ += part; }
  void put(std::uint64_t number, char end) { append(text_, number, end); }

  /// Keeps a dot, with what is said of it, for the list that `end_list` sorts and writes.
  Result<void> add(const Dot& dot, std::string_view note = {}) {
    const auto device = TRY(device_(dot.stream));
    starts_.push_back(list_.size());
    list_ += device.raw();
    append(list_, dot.n, ' ');
    list_ += note;
    return {};
  }
  Result<void> add(const Dot& dot, std::uint64_t note) {
    TRY(add(dot));
    append(list_, note);
    return {};
  }

  void end_list() {
    std::vector<std::string_view> parts;
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      const auto end = i + 1 < starts_.size() ? starts_[i + 1] : list_.size();
      parts.push_back(std::string_view{list_}.substr(starts_[i], end - starts_[i]));
    }
    std::ranges::sort(parts);
    for (const auto& part : parts) {
      text_ += part;
      text_ += ',';
    }
    text_ += ';';
    starts_.clear();
    list_.clear();
  }

  Digest digest() const { return blake2b(text_); }

private:
  static void append(std::string& text, std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    text.append(digits.begin(), end);
  }
  static void append(std::string& text, std::uint64_t number, char end) {
    append(text, number);
    text += end;
  }

  const DeviceOf& device_;
  std::string text_;
  std::string list_;  // What was added since the last list ended.
  std::vector<std::size_t> starts_;
};

/// What a slot holds: the changes in force, and the members by the changes that added them.
Result<void> put_contents(DigestText& text, const SlotState& slot) {
  for (const auto& head : slot.heads)
    TRY(text.add(head));
  text.end_list();
  for (const auto& add : slot.adds)
    TRY(text.add(add.dot, add.member));
  text.end_list();
  return {};
}

}  // namespace

Result<Digest> digest_of(const RecordKey& key, const RecordState& state, const DeviceOf& device) {
  DigestText text{device};
  text.put(key.type, ' ');
  text.put(key.id.raw());
  text.put(static_cast<std::uint64_t>(state.life), '\n');
  for (const auto& slot : state.slots) {
    if (!slot.shows()) continue;
    text.put(slot.slot, slot.conflict ? '!' : '=');
    text.put(slot.value.raw());
    TRY(put_contents(text, slot));
    for (const auto& proposal : slot.proposals) {
      // What does not count leaves no trace in what all replicas agree on.
      if ((proposal.outcomes & outcome_void) != 0) continue;
      TRY(text.add(proposal.dot, std::uint64_t{proposal.outcomes}));
    }
    text.end_list();
  }
  for (std::size_t subject = 0; subject < state.acts.size(); ++subject) {
    if (state.acts[subject].empty()) continue;
    text.put(subject + 1, ':');
    for (const auto& act : state.acts[subject])
      TRY(text.add(act.dot, static_cast<std::uint64_t>(act.verdict)));
    text.end_list();
  }
  return text.digest();
}

Result<RecordId> content_digest(const std::map<RecordKey, RecordState>& records,
                                const DeviceOf& device) {
  DigestText text{device};
  for (const auto& [key, state] : records) {
    text.put(key.type, ' ');
    text.put(key.id.raw());
    for (const auto& slot : state.slots) {
      if (slot.heads.empty() && slot.adds.empty()) continue;
      text.put(slot.slot, '=');
      TRY(put_contents(text, slot));
    }
    text.put("\n");
  }
  return *RecordId::from(text.digest().raw().substr(0, RecordId::size));
}

}  // namespace guantong
