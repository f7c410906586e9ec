#include "client/workspace.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/crypto/key_cache.h"
#include "client/crypto/key_file.h"
#include "client/git/git_history.h"
#include "client/git/left_files.h"
#include "client/git/repository.h"
#include "client/known_types.h"
#include "client/recovery.h"
#include "client/replica_lock.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

/// Null: those of this program.
const Schema* types_of_another = nullptr;

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (error) return fail(Errc::io, "cannot make the folder {}: {}", path.string(), error.message());
  return {};
}

std::filesystem::path key_path_in(const std::filesystem::path& root) {
  return root / "keys" / "device.key";
}

}  // namespace

void know_types(const Schema* schema) {
  types_of_another = schema;
}

Result<WorkLock> WorkLock::take(const std::filesystem::path& workspace) {
  const auto path = workspace / "lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(Errc::io, "cannot open {}: {}", path.string(), std::strerror(errno));
  WorkLock lock{descriptor};
  // The kernel lets go of it when the process ends, however it ends.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::busy, "another Guantong is syncing this workspace");
  }
  // Whoever wrote to the history before is through with it, or was ended.
  remove_left_files(workspace / "history.git");
  return lock;
}

WorkLock::~WorkLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Workspace> Workspace::assemble(const std::filesystem::path& root,
                                      ReplicaLock lock,
                                      Config config,
                                      const PublicKey& key,
                                      Repository repository) {
  Workspace workspace{std::move(lock)};
  workspace.root_ = root;
  workspace.config_ = std::move(config);
  workspace.public_key_ = key;
  workspace.history_ = std::make_unique<GitHistory>(std::move(repository));
  TRY(workspace.reopen());
  return workspace;
}

Result<void> Workspace::reopen() {
  store_.reset();
  store_ = TRY(SqliteStore::open(
      replica_path(), types_of_another == nullptr ? Schema::built_in() : *types_of_another));
  return {};
}

namespace {

/// Nobody makes the replica anew from then on, and what was begun of that is finished: the
/// configuration and the key that are read then belong to it.
Result<ReplicaLock> share_replica(const std::filesystem::path& root) {
  std::error_code ignored;  // What cannot be looked at is reported when it is read.
  if (std::filesystem::status(root / "config.toml", ignored).type() ==
      std::filesystem::file_type::not_found)
    return fail(Errc::not_found,
                "there is no workspace at {}; make one with \"guantong init\" or \"guantong "
                "join\", or name another with --workspace",
                root.string());
  auto lock = TRY(ReplicaLock::share(root));
  TRY(finish_recovery(root, lock));
  return lock;
}

/// Opened when it is first used, as most commands never do; but not to be there at all is told at
/// once.
Result<Repository> open_history(const std::filesystem::path& root) {
  const auto path = root / "history.git";
  std::error_code ignored;
  if (std::filesystem::exists(path / "HEAD", ignored)) return Repository::open_later(path);
  return in_context(Repository::open(path), "this workspace's history cannot be opened");
}

}  // namespace

Result<void> Workspace::reopen_history() {
  auto repository = TRY(open_history(root_));
  history_ = std::make_unique<GitHistory>(std::move(repository));
  return {};
}

Result<Workspace> Workspace::open(const std::filesystem::path& root, PassphraseSource ask) {
  auto lock = TRY(share_replica(root));
  auto loaded = TRY(Config::load(root / "config.toml"));
  const auto key =
      TRY(in_context(KeyFile::read(key_path_in(root)), "this workspace's key cannot be used"));
  auto repository = TRY(open_history(root));
  auto workspace = TRY(
      assemble(root, std::move(lock), std::move(loaded), key.public_key(), std::move(repository)));
  workspace.ask_ = std::move(ask);
  return workspace;
}

Result<Workspace> Workspace::open_without_key(const std::filesystem::path& root) {
  auto lock = TRY(share_replica(root));
  auto loaded = TRY(Config::load(root / "config.toml"));
  auto repository = TRY(open_history(root));
  return assemble(root, std::move(lock), std::move(loaded), {}, std::move(repository));
}

Result<Workspace> Workspace::create(const std::filesystem::path& root, Config config) {
  auto key = TRY(DeviceKey::generate());
  return create(root, std::move(config), std::move(key));
}

Result<Workspace> Workspace::create(const std::filesystem::path& root,
                                    Config config,
                                    DeviceKey key) {
  if (std::filesystem::exists(root / "config.toml")) {
    return fail(
        Errc::conflict, "there is a workspace at {} already; it was not touched", root.string());
  }
  TRY(make_folder(root));
  TRY(make_folder(root / "keys"));
  TRY(key.save(key_path_in(root)));
  auto repository = TRY(Repository::create(root / "history.git"));
  config.device = device_id(key.public_key());
  auto lock = TRY(ReplicaLock::share(root));
  auto workspace = TRY(
      assemble(root, std::move(lock), std::move(config), key.public_key(), std::move(repository)));
  workspace.signer_ = std::make_unique<KeySigner>(std::move(key));
  return workspace;
}

Result<Passphrase> Workspace::passphrase() {
  if (!ask_)
    return fail(Errc::denied,
                "the key is locked by a passphrase, and there is nobody to ask for it");
  if (typed_.empty()) typed_ = TRY(ask_());
  return Passphrase::copy_of(typed_.view());
}

Result<const Signer*> Workspace::signer() {
  if (signer_ == nullptr) {
    const KeyCache cache;
    const auto ask = [this] { return passphrase(); };
    auto key = TRY(in_context(DeviceKey::load(key_path(), ask, &cache),
                              "this workspace's key cannot be used"));
    signer_ = std::make_unique<KeySigner>(std::move(key));
  }
  return signer_.get();
}

DeviceId Workspace::device() const {
  // A device keeps its first key's name when it takes up another one.
  return config_.device == DeviceId{} ? device_id(public_key_) : config_.device;
}

std::filesystem::path Workspace::key_path() const {
  return key_path_in(root_);
}

Result<void> Workspace::reload_key() {
  const auto key =
      TRY(in_context(KeyFile::read(key_path()), "this workspace's key cannot be used"));
  public_key_ = key.public_key();
  signer_.reset();
  return {};
}

Member Workspace::self() const {
  return {public_key_,
          config_.site,
          config_.site_name,
          config_.site_kind,
          config_.now().id,
          config_.now().name,
          config_.now().email};
}

Result<std::unique_ptr<Session>> Session::begin(SqliteStore& store) {
  auto transaction = TRY(Transaction::begin(store.database()));
  store.refresh();
  auto members = TRY(store.members());
  return std::unique_ptr<Session>{new Session{store, std::move(transaction), std::move(members)}};
}

Session::~Session() {
  // What memory has of a transaction that is rolled back is nowhere else.
  if (!committed_) store_.refresh();
  if (committed_ || !may_have_changed_) store_.keep(std::move(members_));
}

Result<void> Session::settle() {
  const auto touched = TRY(merger().publish());
  TRY(store_.flush());
  return check_rules(*this, touched);
}

Result<void> Session::commit() {
  TRY(settle());
  TRY(transaction_.commit());
  committed_ = true;
  return {};
}

}  // namespace guantong
