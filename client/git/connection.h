// A remote on another computer, over ssh or https.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <git2.h>

#include "client/git/git_ref.h"
#include "client/git/refspec.h"
#include "client/handle.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {

/// `url` as it may be shown: a web address without the user and password, either of which can be a
/// secret.
std::string shown(const std::string& url);

/// A connection to another computer's repository. Its callbacks point into it, so it stays in
/// place.
class Connection {
public:
  explicit Connection(std::string url);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  Result<void> open(git_repository* repository, git_direction direction);
  Result<std::vector<GitRef>> refs();
  Result<void> fetch(const std::vector<std::string>& refspecs);
  /// Sends `moves`; the destinations that the remote turned down are added to `rejected`.
  Result<void> push(const std::vector<Move>& moves, std::vector<std::string>& rejected);

private:
  static int credentials_wanted(git_credential** out,
                                const char* url,
                                const char* user_in_url,
                                unsigned int allowed,
                                void* payload);
  static int reference_pushed(const char* name, const char* reason, void* payload);
  git_remote_callbacks callbacks();
  Error failed(int code, std::string_view what) const;

  std::string url_;
  Handle<git_remote, git_remote_free> remote_;
  bool offered_agent_ = false;
  std::vector<std::string>* rejected_ = nullptr;
};

}  // namespace guantong
