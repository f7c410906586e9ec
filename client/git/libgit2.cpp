#include "client/git/libgit2.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <git2.h>

#include "client/disk_watch.h"
#include "client/git/git_ref.h"
#include "client/handle.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// Who moves a reference holds its lock for milliseconds; on a slow network for some seconds.
constexpr std::chrono::minutes lock_held_most{2};

}  // namespace

Errc kind_of_git_error(int code, int domain) {
  switch (code) {
    case GIT_ENOTFOUND:
      return Errc::not_found;
    case GIT_EEXISTS:
    case GIT_EMODIFIED:
    case GIT_ENONFASTFORWARD:
      return Errc::conflict;
    case GIT_ELOCKED:
      return Errc::busy;
    case GIT_EAUTH:
    case GIT_ECERTIFICATE:
      return Errc::denied;
    case GIT_EINVALIDSPEC:
      return Errc::invalid;
    case GIT_EMISMATCH:
      return Errc::corrupt;
    default:
      break;
  }
  switch (domain) {
    case GIT_ERROR_NET:
    case GIT_ERROR_SSL:
    case GIT_ERROR_SSH:
    case GIT_ERROR_HTTP:
      return Errc::offline;
    case GIT_ERROR_ZLIB:
    case GIT_ERROR_ODB:
    case GIT_ERROR_OBJECT:
    case GIT_ERROR_TREE:
    case GIT_ERROR_INDEXER:
      return Errc::corrupt;
    default:
      return Errc::io;
  }
}

git_oid oid_of(const CommitId& id) {
  git_oid oid{};
  std::memcpy(oid.id, id.bytes.data(), CommitId::size);
  return oid;
}

CommitId id_of(const git_oid& oid) {
  CommitId id;
  std::memcpy(id.bytes.data(), oid.id, CommitId::size);
  return id;
}

std::string hex_of(const git_oid& oid) {
  return to_hex(id_of(oid).raw());
}

Result<std::vector<GitRef>> refs_of(git_repository* repository, std::string_view prefix) {
  git_reference_iterator* raw = nullptr;
  // With a pattern only the folder that it names is read. No name of a reference holds anything
  // that has a meaning in one.
  const auto pattern = std::string{prefix.substr(0, prefix.find_last_of('/') + 1)} + "*";
  int code = git_reference_iterator_glob_new(&raw, repository, pattern.c_str());
  if (code < 0) return failure(code, "cannot list the Git references");
  const Handle<git_reference_iterator, git_reference_iterator_free> iterator{raw};
  std::vector<GitRef> refs;
  git_reference* next = nullptr;
  while ((code = git_reference_next(&next, iterator.get())) == 0) {
    const Handle<git_reference, git_reference_free> ref{next};
    const std::string_view name = git_reference_name(ref.get());
    const git_oid* target = git_reference_target(ref.get());
    if (target == nullptr || !name.starts_with(prefix)) continue;
    refs.push_back({std::string{name}, id_of(*target)});
  }
  if (code != GIT_ITEROVER) return failure(code, "cannot list the Git references");
  std::ranges::sort(refs);
  return refs;
}

Result<void> set_reference(git_repository* repository,
                           const std::string& name,
                           const CommitId& target) {
  TRY(ask_disk(DiskAct::reference, std::filesystem::path{git_repository_path(repository)} / name));
  const git_oid oid = oid_of(target);
  git_reference* raw = nullptr;
  const int code = past_left_lock(repository, name, [&] {
    return git_reference_create(&raw, repository, name.c_str(), &oid, 1, nullptr);
  });
  const Handle<git_reference, git_reference_free> ref{raw};
  if (code < 0) return failure(code, "cannot set the Git reference {}", name);
  return {};
}

bool remove_left_lock(git_repository* repository, const std::string& name) {
  const std::filesystem::path root = git_repository_path(repository);
  bool removed = false;
  for (const auto& lock : {root / (name + ".lock"), root / "packed-refs.lock"}) {
    std::error_code error;
    const auto locked = std::filesystem::last_write_time(lock, error);
    if (error || std::filesystem::file_time_type::clock::now() - locked < lock_held_most) continue;
    removed = std::filesystem::remove(lock, error) || removed;
  }
  return removed;
}

Result<OdbHandle> objects_of(git_repository* repository) {
  git_odb* raw = nullptr;
  const int code = git_repository_odb(&raw, repository);
  if (code < 0) return failure(code, "cannot open the Git objects");
  return OdbHandle{raw};
}

}  // namespace guantong
