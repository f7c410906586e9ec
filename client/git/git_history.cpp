#include "client/git/git_history.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "client/git/git_ref.h"
#include "client/git/repository.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/history.h"

namespace guantong {
namespace {

constexpr std::string_view payload_file = "changes.pb";
constexpr std::string_view own_heads = "refs/heads/";
constexpr std::string_view witness_prefix = "refs/guantong/witness/";

std::vector<Branch> branches_under(const std::vector<GitRef>& refs, std::string_view prefix) {
  std::vector<Branch> branches;
  for (const auto& ref : refs) {
    if (ref.name.starts_with(prefix))
      branches.push_back({ref.name.substr(prefix.size()), ref.target});
  }
  return branches;
}

}  // namespace

Result<std::string> GitHistory::write_payload(std::string_view payload) {
  return repository_.write_payload(payload_file, payload);
}

Result<CommitId> GitHistory::write_commit(std::string_view raw) {
  return repository_.write_commit(raw);
}

Result<std::string> GitHistory::read_commit(const CommitId& commit) {
  return repository_.read_commit(commit);
}

Result<std::string> GitHistory::read_payload(const std::string& tree) {
  return repository_.read_payload(tree, payload_file, Limits{}.payload_bytes);
}

Result<std::vector<Branch>> GitHistory::branches() {
  const auto refs = TRY(repository_.refs(own_heads));
  return branches_under(refs, own_heads);
}

Result<void> GitHistory::set_branch(const Branch& branch) {
  return repository_.set_ref(fmt::format("{}{}", own_heads, branch.name), branch.commit);
}

Result<std::vector<Branch>> GitRemote::fetch() {
  const auto kept = fmt::format("refs/remotes/{}/", name_);
  // What the remote no longer shows must not look as if it did.
  const auto before = TRY(history_.repository().refs(kept));
  const auto fetched = peer_.fetch({fmt::format("+refs/heads/plan/*:{}plan/*", kept)});
  if (!fetched && fetched.error().code != Errc::corrupt) return fetched.error();
  const auto there = TRY(peer_.refs());
  auto offered = branches_under(there, "refs/heads/");
  for (const auto& old : before) {
    const auto name = old.name.substr(kept.size());
    if (std::ranges::find(offered, name, &Branch::name) == offered.end())
      TRY(history_.repository().remove_ref(old.name));
  }
  if (!fetched) {
    // One that is damaged keeps nobody from the others: it is offered, and found not to be here.
    // What stood there before says nothing of it.
    std::erase_if(offered, [](const Branch& one) { return !one.name.starts_with("plan/"); });
    return offered;
  }
  const auto now = TRY(history_.repository().refs(kept));
  return branches_under(now, kept);
}

Result<void> GitRemote::push(const std::vector<Branch>& branches) {
  if (branches.empty()) return {};
  const auto own = TRY(history_.branches());
  std::vector<std::string> refspecs;
  refspecs.reserve(branches.size());
  for (const auto& branch : branches) {
    // A branch may stand there under another name than here.
    const auto here = std::ranges::find(own, branch.commit, &Branch::commit);
    if (here == own.end())
      return fail(Errc::not_found, "no branch here is at {}", to_hex(branch.commit.raw()));
    refspecs.push_back(fmt::format("{0}{1}:{0}{2}", own_heads, here->name, branch.name));
  }
  return peer_.push(refspecs);
}

Result<std::vector<CommitId>> GitRemote::fetch_requests() {
  const auto kept = fmt::format("refs/guantong/requests/{}/", name_);
  const auto fetched = peer_.fetch({fmt::format("+refs/guantong/requests/*:{}*", kept)});
  // Anybody may put anything there; what does come is looked at.
  if (!fetched && fetched.error().code != Errc::corrupt) return fetched.error();
  const auto refs = TRY(history_.repository().refs(kept));
  std::vector<CommitId> commits;
  commits.reserve(refs.size());
  for (const auto& ref : refs)
    commits.push_back(ref.target);
  return commits;
}

Result<void> GitRemote::push_request(const DeviceId& device, const CommitId& commit) {
  const auto name = fmt::format("refs/guantong/requests/{}", to_hex(device.raw()));
  TRY(history_.repository().set_ref(name, commit));
  return peer_.push({fmt::format("+{0}:{0}", name)});
}

Result<std::vector<Branch>> GitRemote::fetch_witnesses(const std::vector<DeviceId>& devices) {
  const auto kept = fmt::format("refs/guantong/witnessed/{}/", name_);
  const auto listed = TRY(peer_.refs());
  const auto there = branches_under(listed, witness_prefix);
  const auto before = TRY(history_.repository().refs(kept));
  const auto known = branches_under(before, kept);
  std::vector<std::string> shown;
  std::vector<std::string> refspecs;
  for (const auto& device : devices) {
    const auto name = to_hex(device.raw());
    const auto at = std::ranges::find(there, name, &Branch::name);
    if (at == there.end()) continue;
    shown.push_back(name);
    if (std::ranges::find(known, *at) == known.end())
      refspecs.push_back(fmt::format("+{0}{2}:{1}{2}", witness_prefix, kept, name));
  }
  if (!refspecs.empty()) {
    const auto fetched = peer_.fetch(refspecs);
    // Anybody may put anything there, and what cannot be brought here says nothing. Where it is
    // this computer that fails, so will the exchange that follows.
    if (!fetched && fetched.error().code == Errc::offline) return fetched.error();
  }
  const auto now = TRY(history_.repository().refs(kept));
  auto statements = branches_under(now, kept);
  std::erase_if(statements, [&](const Branch& one) {
    return std::ranges::find(shown, one.name) == shown.end();
  });
  return statements;
}

Result<void> GitRemote::push_witness(const DeviceId& device, const CommitId& commit) {
  const auto name = fmt::format("{}{}", witness_prefix, to_hex(device.raw()));
  TRY(history_.repository().set_ref(name, commit));
  return peer_.push({fmt::format("+{0}:{0}", name)});
}

}  // namespace guantong
