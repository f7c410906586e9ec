#include "client/git/git_history.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "client/git/git_ref.h"
#include "client/git/repository.h"
#include "sync/base/bytes.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/history.h"

namespace guantong {
namespace {

constexpr std::string_view payload_file = "changes.pb";
constexpr std::string_view own_heads = "refs/heads/";

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
  TRY(history_.repository().fetch(url_, {fmt::format("+refs/heads/plan/*:{}plan/*", kept)}));
  const auto there = TRY(history_.repository().list_remote(url_));
  const auto offered = branches_under(there, "refs/heads/");
  for (const auto& old : before) {
    const auto name = old.name.substr(kept.size());
    if (std::ranges::find(offered, name, &Branch::name) == offered.end())
      TRY(history_.repository().remove_ref(old.name));
  }
  const auto now = TRY(history_.repository().refs(kept));
  return branches_under(now, kept);
}

Result<void> GitRemote::push(const std::vector<Branch>& branches) {
  if (branches.empty()) return {};
  std::vector<std::string> refspecs;
  refspecs.reserve(branches.size());
  for (const auto& branch : branches)
    refspecs.push_back(fmt::format("{0}{1}:{0}{1}", own_heads, branch.name));
  return history_.repository().push(url_, refspecs);
}

Result<std::vector<CommitId>> GitRemote::fetch_requests() {
  const auto kept = fmt::format("refs/guantong/requests/{}/", name_);
  TRY(history_.repository().fetch(url_, {fmt::format("+refs/guantong/requests/*:{}*", kept)}));
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
  return history_.repository().push(url_, {fmt::format("+{0}:{0}", name)});
}

}  // namespace guantong
