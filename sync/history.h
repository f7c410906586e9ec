// What syncing asks of the world where batches are kept and exchanged: ports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// A branch of a history: "plan/bitc/3f…" and the commit it stands at.
struct Branch {
  std::string name;
  CommitId commit;
  auto operator<=>(const Branch&) const = default;
};

/// The commits on this computer.
class History {
public:
  History() = default;
  History(const History&) = delete;
  History& operator=(const History&) = delete;
  History(History&&) = delete;
  History& operator=(History&&) = delete;
  virtual ~History() = default;

  /// Stores a payload and returns the tree that holds it alone.
  virtual Result<std::string> write_payload(std::string_view payload) = 0;
  virtual Result<CommitId> write_commit(std::string_view raw) = 0;
  virtual Result<std::string> read_commit(const CommitId& commit) = 0;
  /// Fails with `corrupt` when the tree holds anything else, or too much.
  virtual Result<std::string> read_payload(const std::string& tree) = 0;
  virtual Result<std::vector<Branch>> branches() = 0;
  virtual Result<void> set_branch(const Branch& branch) = 0;
};

/// Somewhere else that keeps the same history.
class Remote {
public:
  Remote() = default;
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;
  Remote(Remote&&) = delete;
  Remote& operator=(Remote&&) = delete;
  virtual ~Remote() = default;

  virtual const std::string& name() const = 0;
  /// Brings what the remote has of the plan into the History, unchecked, and returns its branches.
  /// Fails with `offline` when it cannot be reached.
  virtual Result<std::vector<Branch>> fetch() = 0;
  /// Moves the remote's branches; only forward.
  virtual Result<void> push(const std::vector<Branch>& branches) = 0;
};

/// This device's signature.
class Signer {
public:
  Signer() = default;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  Signer(Signer&&) = delete;
  Signer& operator=(Signer&&) = delete;
  virtual ~Signer() = default;

  virtual PublicKey public_key() const = 0;
  /// 64 bytes; the same for the same message.
  virtual std::string sign(std::string_view message) const = 0;
};

}  // namespace guantong
