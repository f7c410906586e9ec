#include "sync/record_digest.h"

#include <algorithm>
#include <cstddef>
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

  /// Keeps a dot, with what is said of it, for the list that `end_list` sorts and writes.
  Result<void> add(const Dot& dot, std::string_view note = {}) {
    const auto device = TRY(device_(dot.stream));
    std::string part{device.raw()};
    part += std::to_string(dot.n);
    part += ' ';
    part += note;
    parts_.push_back(std::move(part));
    return {};
  }

  void end_list() {
    std::ranges::sort(parts_);
    for (const auto& part : parts_) {
      text_ += part;
      text_ += ',';
    }
    text_ += ';';
    parts_.clear();
  }

  Digest digest() const { return blake2b(text_); }

private:
  const DeviceOf& device_;
  std::string text_;
  std::vector<std::string> parts_;
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
  text.put(std::to_string(key.type) + ' ');
  text.put(key.id.raw());
  text.put(std::to_string(static_cast<int>(state.life)) + '\n');
  for (const auto& slot : state.slots) {
    if (!slot.shows()) continue;
    text.put(std::to_string(slot.slot) + (slot.conflict ? "!" : "="));
    text.put(slot.value.raw());
    TRY(put_contents(text, slot));
    for (const auto& proposal : slot.proposals) {
      // What does not count leaves no trace in what all replicas agree on.
      if ((proposal.outcomes & outcome_void) != 0) continue;
      TRY(text.add(proposal.dot, std::to_string(proposal.outcomes)));
    }
    text.end_list();
  }
  for (std::size_t subject = 0; subject < state.acts.size(); ++subject) {
    if (state.acts[subject].empty()) continue;
    text.put(std::to_string(subject + 1) + ':');
    for (const auto& act : state.acts[subject])
      TRY(text.add(act.dot, std::to_string(static_cast<int>(act.verdict))));
    text.end_list();
  }
  return text.digest();
}

Result<RecordId> content_digest(const std::map<RecordKey, RecordState>& records,
                                const DeviceOf& device) {
  DigestText text{device};
  for (const auto& [key, state] : records) {
    text.put(std::to_string(key.type) + ' ');
    text.put(key.id.raw());
    for (const auto& slot : state.slots) {
      if (slot.heads.empty() && slot.adds.empty()) continue;
      text.put(std::to_string(slot.slot) + '=');
      TRY(put_contents(text, slot));
    }
    text.put("\n");
  }
  return *RecordId::from(text.digest().raw().substr(0, RecordId::size));
}

}  // namespace guantong
