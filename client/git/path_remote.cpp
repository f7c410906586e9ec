#include "client/git/path_remote.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <git2.h>
#include <git2/odb_backend.h>
#include <git2/sys/repository.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/disk_watch.h"
#include "client/git/git_ref.h"
#include "client/git/libgit2.h"
#include "client/git/refspec.h"
#include "client/handle.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// The failure of a walk through a history, where what is referred to is there, or something was
/// lost.
template <class... Arguments>
Error broken(int code, std::string_view what, const Arguments&... arguments) {
  Error error = failure(code, what, arguments...);
  if (error.code == Errc::not_found) error.code = Errc::corrupt;
  return error;
}

/// The file with the settings for packing. It lies in memory and stays open, as libgit2 looks again
/// now and then whether it has changed. -1 where it cannot be made.
int settings_file() {
  static const int file = [] {
    // Nothing larger than a byte is compared with others. That setting is core.bigFileThreshold,
    // for which libgit2 1.5 takes pack.deltaCacheSize; and it reads settings from files alone.
    constexpr std::string_view settings =
        "[core]\n\tbigFileThreshold = 1\n[pack]\n\tdeltaCacheSize = 1\n";
    const int made = memfd_create("guantong-packing", MFD_CLOEXEC);
    return made >= 0 && write(made, settings.data(), settings.size()) >= 0 ? made : -1;
  }();
  return file;
}

/// Lets a repository's objects be packed one by one as they are. Looking for those that could be
/// told by how they differ from others takes as long as all the rest of joining, and saves nothing:
/// ids and signatures are as good as random.
Result<void> prepare_to_pack(git_repository* repository) {
  const int file = settings_file();
  if (file < 0)
    return fail(
        Errc::io,
        "no memory to exchange Git objects in; nothing here was changed or lost, close other "
        "programs and sync again");
  git_config* raw_config = nullptr;
  int code = git_config_new(&raw_config);
  const Handle<git_config, git_config_free> config{raw_config};
  const auto path = fmt::format("/proc/self/fd/{}", file);
  if (code >= 0)
    code = git_config_add_file_ondisk(raw_config, path.c_str(), GIT_CONFIG_LEVEL_APP, nullptr, 0);
  if (code >= 0) code = git_repository_set_config(repository, raw_config);
  if (code < 0) return failure(code, "cannot pack the Git objects");
  return {};
}

/// `repository` opened once more, prepared to pack.
Result<RepositoryHandle> open_to_pack(git_repository* repository) {
  git_repository* raw = nullptr;
  const int code = git_repository_open(&raw, git_repository_path(repository));
  if (code < 0) return failure(code, "cannot open the Git repository");
  RepositoryHandle opened{raw};
  TRY(prepare_to_pack(opened.get()));
  return opened;
}

struct WritePackFree {
  void operator()(git_odb_writepack* pack) const noexcept { pack->free(pack); }
};

struct PackSink {
  git_odb_writepack* pack = nullptr;
  git_indexer_progress progress{};
};

int append_to_pack(void* data, std::size_t size, void* payload) {
  auto* sink = static_cast<PackSink*>(payload);
  return sink->pack->append(sink->pack, data, size, &sink->progress);
}

/// Copies the commits of `wanted`, and all they build on, from one repository, which is prepared to
/// pack, into another, which lies at `place`, as one pack; what `known` reaches is taken to be
/// there. All of it arrives or nothing does.
///
/// libgit2's own transport for paths sends every branch of the remote, whichever is asked for,
/// looks the remote's names up as revision expressions here, and moves the remote's references
/// without looking where they are by then; so paths have this instead.
Result<void> copy_objects(git_repository* from,
                          git_odb* to,
                          const std::filesystem::path& place,
                          std::span<const Move> wanted,
                          const std::set<CommitId>& known) {
  git_revwalk* raw_walk = nullptr;
  int code = git_revwalk_new(&raw_walk, from);
  if (code < 0) return broken(code, "cannot walk the Git history");
  const Handle<git_revwalk, git_revwalk_free> walk{raw_walk};
  for (const Move& move : wanted) {
    const git_oid oid = oid_of(move.target);
    code = git_revwalk_push(walk.get(), &oid);
    if (code < 0) {
      // What stands there is not there whole, or is no commit: a fault of that branch alone.
      Error error = broken(code, "cannot read the branch {}", move.source);
      if (error.code == Errc::invalid) error.code = Errc::corrupt;
      return error;
    }
  }
  const auto from_objects = TRY(objects_of(from));
  for (const CommitId& commit : known) {
    const git_oid oid = oid_of(commit);
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    // Without looking for new packs each time: most of what is known here may be new there.
    if (git_odb_exists_ext(from_objects.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) == 0) continue;
    if (git_odb_read_header(&size, &type, from_objects.get(), &oid) < 0) continue;
    if (type != GIT_OBJECT_COMMIT) continue;
    code = git_revwalk_hide(walk.get(), &oid);
    if (code < 0) return broken(code, "cannot walk the Git history");
  }

  git_packbuilder* raw_builder = nullptr;
  code = git_packbuilder_new(&raw_builder, from);
  if (code < 0) return broken(code, "cannot pack the Git objects");
  const Handle<git_packbuilder, git_packbuilder_free> builder{raw_builder};
  code = git_packbuilder_insert_walk(builder.get(), walk.get());
  if (code < 0) return broken(code, "cannot pack the Git objects");
  if (git_packbuilder_object_count(builder.get()) == 0) return {};

  TRY(ask_disk(DiskAct::pack, place));
  PackSink sink;
  code = git_odb_write_pack(&sink.pack, to, nullptr, nullptr);
  if (code < 0) return failure(code, "cannot write the Git objects");
  const std::unique_ptr<git_odb_writepack, WritePackFree> pack{sink.pack};
  code = git_packbuilder_foreach(builder.get(), append_to_pack, &sink);
  if (code < 0) return broken(code, "cannot copy the Git objects");
  code = pack->commit(pack.get(), &sink.progress);
  if (code < 0) return failure(code, "cannot write the Git objects");
  return {};
}

