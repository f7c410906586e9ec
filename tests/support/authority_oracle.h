// The rules of authority, evaluated from scratch over the whole set of batches: slow, simple, and
// written apart from the engine, so that the two can be compared.
//
// "A1" and so on are the rules of the page on authority. Here is the plan space alone: A17, and
// what keys and clones ask of a program, have no part in it.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace guantong::test {

enum class OracleLevel { none, auditor, teacher, coordinator, lead };

/// The index of a batch that has not arrived.
inline constexpr std::size_t missing = std::numeric_limits<std::size_t>::max();

/// What a batch acts under: the founding, grant or hand-over that names `device`.
struct GrantRef {
  std::size_t batch = missing;
  std::size_t act = 0;
  int device = 0;
  bool operator==(const GrantRef&) const = default;
};

/// A change, as far as authority reads it. At which site a hand-over gives the lead, and took it,
/// is known from its past.
struct OracleAct {
  enum Kind { founding, grant, removal, hand_over, ruling, edit };

  Kind kind = edit;
  int device = 0;      ///< Of a founding, grant or removal: whom it is about.
  std::string site{};  ///< Of a founding or grant.
  int person = 0;      ///< Of a founding or grant.
  OracleLevel level =
      OracleLevel::none;       ///< What a grant gives; what a removal leaves, `none` to expel.
  std::vector<int> devices{};  ///< Of a hand-over: who receives the lead.
  std::vector<std::size_t> batches{};  ///< Of a ruling: indices of batches.
  bool admit = false;                  ///< Of a ruling.
  bool lead_field = false;             ///< Of an edit: of a field that the lead decides.
};

/// The founding batch alone has no parents and acts under nothing. It holds a `founding` for its
/// own device, and may list one for a recovery key before it; each gives the lead. Nobody writes
/// beside it in its stream.
struct OracleBatch {
  int device = 0;
  int number = 1;                      ///< From 1.
  std::string digest{};                ///< Unique; breaks ties.
  std::vector<std::size_t> parents{};  ///< Indices of batches, the own previous one first.
  std::optional<GrantRef> under{};
  std::vector<OracleAct> acts{};
};

struct ChangeVerdict {
  bool has_right = false;  ///< A4.
  bool counts = false;     ///< An act stands (A9 to A13); an edit counts by right or by A16.
  bool overruled = false;  ///< By A10 or A13. What has fallen already is not overruled.
  bool as_lead = false;    ///< An edit of a LEAD field that counts, and as the lead's (A18).
  bool operator==(const ChangeVerdict&) const = default;
};

struct BatchOutcome {
  bool looked_at = false;  ///< A1. If not, the rest says nothing.
  bool held = false;       ///< By a fork: A14, A15.
  bool outsider = false;   ///< Under no grant that it may be under: A2.
  std::vector<ChangeVerdict> changes;
  bool operator==(const BatchOutcome&) const = default;
};

struct AuthorityVerdict {
  std::vector<BatchOutcome> batches;  ///< In the order of the batches given.
  std::map<int, OracleLevel> levels;  ///< In force (A12), of whomever a grant with right names.
  std::set<int> leads;                ///< A13.
  std::set<std::string> lead_sites;   ///< Where the leads have the lead.
  std::set<int> spared;               ///< Devices whose forked stream goes on by A13's mercy.
  bool operator==(const AuthorityVerdict&) const = default;
};

/// What holds once every one of `batches` has arrived, in any order.
AuthorityVerdict judge(const std::vector<OracleBatch>& batches);

}  // namespace guantong::test
