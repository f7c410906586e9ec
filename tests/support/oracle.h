// The merge semantics, evaluated from scratch over the whole set of changes: slow, simple, and
// written apart from the incremental engine, so that the two can be compared.
//
// "M1" and so on are the rules of the page on merging, deciding and holding. Ownership never moves
// here and nothing is ever closed: M12, M15 and the page's section 2 have no part in it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/change.h"

namespace guantong::test {

enum class Rule { single, text, set, state };
enum class Decides { any, owner, lead, joint };

struct SlotRule {
  Rule rule = Rule::single;
  Decides decides = Decides::any;
  bool set_once = false;
  bool reference = false;
  /// For a STATE: smaller is more cautious. Never asked about "no value", the least cautious.
  std::function<int(const std::string&)> caution{};
};

struct TypeRules {
  std::map<Slot, SlotRule> slots;  ///< Without the life cycle. Other slots are ignored.
  Decides writes = Decides::any;   ///< Decides the life cycle.
  bool owner_named = false;        ///< Its creations may name an owner. Evaluation does not ask.
};

/// A change, as far as merging reads it. A value is any string; "" is "no value". The value of a
/// TEXT is its text.
struct OracleChange {
  /// A member taken out of a SET, with the adds that were seen of it.
  struct Removal {
    Slot slot = 0;
    std::string member{};
    std::vector<Dot> adds{};
  };

  Dot dot{};
  int site = 0;
  RecordNo record = 0;
  Action action = Action::edit;
  std::map<Slot, std::string> values{};
  std::map<Slot, std::vector<std::string>> adds{};  ///< Members added to SETs.
  std::vector<Removal> removed{};
  std::vector<Version> supersedes{};
  std::vector<Version> accepts{};
  std::vector<Version> declines{};
  std::vector<Version> withdraws{};
  std::optional<int> names_owner{};       ///< By a creation: the record's first owner.
  std::map<Slot, RecordNo> references{};  ///< What the values of reference slots refer to.
};

struct World {
  std::vector<OracleChange> changes;  ///< In any order.
  /// What each change saw: transitive, with all that its own stream wrote before, without itself.
  std::map<Dot, std::set<Dot>> past;
  int lead = 0;
  std::set<int> partners;
  std::set<int> members;  ///< Members from the beginning: every past holds their grants.
  std::map<RecordNo, TypeRules> types;
  std::map<StreamNo, int> sites;  ///< The site of each device. Evaluation reads the changes' own.
};

/// What has become of a proposal (M10): all that apply, so that two or more are "answered twice".
struct Answer {
  static constexpr unsigned open = 0;
  static constexpr unsigned accepted = 1;
  static constexpr unsigned overtaken = 2;
  static constexpr unsigned declined = 4;
  static constexpr unsigned withdrawn = 8;
  static constexpr unsigned revised = 16;
};

struct SlotOutcome {
  std::string value;  ///< In force. "" is "no value", and the value of every SET.
  bool has_value = false;
  bool conflict = false;
  std::vector<Dot> heads;             ///< Ascending, the idle ones too. SET: the adds in force.
  std::set<Dot> meet;                 ///< Of two or more heads, whether they differ or not (M5).
  std::set<std::string> sides;        ///< The values in conflict; none where there is no conflict.
  std::map<Dot, unsigned> proposals;  ///< Every version that does not count, and its `Answer`.
  std::set<std::string> members;      ///< Of a SET.
  std::set<Dot> idle;                 ///< Heads that are no sides (M6). REGISTER only.
};

struct RecordOutcome {
  enum State { none, proposed, active, archived, held };

  std::map<Slot, SlotOutcome> slots;  ///< Every slot of the type, and the life cycle.
  State state = none;
  std::set<int> owners;  ///< Acting now: one, or all claimants together.
};

/// What holds once every change has arrived, for every record of `types`.
std::map<RecordNo, RecordOutcome> evaluate(const World& world);

/// What holds for somebody who has seen only `seen`, which must hold the past of all it holds.
std::map<RecordNo, RecordOutcome> evaluate(const World& world, const std::set<Dot>& seen);

}  // namespace guantong::test
