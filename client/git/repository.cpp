#include "client/git/repository.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <git2.h>
#include <git2/odb_backend.h>

#include "client/git/git_library.h"
#include "client/handle.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::size_t max_commit_bytes = 1024UL * 1024U;
constexpr std::string_view entry_mode = "100644 ";

using RepositoryHandle = Handle<git_repository, git_repository_free>;
using OdbHandle = Handle<git_odb, git_odb_free>;
using RemoteHandle = Handle<git_remote, git_remote_free>;

Errc kind_of(int code, int domain) {
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

/// libgit2 keeps its message per thread, and now and then fails without setting one.
template <class... Arguments>
Error failure(int code, std::string_view what, const Arguments&... arguments) {
  const git_error* last = git_error_last();
  Error error = fail(kind_of(code, last != nullptr ? last->klass : 0), what, arguments...);
  if (last != nullptr) error.message.causes.push_back(message("{}", last->message));
  return error;
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
  std::string tree{entry_mode};
  tree += file_name;
  tree += '\0';
  tree += blob;
  return tree;
}

Result<std::vector<GitRef>> refs_of(git_repository* repository, std::string_view prefix) {
  git_reference_iterator* raw = nullptr;
  int code = git_reference_iterator_new(&raw, repository);
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

/// `url` as it may be shown: a web address without the user and password, either of which can be a
/// secret.
std::string shown(const std::string& url) {
  if (!url.starts_with("http")) return url;
  const auto scheme = url.find("://");
  const auto at = url.find('@');
  if (scheme == std::string::npos || at > url.find('/', scheme + 3)) return url;
  return url.substr(0, scheme + 3) + url.substr(at + 1);
}

/// The path that `url` is; nothing when it leads to another computer.
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

Result<OdbHandle> objects_of(git_repository* repository) {
  git_odb* raw = nullptr;
  const int code = git_repository_odb(&raw, repository);
  if (code < 0) return failure(code, "cannot open the Git objects");
  return OdbHandle{raw};
}

/// One reference to move: `target` is the source's, `destination` is to stand for it.
struct Move {
  std::string source;
  std::string destination;
  CommitId target;
  bool force = false;
};

/// What `refspecs` make of the references on the sending side.
Result<std::vector<Move>> moves_of(const std::vector<std::string>& refspecs,
                                   const std::vector<GitRef>& refs) {
  std::vector<Move> moves;
  for (const std::string& text : refspecs) {
    git_refspec* raw = nullptr;
    const int code = git_refspec_parse(&raw, text.c_str(), 1);
    if (code < 0) return fail(Errc::invalid, "{} is not a refspec", text);
    const Handle<git_refspec, git_refspec_free> refspec{raw};
    const auto is_full = [](const char* name) {  // libgit2 has null for a side that is not there.
      return name != nullptr && std::string_view{name}.starts_with("refs/");
    };
    if (!is_full(git_refspec_src(refspec.get())) || !is_full(git_refspec_dst(refspec.get()))) {
      return fail(Errc::invalid, "{} is not a refspec of two full names", text);
    }
    for (const GitRef& ref : refs) {
      if (git_refspec_src_matches(refspec.get(), ref.name.c_str()) == 0) continue;
      git_buf name = GIT_BUF_INIT;
      const int transformed = git_refspec_transform(&name, refspec.get(), ref.name.c_str());
      if (transformed < 0) return fail(Errc::invalid, "{} is not a refspec", text);
      moves.push_back({ref.name, name.ptr, ref.target, git_refspec_force(refspec.get()) != 0});
      git_buf_dispose(&name);
    }
  }
  return moves;
}

const GitRef* find(const std::vector<GitRef>& refs, std::string_view name) {
  const auto at = std::ranges::lower_bound(refs, name, {}, &GitRef::name);
  return at != refs.end() && at->name == name ? &*at : nullptr;
}

/// The moves that are none: the destination is where it should be.
void drop_done(std::vector<Move>& moves, const std::vector<GitRef>& destinations) {
  std::erase_if(moves, [&](const Move& move) {
    const GitRef* now = find(destinations, move.destination);
    return now != nullptr && now->target == move.target;
  });
}

/// The failure of a walk through a history, where what is referred to is there, or something was
/// lost.
template <class... Arguments>
Error broken(int code, std::string_view what, const Arguments&... arguments) {
  Error error = failure(code, what, arguments...);
  if (error.code == Errc::not_found) error.code = Errc::corrupt;
  return error;
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

/// Copies the commits of `wanted`, and all they build on, from one repository into another as one
/// pack; what `known` reaches is taken to be there. All of it arrives or nothing does.
///
/// libgit2's own transport for paths sends every branch of the remote, whichever is asked for,
/// looks the remote's names up as revision expressions here, and moves the remote's references
/// without looking where they are by then; so paths have this instead.
Result<void> copy_objects(git_repository* from,
                          git_odb* to,
                          const std::vector<Move>& wanted,
                          const std::vector<GitRef>& known) {
  git_revwalk* raw_walk = nullptr;
  int code = git_revwalk_new(&raw_walk, from);
  if (code < 0) return broken(code, "cannot walk the Git history");
  const Handle<git_revwalk, git_revwalk_free> walk{raw_walk};
  for (const Move& move : wanted) {
    const git_oid oid = oid_of(move.target);
    code = git_revwalk_push(walk.get(), &oid);
    if (code < 0) return broken(code, "cannot read the branch {}", move.source);
  }
  const auto from_objects = TRY(objects_of(from));
  for (const GitRef& ref : known) {
    const git_oid oid = oid_of(ref.target);
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

Result<void> set_reference(git_repository* repository,
                           const std::string& name,
                           const CommitId& target) {
  const git_oid oid = oid_of(target);
  git_reference* raw = nullptr;
  const int code = git_reference_create(&raw, repository, name.c_str(), &oid, 1, nullptr);
  const Handle<git_reference, git_reference_free> ref{raw};
  if (code < 0) return failure(code, "cannot set the Git reference {}", name);
  return {};
}

/// Whether the remote's reference may be moved as `move` says, if it is still at `now`.
bool may_move(git_repository* repository, const Move& move, const GitRef* now) {
  if (now == nullptr || move.force) return true;
  const git_oid target = oid_of(move.target);
  const git_oid current = oid_of(now->target);
  // Fails when we do not have what the remote has: then we cannot be ahead of it.
  return git_graph_descendant_of(repository, &target, &current) == 1;
}

/// Takes the moves that would not be forward out of `moves`, and returns their destinations.
std::vector<std::string> take_rejected(git_repository* repository,
                                       std::vector<Move>& moves,
                                       const std::vector<GitRef>& remote_refs) {
  std::vector<std::string> rejected;
  std::erase_if(moves, [&](const Move& move) {
    if (may_move(repository, move, find(remote_refs, move.destination))) return false;
    rejected.push_back(move.destination);
    return true;
  });
  return rejected;
}

Result<void> say_rejected(const std::vector<std::string>& rejected, const std::string& url) {
  if (rejected.empty()) return {};
  std::string names;
  for (const std::string& name : rejected)
    names += (names.empty() ? "" : ", ") + name;
  return fail(Errc::conflict, "the remote {} did not accept {}", url, names);
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
    TRY(copy_objects(from, objects.get(), moves, remote_refs));
  }
  for (const Move& move : moves) {
    const git_oid target = oid_of(move.target);
    const GitRef* now = find(remote_refs, move.destination);
    const git_oid current = now != nullptr ? oid_of(now->target) : git_oid{};
    git_reference* raw = nullptr;
    const int code =
        now == nullptr
            ? git_reference_create(&raw, to.get(), move.destination.c_str(), &target, 0, nullptr)
            : git_reference_create_matching(
                  &raw, to.get(), move.destination.c_str(), &target, 1, &current, nullptr);
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

  // When some branch is damaged, or the disk is, one at a time finds out which.
  const bool all_copied = copy_objects(from.get(), objects, moves, known).has_value();
  Result<void> first_failure;
  for (const Move& move : moves) {
    Result<void> fetched;
    if (!all_copied) fetched = copy_objects(from.get(), objects, {move}, known);
    if (fetched) fetched = set_reference(to, move.destination, move.target);
    if (fetched || !first_failure) continue;
    first_failure =
        in_context(std::move(fetched), "cannot fetch {} from the remote {}", move.source, url);
  }
  return first_failure;
}

/// Offers what needs no person: the URL's user name and the keys of the running ssh agent, once.
int offer_credentials(git_credential** out,
                      const char* /*url*/,
                      const char* user_in_url,
                      unsigned int allowed,
                      void* payload) {
  const char* user = user_in_url != nullptr ? user_in_url : "git";
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) return git_credential_username_new(out, user);
  auto& offered = *static_cast<bool*>(payload);
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0 && !std::exchange(offered, true)) {
    return git_credential_ssh_key_from_agent(out, user);
  }
  git_error_set_str(GIT_ERROR_CALLBACK, "no credentials that the remote accepts");
  return GIT_EAUTH;
}

/// A connection to another computer's repository. Its callbacks point into it, so it stays in
/// place.
class Connection {
public:
  explicit Connection(std::string url) : url_{std::move(url)} {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection() {
    if (remote_ != nullptr) git_remote_disconnect(remote_.get());
  }

  Result<void> open(git_repository* repository, git_direction direction) {
    git_remote_create_options creation = GIT_REMOTE_CREATE_OPTIONS_INIT;
    creation.repository = repository;
    // libgit2 1.5 loses 20 KiB for every setting that it compares with "url.*.insteadOf".
    creation.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
    git_remote* raw = nullptr;
    int code = git_remote_create_with_opts(&raw, url_.c_str(), &creation);
    if (code < 0) return failure(code, "{} is not a URL of a remote", shown(url_));
    remote_.reset(raw);
    git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
    options.callbacks = callbacks();
    options.proxy_opts.type = GIT_PROXY_AUTO;
    code = git_remote_connect_ext(raw, direction, &options);
    if (code < 0) return failed(code, "cannot reach the remote {}");
    return {};
  }

  Result<std::vector<GitRef>> refs() {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    const int code = git_remote_ls(&heads, &count, remote_.get());
    if (code < 0) return failed(code, "cannot list the remote {}");
    std::vector<GitRef> refs;
    for (std::size_t i = 0; i < count; ++i) {
      const git_remote_head& head = *heads[i];
      int valid = 0;  // Not so are HEAD's like, and "refs/tags/v1^{}", a tag's commit.
      if (git_reference_name_is_valid(&valid, head.name) < 0 || valid == 0) continue;
      const bool is_plain = std::string_view{head.name}.starts_with("refs/");
      if (is_plain && head.symref_target == nullptr) refs.push_back({head.name, id_of(head.oid)});
    }
    std::ranges::sort(refs);
    return refs;
  }

  Result<void> fetch(const std::vector<std::string>& refspecs) {
    auto names = pointers(refspecs);
    const git_strarray array{names.data(), names.size()};
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    options.callbacks = callbacks();
    options.prune = GIT_FETCH_NO_PRUNE;
    options.update_fetchhead = 0;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.proxy_opts.type = GIT_PROXY_AUTO;
    const int code = git_remote_fetch(remote_.get(), &array, &options, nullptr);
    if (code < 0) return failed(code, "cannot fetch from the remote {}");
    return {};
  }

  /// Sends `moves`; the destinations that the remote turned down are added to `rejected`.
  Result<void> push(const std::vector<Move>& moves, std::vector<std::string>& rejected) {
    std::vector<std::string> refspecs;
    refspecs.reserve(moves.size());
    for (const Move& move : moves)
      refspecs.push_back((move.force ? "+" : "") + move.source + ':' + move.destination);
    auto names = pointers(refspecs);
    const git_strarray array{names.data(), names.size()};
    git_push_options options = GIT_PUSH_OPTIONS_INIT;
    options.callbacks = callbacks();
    options.proxy_opts.type = GIT_PROXY_AUTO;
    rejected_ = &rejected;
    const int code = git_remote_upload(remote_.get(), &array, &options);
    rejected_ = nullptr;
    if (code < 0) return failed(code, "cannot push to the remote {}");
    return {};
  }

private:
  static int credentials_wanted(git_credential** out,
                                const char* url,
                                const char* user_in_url,
                                unsigned int allowed,
                                void* payload) {
    auto* self = static_cast<Connection*>(payload);
    return offer_credentials(out, url, user_in_url, allowed, &self->offered_agent_);
  }

  static int reference_pushed(const char* name, const char* reason, void* payload) {
    auto* self = static_cast<Connection*>(payload);
    if (reason != nullptr && self->rejected_ != nullptr) self->rejected_->emplace_back(name);
    return 0;
  }

  git_remote_callbacks callbacks() {
    git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
    callbacks.credentials = credentials_wanted;
    callbacks.push_update_reference = reference_pushed;
    callbacks.payload = this;
    return callbacks;
  }

  /// `strings` in the form that libgit2 takes, which does not write to them.
  static std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size());
    for (const std::string& string : strings)
      pointers.push_back(const_cast<char*>(string.c_str()));
    return pointers;
  }

  /// On a connection whatever has no meaning of its own is the network's fault, to be tried again.
  Error failed(int code, std::string_view what) const {
    Error error = failure(code, what, shown(url_));
    if (error.code == Errc::io || error.code == Errc::not_found) error.code = Errc::offline;
    return error;
  }

  std::string url_;
  RemoteHandle remote_;
  bool offered_agent_ = false;
  std::vector<std::string>* rejected_ = nullptr;
};

}  // namespace

GitLibrary::GitLibrary() {
  git_libgit2_init();
  git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}
GitLibrary::~GitLibrary() {
  git_libgit2_shutdown();
}

void Repository::Free::operator()(git_repository* repository) const noexcept {
  git_repository_free(repository);
}
void Repository::Free::operator()(git_odb* odb) const noexcept {
  git_odb_free(odb);
}

Result<Repository> Repository::with_objects(Repository repository) {
  auto objects = TRY(objects_of(repository.handle_.get()));
  repository.objects_.reset(objects.release());
  return repository;
}

Result<Repository> Repository::open(const std::filesystem::path& path) {
  git_repository* raw = nullptr;
  const int code = git_repository_open_bare(&raw, path.c_str());
  if (code < 0) return failure(code, "cannot open the Git repository {}", path.string());
  return with_objects(Repository{raw});
}

Result<Repository> Repository::create(const std::filesystem::path& path) {
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT |
                  GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_MKPATH;
  options.initial_head = "main";
  git_repository* raw = nullptr;
  const int code = git_repository_init_ext(&raw, path.c_str(), &options);
  if (code < 0) return failure(code, "cannot make the Git repository {}", path.string());
  return with_objects(Repository{raw});
}

Result<std::string> Repository::write_payload(std::string_view file_name,
                                              std::string_view payload) {
  const git_oid blob = TRY(write_object(objects_.get(), GIT_OBJECT_BLOB, payload));
  const git_oid tree =
      TRY(write_object(objects_.get(), GIT_OBJECT_TREE, tree_of(file_name, raw_of(blob))));
  return hex_of(tree);
}

Result<std::string> Repository::read_payload(const std::string& tree_hex,
                                             std::string_view file_name,
                                             std::size_t max_bytes) const {
  git_oid tree_id{};
  if (tree_hex.size() != GIT_OID_HEXSZ || git_oid_fromstr(&tree_id, tree_hex.c_str()) < 0) {
    return fail(Errc::invalid, "{} is not the id of a Git object", tree_hex);
  }
  const std::size_t tree_size = entry_mode.size() + file_name.size() + 1 + CommitId::size;
  const auto tree = TRY(read_object(objects_.get(), tree_id, GIT_OBJECT_TREE, tree_size));
  git_oid blob_id{};
  if (tree.size() == tree_size) {
    std::memcpy(blob_id.id, tree.data() + tree_size - CommitId::size, CommitId::size);
  }
  if (tree != tree_of(file_name, raw_of(blob_id))) {
    return fail(
        Errc::corrupt, "the Git tree {} does not hold the file {} alone", tree_hex, file_name);
  }
  return read_object(objects_.get(), blob_id, GIT_OBJECT_BLOB, max_bytes);
}

Result<CommitId> Repository::write_commit(std::string_view raw_commit) {
  const git_oid oid = TRY(write_object(objects_.get(), GIT_OBJECT_COMMIT, raw_commit));
  return id_of(oid);
}

Result<std::string> Repository::read_commit(const CommitId& id) const {
  return read_object(objects_.get(), oid_of(id), GIT_OBJECT_COMMIT, max_commit_bytes);
}

bool Repository::has_commit(const CommitId& id) const {
  const git_oid oid = oid_of(id);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  return git_odb_read_header(&size, &type, objects_.get(), &oid) == 0 && type == GIT_OBJECT_COMMIT;
}

Result<std::vector<GitRef>> Repository::refs(std::string_view prefix) const {
  return refs_of(handle_.get(), prefix);
}

Result<void> Repository::set_ref(const std::string& name, const CommitId& target) {
  if (!has_commit(target)) {
    return fail(Errc::not_found, "there is no commit {}", to_hex(target.raw()));
  }
  return set_reference(handle_.get(), name, target);
}

Result<void> Repository::remove_ref(const std::string& name) {
  const int code = git_reference_remove(handle_.get(), name.c_str());
  if (code < 0 && code != GIT_ENOTFOUND) {
    return failure(code, "cannot remove the Git reference {}", name);
  }
  return {};
}

Result<std::vector<GitRef>> Repository::list_remote(const std::string& url) const {
  if (const auto path = path_of(url)) {
    const auto remote = TRY(open_at(*path, url));
    return refs_of(remote.get(), "");
  }
  Connection connection{url};
  TRY(connection.open(handle_.get(), GIT_DIRECTION_FETCH));
  return connection.refs();
}

Result<void> Repository::fetch(const std::string& url, const std::vector<std::string>& refspecs) {
  if (const auto path = path_of(url)) {
    return fetch_from_path(handle_.get(), objects_.get(), *path, url, refspecs);
  }
  TRY(moves_of(refspecs, {}));  // The same rules as for a path.
  Connection connection{url};
  TRY(connection.open(handle_.get(), GIT_DIRECTION_FETCH));
  return connection.fetch(refspecs);
}

Result<void> Repository::push(const std::string& url, const std::vector<std::string>& refspecs) {
  if (const auto path = path_of(url)) return push_to_path(handle_.get(), *path, url, refspecs);
  Connection connection{url};
  TRY(connection.open(handle_.get(), GIT_DIRECTION_PUSH));
  const auto remote_refs = TRY(connection.refs());
  const auto own_refs = TRY(refs(""));
  auto moves = TRY(moves_of(refspecs, own_refs));
  drop_done(moves, remote_refs);
  auto rejected = take_rejected(handle_.get(), moves, remote_refs);
  if (!moves.empty()) TRY(connection.push(moves, rejected));
  return say_rejected(rejected, shown(url));
}

Result<void> create_bare(const std::filesystem::path& path) {
  TRY(Repository::create(path));
  return {};
}

}  // namespace guantong
