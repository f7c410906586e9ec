#include "client/git/connection.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <git2.h>

#include "client/git/git_ref.h"
#include "client/git/libgit2.h"
#include "client/git/refspec.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

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

/// `strings` in the form that libgit2 takes, which does not write to them.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size());
  for (const std::string& string : strings)
    pointers.push_back(const_cast<char*>(string.c_str()));
  return pointers;
}

}  // namespace

std::string shown(const std::string& url) {
  if (!url.starts_with("http")) return url;
  const auto scheme = url.find("://");
  const auto at = url.find('@');
  if (scheme == std::string::npos || at > url.find('/', scheme + 3)) return url;
  return url.substr(0, scheme + 3) + url.substr(at + 1);
}

Connection::Connection(std::string url) : url_{std::move(url)} {}

Connection::~Connection() {
  if (remote_ != nullptr) git_remote_disconnect(remote_.get());
}

Result<void> Connection::open(git_repository* repository, git_direction direction) {
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

Result<std::vector<GitRef>> Connection::refs() {
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

Result<void> Connection::fetch(const std::vector<std::string>& refspecs) {
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

Result<void> Connection::push(const std::vector<Move>& moves, std::vector<std::string>& rejected) {
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

int Connection::credentials_wanted(git_credential** out,
                                   const char* url,
                                   const char* user_in_url,
                                   unsigned int allowed,
                                   void* payload) {
  auto* self = static_cast<Connection*>(payload);
  return offer_credentials(out, url, user_in_url, allowed, &self->offered_agent_);
}

int Connection::reference_pushed(const char* name, const char* reason, void* payload) {
  auto* self = static_cast<Connection*>(payload);
  if (reason != nullptr && self->rejected_ != nullptr) self->rejected_->emplace_back(name);
  return 0;
}

git_remote_callbacks Connection::callbacks() {
  git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
  callbacks.credentials = credentials_wanted;
  callbacks.push_update_reference = reference_pushed;
  callbacks.payload = this;
  return callbacks;
}

/// On a connection whatever has no meaning of its own is the network's fault, to be tried again.
Error Connection::failed(int code, std::string_view what) const {
  Error error = failure(code, what, shown(url_));
  if (error.code == Errc::io || error.code == Errc::not_found) error.code = Errc::offline;
  return error;
}

}  // namespace guantong
