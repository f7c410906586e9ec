// One teacher's workspace: the folder with config.toml, replica.sqlite, history.git and keys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/crypto/key_file.h"
#include "client/git/git_history.h"
#include "client/in_parallel.h"
#include "client/replica_lock.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/applier.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/history.h"
#include "sync/members.h"
#include "sync/schema.h"

namespace guantong {

class KeySigner final : public Signer {
public:
  explicit KeySigner(DeviceKey key) : key_{std::move(key)} {}
  PublicKey public_key() const override { return key_.public_key(); }
  std::string sign(std::string_view message) const override { return key_.sign(message); }

private:
  DeviceKey key_;
};

/// Keeps other processes from sealing and syncing in this workspace; released when it goes.
class WorkLock {
public:
  /// Fails with `busy` when another process holds it.
  static Result<WorkLock> take(const std::filesystem::path& workspace);
  WorkLock(WorkLock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  WorkLock& operator=(WorkLock&&) = delete;
  WorkLock(const WorkLock&) = delete;
  WorkLock& operator=(const WorkLock&) = delete;
  ~WorkLock();

private:
  explicit WorkLock(int descriptor) : descriptor_{descriptor} {}
  int descriptor_;
};

class Workspace {
public:
  /// Opens the workspace at `root`. Fails with `not_found` when there is none, `corrupt` when a
  /// part is missing or damaged, `too_new` when a later program made it. A key that is locked stays
  /// so until something is to be signed; `ask` is asked for its passphrase then.
  static Result<Workspace> open(const std::filesystem::path& root, PassphraseSource ask = {});

  /// Lays a new workspace out at `root`: folders, a new key, an empty history and replica. Fails
  /// with `conflict` when there is something already.
  static Result<Workspace> create(const std::filesystem::path& root, Config config);
  /// The same with a key that is there already: the recovery key.
  static Result<Workspace> create(const std::filesystem::path& root, Config config, DeviceKey key);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path replica_path() const { return root_ / "replica.sqlite"; }
  std::filesystem::path history_path() const { return root_ / "history.git"; }
  Config& config() { return config_; }
  const Config& config() const { return config_; }
  Result<void> save_config() const { return config_.save(root_ / "config.toml"); }

  SqliteStore& store() { return *store_; }
  GitHistory& history() { return *history_; }
  const PublicKey& public_key() const { return public_key_; }
  /// This device's signature, valid until `reload_key`. Unlocks the key the first time; fails as
  /// `KeyFile::seed` does.
  Result<const Signer*> signer();
  bool is_unlocked() const { return signer_ != nullptr; }
  /// The passphrase of this workspace's key, asked for once. Fails as what asks for it does.
  Result<Passphrase> passphrase();
  const Schema& schema() const { return store_->schema(); }
  DeviceId device() const;
  std::filesystem::path key_path() const;
  /// Takes up the key that stands at `key_path` now.
  Result<void> reload_key();
  /// Lays out what a workspace without its key still has, for recovery: nothing can be signed.
  static Result<Workspace> open_without_key(const std::filesystem::path& root);
  /// This person as a member of a request or a founding.
  Member self() const;

  const ReplicaLock& replica_lock() const { return lock_; }
  /// Closes the replica, for its file to be replaced by who is alone with it, and opens it again.
  void close() { store_.reset(); }
  Result<void> reopen();
  /// Opens the history again, after its folder was replaced.
  Result<void> reopen_history();

private:
  explicit Workspace(ReplicaLock lock) : lock_{std::move(lock)} {}
  static Result<Workspace> assemble(const std::filesystem::path& root,
                                    ReplicaLock lock,
                                    Config config,
                                    const PublicKey& key,
                                    Repository repository);

  ReplicaLock lock_;  // Let go after the replica is closed.
  std::filesystem::path root_;
  Config config_;
  std::unique_ptr<KeySigner> signer_;  // Null until something is signed.
  std::unique_ptr<GitHistory> history_;
  std::unique_ptr<SqliteStore> store_;
  PublicKey public_key_;
  PassphraseSource ask_;
  Passphrase typed_;  // Empty until it has been asked for.
};

/// One transaction on the replica, with the membership as it stands and everything that merging
/// needs. What is not committed has not happened.
class Session {
public:
  static Result<std::unique_ptr<Session>> begin(SqliteStore& store);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;
  ~Session();

  SqliteStore& store() { return store_; }
  Members& members() { return *members_; }
  Applier& applier() {
    may_have_changed_ = true;
    return applier_;
  }
  Merger& merger() { return applier_.merger(); }
  /// Null when this program does not know the type.
  const RecordType* schema_type(std::uint32_t number) const { return store_.schema().type(number); }

  /// Merges what was taken and checks the rules on what it touched.
  Result<void> settle();
  /// Settles, and makes it durable.
  Result<void> commit();

private:
  Session(SqliteStore& store, Transaction transaction, std::shared_ptr<Members> members)
      : store_{store},
        transaction_{std::move(transaction)},
        members_{std::move(members)},
        applier_{store, store.schema(), *members_, in_parallel} {}

  SqliteStore& store_;
  Transaction transaction_;
  std::shared_ptr<Members> members_;
  Applier applier_;
  bool committed_ = false;
  bool may_have_changed_ = false;  ///< The membership.
};

}  // namespace guantong
