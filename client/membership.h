// Founding, asking to be admitted, and admitting.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "client/config.h"
#include "client/git/git_history.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

struct Founder {
  std::string consortium_name;
  std::string site, site_name, site_kind;
  std::string person, email;
};

/// Makes a workspace at `root` and founds a consortium in it: its first commit, and the record of
/// its own organisation. Fails with `invalid` naming what does not fit.
Result<Workspace> found(const std::filesystem::path& root, const Founder& founder);

/// Makes a workspace that follows `consortium` and asks to be admitted. It reads at once; edits are
/// kept until somebody admits this device. `site_name` and `kind` may be empty for a site that is
/// there.
Result<Workspace> join(const std::filesystem::path& root,
                       const std::string& url,
                       const ConsortiumId& consortium,
                       const Founder& newcomer);

/// The request as text that can be pasted or read out, and the short code that checks it.
Result<Request> own_request(const Workspace& workspace);
std::string request_code(const Request& request);  ///< "7F2Q-9K3M"
std::string request_text(const Request& request, const Signer& signer);

/// Writes and pushes this device's request, unless the remote has it.
Result<void> publish_request(Workspace& workspace, GitRemote& remote);

/// Requests that wait at the remotes, each signed by the key that it is for.
Result<std::vector<Request>> waiting_requests(Workspace& workspace);

/// Finds the request that a code or a pasted text stands for. Fails with `not_found`.
Result<Request> find_request(Workspace& workspace, std::string_view code_or_text);

/// Admits whoever made the request. For a new site its organisation's record is made as well. Fails
/// with `denied` when this person may not give the level.
Result<void> admit(Workspace& workspace, const Request& request, Level level);

Result<Level> level_named(std::string_view word);
std::string_view word_of(Level level);

struct MemberView {
  DeviceId device;
  Member member;
  Level level = Level::none;
  bool is_lead_site = false;
  std::string admitted_by;
};
Result<std::vector<MemberView>> members(Session& session);

}  // namespace guantong
