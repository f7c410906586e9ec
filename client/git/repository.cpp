#include "client/git/repository.h"

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <git2.h>

#include "client/disk_watch.h"
#include "client/git/git_ref.h"
#include "client/git/libgit2.h"
#include "client/handle.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::size_t max_commit_bytes = 1024UL * 1024U;

std::string_view raw_of(const git_oid& oid) {
  return {reinterpret_cast<const char*>(oid.id), CommitId::size};
}

Result<std::string> read_object(git_odb* objects,
                                const git_oid& oid,
                                git_object_t type,
                                std::size_t max_bytes) {
  std::size_t size = 0;
  git_object_t found = GIT_OBJECT_INVALID;
  int code = git_odb_read_header(&size, &found, objects, &oid);
  if (code < 0) return failure(code, "cannot read the Git object {}", hex_of(oid));
  if (found != type) {
    return fail(Errc::corrupt,
                "the Git object {} is a {}, not a {}",
                hex_of(oid),
                git_object_type2string(found),
                git_object_type2string(type));
  }
  if (size > max_bytes) {
    return fail(Errc::corrupt,
                "the Git object {} has {} bytes, more than the {} allowed",
                hex_of(oid),
                size,
                max_bytes);
  }
  git_odb_object* raw = nullptr;
  code = git_odb_read(&raw, objects, &oid);
  if (code < 0) return failure(code, "cannot read the Git object {}", hex_of(oid));
  const Handle<git_odb_object, git_odb_object_free> object{raw};
  return std::string{static_cast<const char*>(git_odb_object_data(object.get())),
                     git_odb_object_size(object.get())};
}

Result<git_oid> write_object(git_odb* objects, git_object_t type, std::string_view content) {
  git_oid oid{};
  const int code = git_odb_write(&oid, objects, content.data(), content.size(), type);
  if (code < 0) return failure(code, "cannot write a Git {}", git_object_type2string(type));
  return oid;
}

/// A tree with one entry is so plain that it is cheaper and stricter to compare its bytes than to
/// have them parsed: the name, the mode and the number of entries are right or they are not.
std::string tree_of(std::string_view file_name, std::string_view blob) {
  std::string tree{plain_entry};
  tree += file_name;
  tree += '\0';
  tree += blob;
  return tree;
}

}  // namespace

