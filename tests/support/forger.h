// Batches that no program would write: what whoever may push, has stolen a key or has changed the
// program could put at a remote.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "client/git/git_history.h"
#include "client/workspace.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "tests/support/schools.h"

namespace guantong::test {

/// A batch at a remote, taken apart. What is changed in it is only right again once it is signed.
struct Letter {
  CommitId id;
  Commit commit;
  std::string payload;

  Batch batch() const;
};

/// Works at a remote, with the key of one school's computer. What goes wrong ends the test.
class Forger {
public:
  Forger(const Schools& schools, std::string_view school);
  Forger(const Schools& schools, std::string_view school, const std::filesystem::path& remote);

  /// The computer's branch: "plan/bstu/<64 hex digits>".
  const std::string& branch() const { return branch_; }
  /// The latest batch at the remote of the computer's stream.
  Letter latest();
  Letter read(const CommitId& commit);

  /// Puts another payload in, and makes the message fit it.
  void put(Letter& letter, const std::string& payload);
  void put(Letter& letter, const Batch& batch);
  void sign(Letter& letter) const;
  /// What `letter` says after `change` was made to its batch, and signed anew.
  Letter altered(Letter letter, const std::function<void(Batch&)>& change);
  /// A batch that goes on from `letter`, under the same grant, with the changes that `fill` gives
  /// it.
  Letter next(const Letter& letter, const std::function<void(Batch&)>& fill);

  /// Stores the letter at the remote, and lets a branch there stand at it: where none is named,
  /// the computer's.
  CommitId post(const Letter& letter, const std::string& branch = {});

private:
  GitHistory history_;
  KeySigner signer_;
  std::string branch_;
};

}  // namespace guantong::test
