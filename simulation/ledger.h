// What people were told is saved, kept apart from the program: the measure of what it must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong::simulation {

/// An edit, by its place in the ledger.
using EditNo = std::size_t;

struct Edit {
  std::size_t site = 0;       ///< Whose it is.
  std::vector<bool> seen;     ///< By edit: what its author had before him.
  bool acknowledged = false;  ///< Whether its author was told that it is saved.
  bool given_up =
      false;            ///< Its author took it back, or put an old backup in the place of the disk.
  bool is_act = false;  ///< Of membership.
  bool may_double = false;  ///< It went to two computers before it was sealed.
  /// Of which fields its author was told that they are in force, or only proposed.
  std::map<std::string, bool> in_force{};

  // As the first replica that had it tells.
  bool is_read = false;
  RecordKey record{};
  std::map<Slot, std::string> values{};  ///< What it says, by slot; of sets nothing.
  std::map<Slot, std::set<std::string>> added{}, removed{};  ///< Members, by the slot of a set.
};

class Ledger {
public:
  /// Who writes on a computer that is put away again: a copy.
  static constexpr std::size_t nobody = ~std::size_t{0};

  /// Enters an edit that is about to be written. `seen`: what its author has before him.
  EditNo begin(std::size_t site, std::vector<bool> seen);
  /// The reason that the edit is written with, which is its name.
  static std::string why(EditNo number) { return "e" + std::to_string(number); }
  static std::optional<EditNo> number_in(std::string_view why);

  std::size_t size() const { return edits_.size(); }
  Edit& operator[](EditNo number) { return edits_[number]; }
  const Edit& operator[](EditNo number) const { return edits_[number]; }

  /// Notes what an edit says, the first time that it is met.
  Result<void> read(EditNo number,
                    const RecordKey& record,
                    const Change& change,
                    const Schema& schema);

  /// Whether the author of `later` had seen `earlier`.
  bool saw(EditNo later, EditNo earlier) const {
    const auto& seen = edits_[later].seen;
    return earlier < seen.size() && seen[earlier];
  }

  /// The slots that were written since the last call, each with all edits of it.
  std::map<std::pair<RecordKey, Slot>, std::vector<EditNo>> take_touched();
  /// Lets the next call return it again.
  void touch(const std::pair<RecordKey, Slot>& slot) { touched_[slot] = true; }

private:
  std::vector<Edit> edits_;
  std::map<std::pair<RecordKey, Slot>, std::vector<EditNo>> by_slot_;
  std::map<std::pair<RecordKey, Slot>, bool> touched_;
};

}  // namespace guantong::simulation
