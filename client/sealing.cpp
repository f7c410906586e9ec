#include "client/sealing.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/clock.h"
#include "client/describe.h"
#include "client/receiving.h"
#include "client/rotation.h"
#include "client/rules/rules.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/exchange.h"
#include "sync/sealer.h"

namespace guantong {
namespace {

constexpr std::size_t lines_a_commit = 20;
constexpr std::size_t why_width = 120;
constexpr const char* reserved = "sealing";

nlohmann::json to_json(const Ident& ident) {
  return {{"name", ident.name}, {"email", ident.email}, {"time", ident.time_s}};
}

Ident ident_from(const nlohmann::json& json) {
  return {json.at("name").get<std::string>(),
          json.at("email").get<std::string>(),
          json.at("time").get<std::int64_t>(),
          0};
}

/// What must survive a crash between reserving the numbers and moving the branch.
std::string to_text(const SealedBatch& sealed) {
  auto parents = nlohmann::json::array();
  for (const auto& parent : sealed.parents)
    parents.push_back(to_hex(parent.raw()));
  return nlohmann::json{{"payload", to_hex(sealed.payload)},
                        {"parents", parents},
                        {"message", sealed.message},
                        {"author", to_json(sealed.author)},
                        {"committer", to_json(sealed.committer)},
                        {"site", sealed.site}}
      .dump();
}

Result<SealedBatch> from_text(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded())
    return fail(Errc::corrupt,
                "the replica's note of a batch being sealed is damaged; \"guantong rebuild\" makes "
                "the replica anew");
  SealedBatch sealed;
  sealed.payload = from_hex(json.at("payload").get<std::string>()).value_or("");
  for (const auto& parent : json.at("parents"))
    sealed.parents.push_back(
        CommitId::from(from_hex(parent.get<std::string>()).value_or("")).value_or(CommitId{}));
  sealed.message = json.at("message").get<std::string>();
  sealed.author = ident_from(json.at("author"));
  sealed.committer = ident_from(json.at("committer"));
  sealed.site = json.at("site").get<std::string>();
  return sealed;
}

/// The subject names the first change, and how many more there are.
Result<Story> story_of(Session& session, const ComposedBatch& composed, StreamNo stream) {
  Story story;
  Dot dot{stream, composed.batch.first_n};
  for (const auto& change : composed.changes) {
    if (story.lines.size() == lines_a_commit) {
      story.lines.push_back(fmt::format("and {} more", composed.changes.size() - lines_a_commit));
      break;
    }
    const auto described = TRY(describe(session, dot, change));
    auto line = in_english(described);
    if (!change.why.empty()) line += fmt::format(" ({})", cut_to_width(change.why, why_width));
    story.lines.push_back(std::move(line));
    ++dot.n;
  }
  for (auto& line : story.lines) {
    for (auto& c : line) {
      if (c == '\n') c = ' ';
    }
  }
  const auto first =
      TRY(describe(session, {stream, composed.batch.first_n}, composed.changes.front()));
  story.subject = in_english(first);
  if (composed.changes.size() > 1)
    story.subject += fmt::format(", and {} more", composed.changes.size() - 1);
  return story;
}

/// Reserves the numbers of the next batch, durably. False when there is nothing to seal.
Result<bool> reserve(Workspace& workspace) {
  auto session = TRY(Session::begin(workspace.store()));
  const auto stream = TRY(session->store().intern_stream(workspace.device(), Space::plan));
  auto composed = TRY(compose_batch(
      session->store(), workspace.schema(), session->members(), session->merger(), stream));
  if (!composed) return false;
  if (!workspace.is_unlocked()) {
    // No number is reserved that could not be signed, and nobody is kept from editing while a
    // passphrase is typed.
    session.reset();
    TRY(workspace.signer());
    return reserve(workspace);
  }
  const auto story = TRY(story_of(*session, *composed, stream));
  const auto consortium = session->members().consortium();
  const auto sealed = seal(composed->batch,
                           composed->parents,
                           story,
                           byline_of(workspace, composed->under->member.person),
                           &consortium);
  TRY(session->store().set_meta(reserved, to_text(sealed)));
  TRY(session->commit());
  return true;
}

/// Writes the reserved batch and files its changes. Nothing when none is reserved.
Result<SealCount> finish(Workspace& workspace) {
  TRY(take_up_next_key(workspace));
  const auto text = TRY(workspace.store().meta(reserved));
  if (!text) return SealCount{};
  const auto sealed = TRY(from_text(*text));
  const auto* signer = TRY(workspace.signer());
  const auto arrived = TRY(write_sealed(sealed, *signer, workspace.history()));
  TRY(workspace.history().set_branch(
      {branch_name({Space::plan, sealed.site, workspace.device()}), arrived.commit}));
  auto session = TRY(Session::begin(workspace.store()));
  const auto filed = TRY(session->store().batch_by_commit(arrived.commit));
  if (!filed) TRY(session->applier().adopt(arrived, now_ms()));
  TRY(session->store().remove_meta(reserved));
  TRY(session->settle());
  // A change that is not sealed has seen everything here; sealed, it has seen what it builds on.
  std::vector<RecordNo> records;
  for (const auto& key : arrived.batch.records) {
    const auto record = TRY(session->store().intern_record(key));
    records.push_back(record);
  }
  TRY(check_rules(*session, records));
  TRY(session->commit());
  return SealCount{1, arrived.batch.changes.size()};
}

}  // namespace

Byline byline_of(const Workspace& workspace, const std::optional<PersonId>& writer) {
  const auto& config = workspace.config();
  const auto& person = config.person(writer);
  return {person.name,
          person.email,
          config.site,
          fmt::format("{} {}", config.site, to_hex(workspace.device().raw()).substr(0, 8))};
}

Result<void> finish_sealing(Workspace& workspace) {
  TRY(finish(workspace));
  return {};
}

Result<SealCount> seal_all(Workspace& workspace) {
  auto count = TRY(finish(workspace));
  while (TRY(reserve(workspace))) {
    const auto one = TRY(finish(workspace));
    count.batches += one.batches;
    count.changes += one.changes;
  }
  return count;
}

Result<void> catch_up(Workspace& workspace) {
  TRY(finish(workspace));
  const auto branches = TRY(workspace.history().branches());
  auto session = TRY(Session::begin(workspace.store()));
  bool behind = false;
  for (const auto& branch : branches) {
    const auto known = TRY(session->store().batch_by_commit(branch.commit));
    behind = behind || !known;
  }
  if (!behind) return {};
  const auto received = TRY(receive(workspace, *session, branches, now_ms()));
  if (!received.set_aside.empty()) {
    const auto& first = received.set_aside.front();
    Error error = fail(Errc::corrupt,
                       "this workspace's own history does not hold together at {} ({})",
                       to_hex(first.commit.raw()).substr(0, 12),
                       first.branch);
    error.message.causes.push_back(first.reason.message);
    return error;
  }
  return session->commit();
}

}  // namespace guantong
