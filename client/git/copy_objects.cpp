#include "client/git/copy_objects.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <git2.h>
#include <git2/odb_backend.h>
#include <git2/sys/repository.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/disk_watch.h"
#include "client/git/libgit2.h"
#include "client/git/refspec.h"
#include "client/handle.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// Few commits are copied as they are: whoever opens a repository reads the index of each pack, and
/// every evening brings some, year after year.
constexpr std::size_t one_by_one_most = 8;

constexpr std::string_view tree_line = "tree ";

using WalkHandle = Handle<git_revwalk, git_revwalk_free>;
using OdbObjectHandle = Handle<git_odb_object, git_odb_object_free>;

std::string_view bytes_of(git_odb_object* object) {
  return {static_cast<const char*>(git_odb_object_data(object)), git_odb_object_size(object)};
}

/// The failure of a walk through a history, where what is referred to is there and what it should
/// be, or something was lost or forged.
template <class... Arguments>
Error broken(int code, std::string_view what, const Arguments&... arguments) {
  const git_error* last = git_error_last();
  const bool is_of_another_type = last != nullptr && last->klass == GIT_ERROR_INVALID;
  Error error = failure(code, what, arguments...);
  if (error.code == Errc::not_found || is_of_another_type) error.code = Errc::corrupt;
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

/// A walk through what `wanted` builds on, itself included, without what `known` reaches.
Result<WalkHandle> walk_of(git_repository* from,
                           std::span<const Move> wanted,
                           const std::set<CommitId>& known) {
  git_revwalk* raw_walk = nullptr;
  int code = git_revwalk_new(&raw_walk, from);
  if (code < 0) return broken(code, "cannot walk the Git history");
  WalkHandle walk{raw_walk};
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
  return walk;
}

using CommitHandle = Handle<git_commit, git_commit_free>;

/// The commits that `wanted` has and `known` has not, where going from parent to parent comes to
/// what is known after few of them.
std::optional<std::vector<git_oid>> few_missing(git_repository* from,
                                                std::span<const Move> wanted,
                                                const std::set<CommitId>& known) {
  std::vector<git_oid> commits;
  std::set<CommitId> seen = known;
  std::vector<CommitId> open;
  for (const Move& move : wanted)
    open.push_back(move.target);
  while (!open.empty()) {
    const CommitId id = open.back();
    open.pop_back();
    if (!seen.insert(id).second) continue;
    const git_oid oid = oid_of(id);
    git_commit* raw = nullptr;
    if (commits.size() == one_by_one_most || git_commit_lookup(&raw, from, &oid) < 0)
      return std::nullopt;
    const CommitHandle commit{raw};
    commits.push_back(oid);
    for (unsigned int parent = 0; parent < git_commit_parentcount(raw); ++parent)
      open.push_back(id_of(*git_commit_parent_id(raw, parent)));
  }
  return commits;
}

/// The same where a history is behind `known` that has to be walked through to see it.
Result<std::optional<std::vector<git_oid>>> few_of(git_revwalk* walk) {
  std::vector<git_oid> commits;
  git_oid next{};
  int code = 0;
  while ((code = git_revwalk_next(&next, walk)) == 0) {
    if (commits.size() == one_by_one_most) return std::optional<std::vector<git_oid>>{};
    commits.push_back(next);
  }
  if (code != GIT_ITEROVER) return broken(code, "cannot walk the Git history");
  return std::optional{std::move(commits)};
}

/// Copies the commits of a walk with what they hold as one pack. All of it arrives or nothing does.
/// `from` is prepared to pack.
Result<void> copy_as_pack(git_repository* from,
                          git_odb* to,
                          const std::filesystem::path& place,
                          git_revwalk* walk) {
  git_packbuilder* raw_builder = nullptr;
  int code = git_packbuilder_new(&raw_builder, from);
  if (code < 0) return broken(code, "cannot pack the Git objects");
  const Handle<git_packbuilder, git_packbuilder_free> builder{raw_builder};
  code = git_packbuilder_insert_walk(builder.get(), walk);
  if (code < 0) return broken(code, "cannot pack the Git objects");
  TRY(ask_disk(DiskAct::exchange, place));
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

Result<OdbObjectHandle> object_at(git_odb* from, const git_oid& id) {
  git_odb_object* raw = nullptr;
  const int code = git_odb_read(&raw, from, &id);
  if (code < 0) return broken(code, "cannot read the Git object {}", hex_of(id));
  return OdbObjectHandle{raw};
}

/// A commit's objects, what each refers to before it.
using CommitObjects = std::array<OdbObjectHandle, 3>;

/// The objects of a commit that holds one file, as all of ours do; nothing of another.
Result<std::optional<CommitObjects>> objects_of_plain(git_odb* from, const git_oid& id) {
  std::optional<CommitObjects> none;
  auto commit = TRY(object_at(from, id));
  git_oid tree_id{};
  const auto line = bytes_of(commit.get()).substr(0, tree_line.size() + GIT_OID_HEXSZ);
  if (!line.starts_with(tree_line) ||
      git_oid_fromstrn(&tree_id, line.data() + tree_line.size(), line.size() - tree_line.size()) <
          0)
    return none;
  auto tree = TRY(object_at(from, tree_id));
  const auto entry = bytes_of(tree.get());
  const auto name_end = entry.find('\0');
  if (git_odb_object_type(tree.get()) != GIT_OBJECT_TREE || !entry.starts_with(plain_entry) ||
      name_end == std::string_view::npos || entry.size() != name_end + 1 + GIT_OID_RAWSZ)
    return none;
  git_oid blob_id{};
  std::memcpy(blob_id.id, entry.data() + name_end + 1, GIT_OID_RAWSZ);
  auto blob = TRY(object_at(from, blob_id));
  return std::optional<CommitObjects>{{std::move(blob), std::move(tree), std::move(commit)}};
}

/// Copies commits one object after another; false where one of them is not plain. Until a reference
/// leads to them nobody takes them to be there.
Result<bool> copy_one_by_one(git_odb* from,
                             git_odb* to,
                             const std::filesystem::path& place,
                             const std::vector<git_oid>& commits) {
  for (const git_oid& commit : commits) {
    const auto objects = TRY(objects_of_plain(from, commit));
    if (!objects) return false;
    for (const auto& object : *objects) {
      TRY(ask_disk(DiskAct::exchange, place));
      const auto content = bytes_of(object.get());
      git_oid written{};
      const int code = git_odb_write(
          &written, to, content.data(), content.size(), git_odb_object_type(object.get()));
      if (code < 0) return failure(code, "cannot write the Git objects");
    }
  }
  return true;
}

}  // namespace

Result<git_repository*> open_to_pack(RepositoryHandle& opened, git_repository* repository) {
  if (opened != nullptr) return opened.get();
  git_repository* raw = nullptr;
  const int code = git_repository_open(&raw, git_repository_path(repository));
  if (code < 0) return failure(code, "cannot open the Git repository");
  RepositoryHandle anew{raw};
  TRY(prepare_to_pack(anew.get()));
  opened = std::move(anew);
  return opened.get();
}

Result<void> copy_objects(git_repository* from,
                          git_odb* to,
                          const std::filesystem::path& place,
                          std::span<const Move> wanted,
                          const std::set<CommitId>& known) {
  auto few = few_missing(from, wanted, known);
  if (!few) {
    const auto walk = TRY(walk_of(from, wanted, known));
    few = TRY(few_of(walk.get()));
  }
  if (few) {
    const auto objects = TRY(objects_of(from));
    const bool copied = TRY(copy_one_by_one(objects.get(), to, place, *few));
    if (copied) return {};
  }
  const auto all = TRY(walk_of(from, wanted, known));
  return copy_as_pack(from, to, place, all.get());
}

}  // namespace guantong
