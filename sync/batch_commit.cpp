#include "sync/batch_commit.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sync/applier.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/history.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

constexpr std::size_t fork_digits = 16;
constexpr std::string_view digest_prefix = "blake2b-256:";

std::string_view space_name(Space space) {
  return space == Space::plan ? "plan" : "school";
}

/// The trailers in their one order. `site` and the founding's own digest are all the payload does
/// not say itself.
std::vector<Trailer> trailers(const Batch& batch,
                              std::string_view site,
                              const Digest& digest,
                              const ConsortiumId& consortium) {
  return {{"Guantong-Consortium", to_hex(consortium.raw())},
          {"Guantong-Space", std::string{space_name(batch.space)}},
          {"Guantong-Stream", fmt::format("{}/{}", site, to_hex(batch.devices.front().raw()))},
          {"Guantong-Batch", std::to_string(batch.number)},
          {"Guantong-Format", std::to_string(batch.format)},
          {"Guantong-Digest", fmt::format("{}{}", digest_prefix, to_hex(digest.raw()))}};
}

Ident ident(std::string_view name, std::string_view email, const HybridTime& time) {
  return {clean_ident(name), clean_ident(email), static_cast<std::int64_t>(time.ms / 1000), 0};
}

/// A key that comes in must be a sound one, and whoever takes up another must have it.
Result<void> check_keys(const Change& change, const DeviceId& device, const ConsortiumId& id) {
  if (change.grant && !is_valid_key(change.grant->member.key))
    return fail(Errc::denied,
                "it admits the key {}, which is not a valid Ed25519 key",
                ssh_public_key(change.grant->member.key));
  if (change.founding && !change.founding->recovery_key.empty() &&
      !is_valid_key(*PublicKey::from(change.founding->recovery_key)))
    return fail(Errc::denied, "its recovery key is not a valid Ed25519 key");
  if (!change.rotation) return {};
  const auto& [key, proof] = *change.rotation;
  const bool has_it =
      is_valid_key(key) &&
      verify_ssh_signature(ssh_signature(key, proof), rotation_data(id, device), key);
  if (!has_it) return fail(Errc::denied, "it takes up a key without proof of having it");
  return {};
}

}  // namespace

std::string rotation_data(const ConsortiumId& consortium, const DeviceId& device) {
  std::string data{"guantong rotation"};
  data += consortium.raw();
  data += device.raw();
  return data;
}

std::string branch_name(const StreamName& stream) {
  return fmt::format("{}/{}/{}{}{}",
                     space_name(stream.space),
                     stream.site,
                     to_hex(stream.device.raw()),
                     stream.fork.empty() ? "" : ".",
                     stream.fork);
}

std::string fork_name(const CommitId& first) {
  return to_hex(first.raw()).substr(0, fork_digits);
}

Result<StreamName> read_branch_name(std::string_view branch) {
  const auto first = branch.find('/');
  const auto last = branch.rfind('/');
  if (first != std::string_view::npos && first != last) {
    const auto space = branch.substr(0, first);
    const auto site = branch.substr(first + 1, last - first - 1);
    auto text = branch.substr(last + 1);
    const auto point = text.find('.');
    const auto fork = point == std::string_view::npos ? "" : text.substr(point + 1);
    const bool fits = point == std::string_view::npos ||
                      (fork.size() == fork_digits && from_hex(fork).has_value());
    if (fits) text = text.substr(0, point);
    const auto device = from_hex(text);
    const auto id = device ? DeviceId::from(*device) : std::nullopt;
    const bool slug = is_slug(site);
    if (id && slug && space == "plan")
      return StreamName{Space::plan, std::string{site}, *id, std::string{fork}};
    if (id && slug && space == "school")
      return StreamName{Space::school, std::string{site}, *id, std::string{fork}};
  }
  return fail(Errc::corrupt, "{} is no branch of a Guantong history", branch);
}

