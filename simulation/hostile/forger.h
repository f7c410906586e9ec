// Batches that no program would write: what whoever may push, has stolen a key or has changed the
// program could put at a remote.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/commit.h"

namespace guantong::simulation {

/// A batch at a remote, taken apart. What is changed in it is only right again once it is signed.
struct Letter {
  CommitId id;
  Commit commit;
  std::string payload;

  /// Fails as `decode_batch` does.
  Result<Batch> batch() const;
};

/// Works at a remote, with the key of one computer.
class Forger {
public:
  /// `workspace` is the computer's folder. Fails when its key cannot be read, or there is no
  /// remote.
  static Result<Forger> open(const std::filesystem::path& workspace,
                             const std::filesystem::path& remote);

  /// The computer's branch: "plan/bstu/<64 hex digits>".
  const std::string& branch() const { return branch_; }
  /// The latest batch at the remote of the computer's stream. Fails with `not_found`.
  Result<Letter> latest();
  Result<Letter> read(const CommitId& commit);
  GitHistory& history() { return *history_; }

  /// Puts another payload in, and makes the message fit it.
  Result<void> put(Letter& letter, const std::string& payload);
  Result<void> put(Letter& letter, const Batch& batch);
  /// Makes the message say that the batch is of that stream: "bstu/<64 hex digits>".
  static void name_stream(Letter& letter, const std::string& stream);
  void sign(Letter& letter) const;
  /// What `letter` says after `change` was made to its batch, and signed anew.
  Result<Letter> altered(Letter letter, const std::function<void(Batch&)>& change);
  /// A batch that goes on from `letter`, under the same grant, with the changes that `fill` gives
  /// it.
  Result<Letter> next(const Letter& letter, const std::function<void(Batch&)>& fill);

  /// Stores the letter at the remote, and lets a branch there stand at it: where none is named,
  /// the computer's.
  Result<CommitId> post(const Letter& letter, const std::string& branch = {});

private:
  Forger(Repository repository, DeviceKey key, std::string branch)
      : history_{std::make_unique<GitHistory>(std::move(repository))},
        key_{std::move(key)},
        branch_{std::move(branch)} {}

  std::unique_ptr<GitHistory> history_;
  DeviceKey key_;
  std::string branch_;
};

}  // namespace guantong::simulation
