// Another repository, as ours exchanges with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/git/git_ref.h"
#include "client/git/repository.h"
#include "sync/base/result.h"

namespace guantong {

class PathRemote;

/// A URL is a path, a file:// URL (its path taken as it stands), an https:// or ssh:// one, or
/// `user@host:path`. Nobody is asked for credentials: ssh uses the running agent, https what the
/// URL holds. git's `url.<base>.insteadOf` settings are not heeded. Who logs in at an https
/// URL is not shown in messages.
///
/// A refspec is `[+]source:destination` with full names, on both sides at most one `*`.
///
/// What is done with it fails with `offline` when the repository is not there or not reachable,
/// `invalid` when there is none at the URL, and `denied` when it does not let us in or cannot prove
/// who it is. A folder stays open until the peer goes, so a peer lasts for one exchange.
class Peer {
public:
  /// `here` outlives it.
  Peer(const Repository& here, std::string url);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  Peer(Peer&&) = delete;
  Peer& operator=(Peer&&) = delete;
  ~Peer();

  /// What the peer has, by name; without symbolic references.
  Result<std::vector<GitRef>> refs();

  /// Brings the commits that the sources stand for, with all they build on, and sets the
  /// destinations to them, whether or not that moves them forward: fetch to names of their own, not
  /// to a stream's. No tags, nothing in FETCH_HEAD, and nothing is removed. From a path it takes
  /// what it can: with one branch damaged the others still come, and the failure (`corrupt`) names
  /// the first that did not. From elsewhere all come or none.
  Result<void> fetch(const std::vector<std::string>& refspecs);

  /// Sends commits and sets the peer's references to them. Without `+` a reference is only moved
  /// forward, and only if nobody moved it meanwhile; those that can be moved are, and the failure
  /// (`conflict`) names the others. A path must lead to a bare repository, else `invalid`.
  Result<void> push(const std::vector<std::string>& refspecs);

private:
  const Repository& here_;
  std::string url_;
  std::unique_ptr<PathRemote> folder_;  ///< Where the URL leads to one.
};

}  // namespace guantong
