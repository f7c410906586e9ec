// sync's History and Remote, served by Git repositories.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/git/peer.h"
#include "client/git/repository.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/history.h"

namespace guantong {

/// The workspace's history.git.
class GitHistory final : public History {
public:
  explicit GitHistory(Repository repository) : repository_{std::move(repository)} {}

  Repository& repository() { return repository_; }

  Result<std::string> write_payload(std::string_view payload) override;
  Result<CommitId> write_commit(std::string_view raw) override;
  Result<std::string> read_commit(const CommitId& commit) override;
  Result<std::string> read_payload(const std::string& tree) override;
  Result<std::vector<Branch>> branches() override;
  Result<void> set_branch(const Branch& branch) override;

private:
  Repository repository_;
};

/// A Git repository elsewhere that carries the plan, for one exchange.
class GitRemote final : public Remote {
public:
  GitRemote(GitHistory& history, std::string name, std::string url)
      : history_{history}, name_{std::move(name)}, peer_{history.repository(), std::move(url)} {}

  const std::string& name() const override { return name_; }
  Result<std::vector<Branch>> fetch() override;
  Result<void> push(const std::vector<Branch>& branches) override;

  /// The commits of the requests that wait at the remote, brought here.
  Result<std::vector<CommitId>> fetch_requests();
  /// Puts this device's request there.
  Result<void> push_request(const DeviceId& device, const CommitId& commit);

  /// Brings what these devices state as witnesses here, unchecked, and returns what of it the
  /// remote shows, by device in hexadecimal. To be asked before `fetch`: the work that a statement
  /// names was there first, so that a later fetch without it says something about the remote.
  Result<std::vector<Branch>> fetch_witnesses(const std::vector<DeviceId>& devices);
  /// Puts this device's statement there, in the place of its last one.
  Result<void> push_witness(const DeviceId& device, const CommitId& commit);

private:
  GitHistory& history_;
  std::string name_;
  Peer peer_;
};

}  // namespace guantong
