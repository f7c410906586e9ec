// Founding, asking to be admitted, and admitting.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

struct Founder {
  std::string consortium_name;
  std::string site, site_name, site_kind;
  std::string person, email;
};

/// Makes a workspace at `root` and founds a consortium in it: its first commit, and the record of
/// its own organisation. `recovery_key` is the lead too, and more senior than anybody. Fails with
/// `invalid` naming what does not fit.
Result<Workspace> found(const std::filesystem::path& root,
                        const Founder& founder,
                        const std::optional<PublicKey>& recovery_key = {});

/// Makes a workspace that follows `consortium` and asks to be admitted. It reads at once; edits are
/// kept until somebody admits this device. `site_name` and `kind` may be empty for a site that is
/// there.
Result<Workspace> join(const std::filesystem::path& root,
                       const std::string& url,
                       const ConsortiumId& consortium,
                       const Founder& newcomer);

/// Makes the workspace of the recovery key: nothing is drawn, and it leads as soon as it has
/// synced.
Result<Workspace> join_with_recovery_key(const std::filesystem::path& root,
                                         const std::string& url,
                                         const ConsortiumId& consortium,
                                         const Founder& newcomer,
                                         DeviceKey key);

/// Says who works on this computer now: somebody who is known here, by name or e-mail address, or
/// somebody new where `email` is given. True for somebody new, who is to be admitted.
Result<bool> work_as(Workspace& workspace, const std::string& person, const std::string& email);

/// Members of the same site whose names are hard to tell from this one, as "name <email>".
Result<std::vector<std::string>> look_alikes(Session& session, const Member& newcomer);

/// The request as text that can be pasted or read out, and the short code that checks it.
Result<Request> own_request(const Workspace& workspace);
std::string request_code(const Request& request);  ///< "7F2Q-9K3M"
std::string request_text(const Request& request, const Signer& signer);
/// Reads what `request_text` wrote. Fails with `invalid` on a text that is cut off, and with
/// `corrupt` or `denied` on a request that is none, or that its key did not sign.
Result<Request> read_request_text(std::string_view text);

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

/// Writes an act of membership, not committed yet. Fails with `denied` where this person has no
/// right to it, or where nobody would have the lead any more; `what` says what was tried.
Result<const Act*> act_with_right(Workspace& workspace,
                                  Session& session,
                                  const Change& change,
                                  std::string_view why,
                                  const Message& what);

/// A person with a device; level `none` for who was put out.
struct MemberView {
  DeviceId device;
  Member member;
  Level level = Level::none;
  bool is_lead_site = false;
  bool forked = false;  ///< Whether the device's stream goes two ways.
  std::uint32_t batches = 0;
  std::string admitted_by;
};
Result<std::vector<MemberView>> members(Session& session);
/// The member whose device's id begins so. Fails with `not_found`, or `invalid` for several.
Result<MemberView> member_named(Session& session, std::string_view device);

}  // namespace guantong