/// What several references stand at, once.
std::set<CommitId> targets_of(const std::vector<GitRef>& refs) {
  std::set<CommitId> targets;
  for (const auto& ref : refs)
    targets.insert(ref.target);
  return targets;
}

/// Objects on their way from a remote, and the references that are to stand at them.
struct Fetching {
  git_repository* from;
  git_repository* to;
  git_odb* objects;  ///< Of `to`.
  const std::string& url;
  std::set<CommitId> known;

  Result<void> fetch(std::span<const Move> moves) const {
    auto copied = copy_objects(from, objects, git_repository_path(to), moves, known);
    if (copied) return set_references(moves);
    if (moves.size() == 1) return in_context(std::move(copied), moves.front());
    // Some branch is damaged, or the disk is; halves find out which.
    const auto half = moves.size() / 2;
    auto first = fetch(moves.first(half));
    auto second = fetch(moves.subspan(half));
    return first ? std::move(second) : std::move(first);
  }

private:
  Result<void> in_context(Result<void> failed, const Move& move) const {
    return guantong::in_context(
        std::move(failed), "cannot fetch {} from the remote {}", move.source, url);
  }

  Result<void> set_references(std::span<const Move> moves) const {
    Result<void> first_failure;
    for (const Move& move : moves) {
      auto moved = set_reference(to, move.destination, move.target);
      if (!moved && first_failure) first_failure = in_context(std::move(moved), move);
    }
    return first_failure;
  }
};

}  // namespace

std::optional<std::filesystem::path> path_of(const std::string& url) {
  constexpr std::string_view file_scheme = "file://";
  if (url.starts_with(file_scheme)) return url.substr(file_scheme.size());
  if (url.find("://") != std::string::npos) return std::nullopt;
  std::error_code ignored;
  const bool is_scp_like = url.find(':') < url.find('/');
  if (is_scp_like && !std::filesystem::exists(url, ignored)) return std::nullopt;
  return url;
}

Result<RepositoryHandle> open_at(const std::filesystem::path& path, const std::string& url) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Errc::offline, "the remote {} is not there", url);
  }
  git_repository* raw = nullptr;
  const int code =
      git_repository_open_ext(&raw, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (code == GIT_ENOTFOUND) return fail(Errc::invalid, "{} is not a Git repository", url);
  if (code < 0) return failure(code, "cannot open the remote {}", url);
  return RepositoryHandle{raw};
}

Result<void> push_to_path(git_repository* from,
                          const std::filesystem::path& path,
                          const std::string& url,
                          const std::vector<std::string>& refspecs) {
  const auto to = TRY(open_at(path, url));
  if (git_repository_is_bare(to.get()) == 0) {
    return fail(Errc::invalid, "{} is not a bare Git repository", url);
  }
  const auto remote_refs = TRY(refs_of(to.get(), ""));
  const auto own_refs = TRY(refs_of(from, ""));
  auto moves = TRY(moves_of(refspecs, own_refs));
  drop_done(moves, remote_refs);
  auto rejected = take_rejected(from, moves, remote_refs);
  if (!moves.empty()) {
    const auto objects = TRY(objects_of(to.get()));
    const auto packed = TRY(open_to_pack(from));
    TRY(copy_objects(packed.get(), objects.get(), path, moves, targets_of(remote_refs)));
  }
  for (const Move& move : moves) {
    TRY(ask_disk(DiskAct::reference, path / move.destination));
    const git_oid target = oid_of(move.target);
    const GitRef* now = find_ref(remote_refs, move.destination);
    const git_oid current = now != nullptr ? oid_of(now->target) : git_oid{};
    git_reference* raw = nullptr;
    const auto* name = move.destination.c_str();
    const int code = past_left_lock(to.get(), move.destination, [&] {
      return now == nullptr ? git_reference_create(&raw, to.get(), name, &target, 0, nullptr)
                            : git_reference_create_matching(
                                  &raw, to.get(), name, &target, 1, &current, nullptr);
    });
    const Handle<git_reference, git_reference_free> ref{raw};
    if (code == GIT_EEXISTS || code == GIT_EMODIFIED || code == GIT_ENOTFOUND) {
      rejected.push_back(move.destination);
    } else if (code < 0) {
      return failure(code, "cannot set {} on the remote {}", move.destination, url);
    }
  }
  return say_rejected(rejected, url);
}

Result<void> fetch_from_path(git_repository* to,
                             git_odb* objects,
                             const std::filesystem::path& path,
                             const std::string& url,
                             const std::vector<std::string>& refspecs) {
  const auto from = TRY(open_at(path, url));
  const auto remote_refs = TRY(refs_of(from.get(), ""));
  auto moves = TRY(moves_of(refspecs, remote_refs));
  const auto known = TRY(refs_of(to, ""));
  drop_done(moves, known);
  if (moves.empty()) return {};

  TRY(prepare_to_pack(from.get()));
  return Fetching{from.get(), to, objects, url, targets_of(known)}.fetch(moves);
}

}  // namespace guantong