SealedBatch seal(const Batch& batch,
                 std::vector<CommitId> parents,
                 const Story& story,
                 const Byline& byline,
                 const ConsortiumId* consortium) {
  SealedBatch sealed;
  sealed.payload = encode_batch(batch);
  sealed.parents = std::move(parents);
  sealed.site = byline.site;
  const auto digest = blake2b(sealed.payload);
  sealed.message = story.subject + "\n\n";
  for (const auto& line : story.lines)
    sealed.message += line + '\n';
  if (!story.lines.empty()) sealed.message += '\n';
  for (const auto& trailer :
       trailers(batch, byline.site, digest, consortium == nullptr ? digest : *consortium))
    sealed.message += trailer.key + ": " + trailer.value + '\n';
  const auto& time = batch.changes.back().time;
  sealed.author = ident(byline.person, byline.email, time);
  sealed.committer = ident(byline.device_name, byline.site + "@guantong.invalid", time);
  return sealed;
}

Result<ArrivedBatch> write_sealed(const SealedBatch& sealed,
                                  const Signer& signer,
                                  History& history) {
  Commit commit;
  commit.tree = TRY(history.write_payload(sealed.payload));
  commit.parents = sealed.parents;
  commit.author = sealed.author;
  commit.committer = sealed.committer;
  commit.message = sealed.message;
  commit.signature =
      ssh_signature(signer.public_key(), signer.sign(ssh_signed_data(signed_part(commit))));
  ArrivedBatch arrived;
  arrived.commit = TRY(history.write_commit(render(commit)));
  arrived.batch = TRY(decode_batch(sealed.payload));
  arrived.parents = sealed.parents;
  arrived.digest = blake2b(sealed.payload);
  arrived.site = sealed.site;
  return arrived;
}

Result<OpenedBatch> open_commit(const CommitId& id,
                                const Commit& commit,
                                std::string_view payload,
                                const ConsortiumId& consortium) {
  OpenedBatch opened;
  auto& arrived = opened.batch;
  arrived.commit = id;
  arrived.parents = commit.parents;
  arrived.digest = blake2b(payload);
  arrived.batch = TRY(decode_batch(payload));
  const auto& batch = arrived.batch;
  if (batch.consortium.value_or(arrived.digest) != consortium) {
    return fail(Errc::denied, "it belongs to another consortium");
  }
  if (commit.signature.empty()) return fail(Errc::denied, "it is not signed");
  opened.key = TRY(ssh_signature_key(commit.signature));
  TRY(verify_ssh_signature(commit.signature, signed_part(commit), opened.key));
  for (const auto& change : batch.changes)
    TRY(check_keys(change, batch.devices.front(), consortium));

  const auto found = trailers_of(commit.message);
  for (const auto& trailer : found) {
    if (trailer.key == "Guantong-Stream")
      arrived.site = trailer.value.substr(0, trailer.value.find('/'));
  }
  if (!is_slug(arrived.site) ||
      found != trailers(batch, arrived.site, arrived.digest, consortium)) {
    return fail(Errc::corrupt, "its message does not fit what it carries");
  }
  return opened;
}

Result<void> check_signer(const OpenedBatch& opened, const std::optional<PublicKey>& replaced) {
  const auto& batch = opened.batch.batch;
  const auto& key = opened.key;
  if (replaced ? key != *replaced : device_id(key) != batch.devices.front())
    return fail(Errc::denied, "it is signed by another device than it names");
  // Once a stream is enough: nothing counts that its first batch does not come before.
  if (batch.number == 1 && !is_valid_key(key))
    return fail(Errc::denied, "the key {} is not a valid Ed25519 key", ssh_public_key(key));
  return {};
}

Result<ArrivedBatch> open_batch(const CommitId& id,
                                const Commit& commit,
                                std::string_view payload,
                                const ConsortiumId& consortium,
                                const KeyOf& key_of) {
  auto opened = TRY(open_commit(id, commit, payload, consortium));
  std::optional<PublicKey> replaced;
  if (key_of) replaced = TRY(key_of(opened.batch.batch));
  TRY(check_signer(opened, replaced));
  return std::move(opened.batch);
}

}  // namespace guantong
