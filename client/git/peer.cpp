#include "client/git/peer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <git2.h>

#include "client/git/connection.h"
#include "client/git/git_ref.h"
#include "client/git/path_remote.h"
#include "client/git/refspec.h"
#include "client/git/repository.h"
#include "sync/base/result.h"

namespace guantong {

Peer::Peer(const Repository& here, std::string url) : here_{here}, url_{std::move(url)} {
  if (auto path = path_of(url_)) folder_ = std::make_unique<PathRemote>(*std::move(path), url_);
}

Peer::~Peer() = default;

Result<std::vector<GitRef>> Peer::refs() {
  auto* own = TRY(here_.handle());
  if (folder_ != nullptr) return folder_->refs();
  Connection connection{url_};
  TRY(connection.open(own, GIT_DIRECTION_FETCH));
  return connection.refs();
}

Result<void> Peer::fetch(const std::vector<std::string>& refspecs) {
  auto* own = TRY(here_.handle());
  if (folder_ != nullptr) return folder_->fetch(own, here_.objects_.get(), refspecs);
  TRY(moves_of(refspecs, {}));  // The same rules as for a path.
  Connection connection{url_};
  TRY(connection.open(own, GIT_DIRECTION_FETCH));
  return connection.fetch(refspecs);
}

Result<void> Peer::push(const std::vector<std::string>& refspecs) {
  auto* own = TRY(here_.handle());
  if (folder_ != nullptr) return folder_->push(own, refspecs);
  Connection connection{url_};
  TRY(connection.open(own, GIT_DIRECTION_PUSH));
  const auto remote_refs = TRY(connection.refs());
  const auto own_refs = TRY(here_.refs(""));
  auto moves = TRY(moves_of(refspecs, own_refs));
  drop_done(moves, remote_refs);
  auto rejected = take_rejected(own, moves, remote_refs);
  if (!moves.empty()) TRY(connection.push(moves, rejected));
  return say_rejected(rejected, shown(url_));
}

}  // namespace guantong
