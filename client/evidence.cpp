#include "client/evidence.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include "client/reading.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/applier.h"
#include "sync/authority.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/ssh_signature.h"
#include "sync/store.h"

namespace guantong {
namespace {

constexpr std::string_view format_name = "guantong evidence 1";
constexpr std::string_view format_family = "guantong evidence ";
constexpr std::size_t least_digits = 4;
constexpr std::size_t device_digits = 8;
constexpr int base64_form = sodium_base64_VARIANT_ORIGINAL;

/// As they stand in a file, where a quotation mark or a backslash would not be what has to be
/// typed.
constexpr std::array commands{
    "git init -q --bare proof.git",
    "grep -ohE '[0-9a-f]{8}@guantong.invalid ssh-ed25519 [A-Za-z0-9+/=]+' FILE > signers",
    "grep -ohE '[A-Za-z0-9+/=]{100,}' FILE | sed -n 1p | base64 -d > commit1",
    "grep -ohE '[A-Za-z0-9+/=]{100,}' FILE | sed -n 3p | base64 -d > commit2",
    "git -C proof.git hash-object -t commit -w --stdin < commit1 > id1",
    "git -C proof.git hash-object -t commit -w --stdin < commit2 > id2",
    "git -C proof.git -c gpg.ssh.allowedSignersFile=$PWD/signers verify-commit $(cat id1)",
    "git -C proof.git -c gpg.ssh.allowedSignersFile=$PWD/signers verify-commit $(cat id2)",
    "cat commit1 commit2",
    "grep -ohE '[A-Za-z0-9+/=]{100,}' FILE | sed -n 2p | base64 -d | b2sum -l 256",
    "grep -ohE '[A-Za-z0-9+/=]{100,}' FILE | sed -n 4p | base64 -d | b2sum -l 256",
    "head -n 1 signers | cut -d' ' -f3 | base64 -d | tail -c 32 | b2sum -l 256"};

constexpr std::string_view result_zh =
    "两次验签都应显示“Good \"git\" signature”。两份提交的 Guantong-Consortium、Guantong-Stream 和 "
    "Guantong-Batch 相同，而提交本身不同，通常 Guantong-Digest 就不同；b2sum "
    "的前两个结果与它们一致。"
    "最后一个结果是电脑编号，即 Guantong-Stream 的后半部分。";
constexpr std::string_view result_en =
    "Both signatures must be called good. Guantong-Consortium, Guantong-Stream and Guantong-Batch "
    "are "
    "the same in both commits, and yet the commits differ, as a rule in Guantong-Digest already; "
    "the "
    "first two results of b2sum are those digests. The last result is the device's id, the second "
    "half "
    "of Guantong-Stream.";
constexpr std::string_view rotated_zh =
    "这台电脑更换过密钥，所以最后一个结果不是它的编号：编号由首个密钥得出，之后每个密钥由 keys "
    "中的一批启用，并由前一个密钥签名。这些提交同样可用 git "
    "验签；哪批启用了哪个密钥，要用“guantong "
    "evidence --check FILE”核对。";
constexpr std::string_view rotated_en =
    "This device took up another key, so the last result is not its id: that follows from its "
    "first "
    "key, and each further one was taken up by a batch in \"keys\", signed with the key before it. "
    "git "
    "verifies those commits in the same way; which key a batch takes up needs \"guantong evidence "
    "--check FILE\".";

std::string to_base64(std::string_view raw) {
  std::string text(sodium_base64_encoded_len(raw.size(), base64_form), '\0');
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  sodium_bin2base64(text.data(), text.size(), bytes, raw.size(), base64_form);
  text.pop_back();  // libsodium ends it in NUL.
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string raw(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
  const int failed = sodium_base642bin(
      bytes, raw.size(), text.data(), text.size(), nullptr, &size, &end, base64_form);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  raw.resize(size);
  return raw;
}

/// The two batches with the least number of which there are two.
Result<std::optional<std::array<StoredBatch, 2>>> first_doubled(Store& store, StreamNo stream) {
  std::map<std::uint32_t, std::vector<StoredBatch>> by_number;
  const auto branches = TRY(store.branches(stream));
  for (const auto branch : branches) {
    const auto batches = TRY(store.batches_from(branch, 0));
    for (const auto& batch : batches)
      by_number[batch.number].push_back(batch);
  }
  const auto doubled =
      std::ranges::find_if(by_number, [](const auto& entry) { return entry.second.size() > 1; });
  if (doubled == by_number.end()) return std::optional<std::array<StoredBatch, 2>>{};
  auto& ways = doubled->second;
  std::ranges::sort(ways, {}, &StoredBatch::commit);
  return std::optional{std::array{ways[0], ways[1]}};
}

Result<Exhibit> exhibit(Workspace& workspace, const StoredBatch& batch) {
  Exhibit exhibit;
  exhibit.commit = TRY(workspace.history().read_commit(batch.commit));
  const auto commit = TRY(parse_commit(exhibit.commit));
  exhibit.payload = TRY(workspace.history().read_payload(commit.tree));
  return exhibit;
}

/// The batches with which a device took up other keys before one of its batches.
Result<std::vector<Exhibit>> keys_before(Workspace& workspace,
                                         Session& session,
                                         const StoredBatch& batch) {
  std::vector<Exhibit> keys;
  auto& store = session.store();
  const auto& members = session.members();
  const auto first = members.plan_stream(batch.stream);  // Before they part there is but one.
  std::optional<std::uint32_t> last;
  for (const auto& act : members.authority().acts()) {
    if (act.kind != Act::Kind::rotation || !act.right || act.dot.stream != first) continue;
    const auto holder = TRY(store.batch_of(act.dot));
    if (holder.number >= batch.number || holder.number == last) continue;
    last = holder.number;
    auto key = TRY(exhibit(workspace, holder));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<ForkedDevice> device_named(Session& session, std::string_view prefix) {
  const auto all = TRY(forked_devices(session));
  std::vector<ForkedDevice> found;
  std::ranges::copy_if(all, std::back_inserter(found), [&](const ForkedDevice& one) {
    return prefix.size() >= least_digits && to_hex(one.device.raw()).starts_with(prefix);
  });
  if (found.size() > 1)
    return fail(Errc::invalid,
                "more than one device begins with {}; give more of its digits, as \"guantong "
                "evidence --json\" shows them",
                printable(prefix));
  if (found.empty())
    return fail(Errc::not_found,
                "nothing here shows that a device beginning with {} signed two histories; "
                "\"guantong evidence\" lists those that did",
                printable(prefix));
  return std::move(found.front());
}

/// Where the chain of a device's keys has come to.
struct Chain {
  ConsortiumId consortium;
  DeviceId device;
  std::vector<PublicKey> keys;  ///< The first once a batch has shown it.
  std::uint32_t number = 0;     ///< Of the batch that brought the last key.
};

/// A batch of the chain's device, signed with the chain's last key.
Result<ArrivedBatch> open(const Exhibit& exhibit, Chain& chain) {
  const auto commit = TRY(parse_commit(exhibit.commit));
  const auto key_of = [&](const Batch&) -> Result<std::optional<PublicKey>> {
    return chain.keys.empty() ? std::nullopt : std::optional{chain.keys.back()};
  };
  auto arrived = TRY(open_batch({}, commit, exhibit.payload, chain.consortium, key_of));
  const auto& author = arrived.batch.devices.front();
  if (author != chain.device)
    return fail(Errc::corrupt,
                "it is of the device {}, and the file accuses {}",
                to_hex(author.raw()),
                to_hex(chain.device.raw()));
  if (!chain.keys.empty()) return arrived;
  const auto key = TRY(ssh_signature_key(commit.signature));
  if (!is_valid_key(key))
    return fail(Errc::corrupt, "the key {} is not a valid Ed25519 key", ssh_public_key(key));
  chain.keys.push_back(key);
  return arrived;
}

Result<void> add_key(const Exhibit& exhibit, Chain& chain) {
  const auto arrived = TRY(open(exhibit, chain));
  std::optional<PublicKey> next;
  for (const auto& change : arrived.batch.changes) {
    if (change.rotation) next = change.rotation->key;
  }
  if (!next) return fail(Errc::corrupt, "it takes up no other key");
  if (arrived.batch.number <= chain.number)
    return fail(Errc::corrupt, "it does not come after the batch before it in the file");
  chain.number = arrived.batch.number;
  chain.keys.push_back(*next);
  return {};
}

Result<std::array<ArrivedBatch, 2>> open_both(const Evidence& evidence, Chain& chain) {
  std::array<ArrivedBatch, 2> both;
  both[0] = TRY(in_context(open(evidence.batches[0], chain), "the first batch does not hold"));
  both[1] = TRY(in_context(open(evidence.batches[1], chain), "the second batch does not hold"));
  return both;
}

Result<void> check_pair(const Evidence& evidence,
                        const std::array<ArrivedBatch, 2>& both,
                        const Chain& chain) {
  const auto& [first, second] = both;
  if (first.batch.space != second.batch.space)
    return fail(Errc::corrupt, "one batch is of the plan, the other of a school's own records");
  if (first.batch.number != second.batch.number)
    return fail(Errc::corrupt,
                "the batches have the numbers {} and {}: a device may sign both",
                first.batch.number,
                second.batch.number);
  if (first.batch.number <= chain.number)
    return fail(Errc::corrupt, "the batches do not come after the key that they are signed with");
  if (evidence.batches[0].commit == evidence.batches[1].commit)
    return fail(Errc::corrupt, "both batches are one and the same");
  return {};
}

Result<Proof> prove(const Evidence& evidence) {
  Chain chain{evidence.consortium, evidence.device, {}, 0};
  for (std::size_t i = 0; i < evidence.keys.size(); ++i)
    TRY(in_context(add_key(evidence.keys[i], chain),
                   "batch {} of those that take up another key does not hold",
                   i + 1));
  const auto both = TRY(open_both(evidence, chain));
  TRY(check_pair(evidence, both, chain));
  Proof proof;
  proof.number = both[0].batch.number;
  proof.keys = chain.keys;
  for (std::size_t i = 0; i < both.size(); ++i) {
    const auto commit = TRY(parse_commit(evidence.batches.at(i).commit));
    proof.sides.at(i) = {
        both.at(i).site, commit.message.substr(0, commit.message.find('\n')), both.at(i).digest};
  }
  return proof;
}

Json to_json(const Exhibit& exhibit, const DeviceId& device, const PublicKey& key) {
  return {{"allowed_signer",
           fmt::format("{}@guantong.invalid {}",
                       to_hex(device.raw()).substr(0, device_digits),
                       ssh_public_key(key))},
          {"commit", to_base64(exhibit.commit)},
          {"payload", to_base64(exhibit.payload)}};
}

Json says(const Evidence& evidence, const Proof& proof) {
  const auto device = to_hex(evidence.device.raw());
  const auto consortium = to_hex(evidence.consortium.raw());
  const auto& site = proof.sides[0].site;
  return {
      {"zh",
       fmt::format("在联合体 {} 中，{} 的电脑 {} 用自己的密钥为两批不同的内容签了同一个序号 {}："
                   "它向不同的人出示了两套历史，或者有人复制了它的密钥。只有持有该密钥者才能做到。",
                   consortium,
                   site,
                   device,
                   proof.number)},
      {"en",
       fmt::format("In the consortium {}, the device {} of {} signed two different batches with "
                   "one number, {}: it showed two histories to others, or somebody has a copy of "
                   "its key. Nobody without that key can have done so.",
                   consortium,
                   device,
                   site,
                   proof.number)}};
}

Json how_to_check(const Proof& proof) {
  const bool rotated = proof.keys.size() > 1;
  return {{"guantong", "guantong evidence --check FILE"},
          {"git", commands},
          {"zh", fmt::format("{}{}", result_zh, rotated ? rotated_zh : "")},
          {"en", fmt::format("{}{}{}", result_en, rotated ? " " : "", rotated ? rotated_en : "")}};
}

/// A text of the file; nothing where there is none.
std::optional<std::string> text_in(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key) || !json.at(key).is_string()) return std::nullopt;
  return json.at(key).get<std::string>();
}

std::optional<std::string> bytes_in(const Json& json, const char* key) {
  const auto text = text_in(json, key);
  return text ? from_base64(*text) : std::nullopt;
}

Error missing(std::string_view what) {
  return fail(Errc::corrupt, "the file's entry \"{}\" is missing or damaged", what);
}

template <class Id>
Result<Id> id_in(const Json& json, const char* key) {
  const auto raw = from_hex(text_in(json, key).value_or(""));
  const auto id = raw ? Id::from(*raw) : std::nullopt;
  if (!id) return missing(key);
  return *id;
}

Result<std::vector<Exhibit>> exhibits_in(const Json& json, const char* key, std::size_t most) {
  std::vector<Exhibit> exhibits;
  const auto list = json.find(key);
  if (list == json.end() || !list->is_array() || list->size() > most) return missing(key);
  for (const auto& entry : *list) {
    auto commit = bytes_in(entry, "commit");
    auto payload = bytes_in(entry, "payload");
    if (!commit || !payload) return missing(key);
    exhibits.push_back({*std::move(commit), *std::move(payload)});
  }
  return exhibits;
}

Result<void> check_format(const Json& json) {
  const auto format = text_in(json, "format");
  if (!format || !format->starts_with(format_family))
    return fail(Errc::corrupt, "it is no evidence that Guantong wrote");
  if (*format != format_name)
    return fail(Errc::too_new, "it was written by a later version of Guantong");
  return {};
}

}  // namespace

Result<std::vector<ForkedDevice>> forked_devices(Session& session) {
  std::vector<ForkedDevice> devices;
  auto& store = session.store();
  const auto& members = session.members();
  const auto forked = TRY(store.forked());
  for (const auto stream : forked) {
    const auto batches = TRY(first_doubled(store, stream));
    if (!batches) continue;
    const auto tip = TRY(store.tip(stream));
    ForkedDevice one{tip.device, {}, batches->front().site, *batches};
    const auto* grant = members.grant_of(batches->front().stream, batches->front().under);
    if (grant != nullptr) one.person = grant->member.name;
    devices.push_back(std::move(one));
  }
  return devices;
}

Result<Evidence> evidence_of(Workspace& workspace, Session& session, std::string_view device) {
  const auto forked = TRY(device_named(session, device));
  Evidence evidence;
  evidence.consortium = workspace.config().consortium;
  evidence.device = forked.device;
  evidence.keys = TRY(keys_before(workspace, session, forked.batches[0]));
  for (std::size_t i = 0; i < forked.batches.size(); ++i)
    evidence.batches.at(i) = TRY(exhibit(workspace, forked.batches.at(i)));
  return evidence;
}

Result<Proof> check_evidence(const Evidence& evidence) {
  auto proof = prove(evidence);
  if (proof || proof.error().code == Errc::too_new) return proof;
  auto error = std::move(proof).error();
  error.code = Errc::corrupt;
  return error;
}

std::string evidence_file(const Evidence& evidence, const Proof& proof) {
  Json batches = Json::array();
  for (const auto& exhibit : evidence.batches)
    batches.push_back(to_json(exhibit, evidence.device, proof.keys.back()));
  Json keys = Json::array();
  for (std::size_t i = 0; i < evidence.keys.size(); ++i)
    keys.push_back(to_json(evidence.keys[i], evidence.device, proof.keys[i]));
  const Json file{{"format", format_name},
                  {"says", says(evidence, proof)},
                  {"check", how_to_check(proof)},
                  {"consortium", to_hex(evidence.consortium.raw())},
                  {"device", to_hex(evidence.device.raw())},
                  {"number", proof.number},
                  {"batches", batches},
                  {"keys", keys}};
  return file.dump(1) + '\n';
}

Result<Evidence> read_evidence(std::string_view file) {
  const auto json = Json::parse(file, nullptr, false);
  TRY(check_format(json));
  Evidence evidence;
  evidence.consortium = TRY(id_in<ConsortiumId>(json, "consortium"));
  evidence.device = TRY(id_in<DeviceId>(json, "device"));
  auto batches = TRY(exhibits_in(json, "batches", evidence.batches.size()));
  if (batches.size() != evidence.batches.size()) return missing("batches");
  std::ranges::move(batches, evidence.batches.begin());
  evidence.keys = TRY(exhibits_in(json, "keys", max_evidence_keys));
  return evidence;
}

}  // namespace guantong