namespace {

/// libgit2, started when the first repository is opened and stopped when the program ends. Starting
/// it takes longer than what many commands do, as it reads every certificate of the system.
class GitLibrary {
public:
  GitLibrary() {
    git_libgit2_init();
    // What is written is flushed to the disk: objects, packs, references and their folders.
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    // Repositories of other users are opened, as a USB stick's or a shared folder's may be. git's
    // refusal guards against hooks and commands in them: libgit2 runs none.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  }
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
  GitLibrary(GitLibrary&&) = delete;
  GitLibrary& operator=(GitLibrary&&) = delete;
  ~GitLibrary() { git_libgit2_shutdown(); }
};

void start_git() {
  static const GitLibrary library;
}

}  // namespace

void Repository::Free::operator()(git_repository* repository) const noexcept {
  git_repository_free(repository);
}
void Repository::Free::operator()(git_odb* odb) const noexcept {
  git_odb_free(odb);
}

Result<void> Repository::take(git_repository* raw) const {
  handle_.reset(raw);
  auto objects = TRY(objects_of(raw));
  objects_.reset(objects.release());
  return {};
}

Result<git_repository*> Repository::handle() const {
  if (objects_ != nullptr) return handle_.get();
  start_git();
  git_repository* raw = nullptr;
  const int code = git_repository_open_bare(&raw, path_.c_str());
  if (code < 0) return failure(code, "cannot open the Git repository {}", path_.string());
  TRY(take(raw));
  return handle_.get();
}

Result<git_odb*> Repository::objects() const {
  TRY(handle());
  return objects_.get();
}

Result<Repository> Repository::open(const std::filesystem::path& path) {
  auto repository = open_later(path);
  TRY(repository.handle());
  return repository;
}

Repository Repository::open_later(std::filesystem::path path) {
  return Repository{std::move(path)};
}

Result<Repository> Repository::create(const std::filesystem::path& path) {
  start_git();
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT |
                  GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_MKPATH;
  options.initial_head = "main";
  git_repository* raw = nullptr;
  const int code = git_repository_init_ext(&raw, path.c_str(), &options);
  if (code < 0) return failure(code, "cannot make the Git repository {}", path.string());
  Repository repository{path};
  TRY(repository.take(raw));
  return repository;
}

Result<std::string> Repository::write_payload(std::string_view file_name,
                                              std::string_view payload) {
  auto* to = TRY(objects());
  TRY(ask_disk(DiskAct::object, path_));
  const git_oid blob = TRY(write_object(to, GIT_OBJECT_BLOB, payload));
  TRY(ask_disk(DiskAct::object, path_));
  const git_oid tree = TRY(write_object(to, GIT_OBJECT_TREE, tree_of(file_name, raw_of(blob))));
  return hex_of(tree);
}

Result<std::string> Repository::read_payload(const std::string& tree_hex,
                                             std::string_view file_name,
                                             std::size_t max_bytes) const {
  git_oid tree_id{};
  if (tree_hex.size() != GIT_OID_HEXSZ || git_oid_fromstr(&tree_id, tree_hex.c_str()) < 0) {
    return fail(Errc::invalid, "{} is not the id of a Git object", tree_hex);
  }
  const std::size_t tree_size = plain_entry.size() + file_name.size() + 1 + CommitId::size;
  auto* from = TRY(objects());
  const auto tree = TRY(read_object(from, tree_id, GIT_OBJECT_TREE, tree_size));
  git_oid blob_id{};
  if (tree.size() == tree_size) {
    std::memcpy(blob_id.id, tree.data() + tree_size - CommitId::size, CommitId::size);
  }
  if (tree != tree_of(file_name, raw_of(blob_id))) {
    return fail(
        Errc::corrupt, "the Git tree {} does not hold the file {} alone", tree_hex, file_name);
  }
  return read_object(from, blob_id, GIT_OBJECT_BLOB, max_bytes);
}

Result<CommitId> Repository::write_commit(std::string_view raw_commit) {
  auto* to = TRY(objects());
  TRY(ask_disk(DiskAct::object, path_));
  const git_oid oid = TRY(write_object(to, GIT_OBJECT_COMMIT, raw_commit));
  return id_of(oid);
}

Result<std::string> Repository::read_commit(const CommitId& id) const {
  auto* from = TRY(objects());
  return read_object(from, oid_of(id), GIT_OBJECT_COMMIT, max_commit_bytes);
}

bool Repository::has_commit(const CommitId& id) const {
  const auto from = objects();
  if (!from) return false;
  const git_oid oid = oid_of(id);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  return git_odb_read_header(&size, &type, *from, &oid) == 0 && type == GIT_OBJECT_COMMIT;
}

Result<std::vector<GitRef>> Repository::refs(std::string_view prefix) const {
  auto* own = TRY(handle());
  return refs_of(own, prefix);
}

Result<void> Repository::set_ref(const std::string& name, const CommitId& target) {
  if (!has_commit(target)) {
    return fail(Errc::not_found, "there is no commit {}", to_hex(target.raw()));
  }
  auto* own = TRY(handle());
  return set_reference(own, name, target);
}

Result<void> Repository::remove_ref(const std::string& name) {
  auto* own = TRY(handle());
  TRY(ask_disk(DiskAct::reference, path_ / name));
  const int code =
      past_left_lock(own, name, [&] { return git_reference_remove(own, name.c_str()); });
  if (code < 0 && code != GIT_ENOTFOUND) {
    return failure(code, "cannot remove the Git reference {}", name);
  }
  return {};
}

Result<void> create_bare(const std::filesystem::path& path) {
  TRY(Repository::create(path));
  return {};
}

}  // namespace guantong
