#include "simulation/hostile/forger.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/ssh_signature.h"

namespace guantong::simulation {
namespace {

void set_trailer(std::string& message, std::string_view key, const std::string& value) {
  const auto line = fmt::format("\n{}: ", key);
  const auto at = message.rfind(line);
  if (at == std::string::npos) return;
  const auto begin = at + line.size();
  message.replace(begin, message.find('\n', begin) - begin, value);
}

}  // namespace

Result<Batch> Letter::batch() const {
  return decode_batch(payload);
}

Result<Forger> Forger::open(const std::filesystem::path& workspace,
                            const std::filesystem::path& remote) {
  auto repository = TRY(Repository::open(remote));
  auto key = TRY(DeviceKey::load(workspace / "keys" / "device.key"));
  const auto config = TRY(Config::load(workspace / "config.toml"));
  return Forger{std::move(repository),
                std::move(key),
                branch_name({Space::plan, config.site, config.device, {}})};
}

Result<Letter> Forger::latest() {
  const auto branches = TRY(history_->branches());
  for (const auto& branch : branches) {
    if (branch.name == branch_) return read(branch.commit);
  }
  return fail(Errc::not_found, "the remote has nothing of this computer");
}

Result<Letter> Forger::read(const CommitId& commit) {
  Letter letter;
  letter.id = commit;
  const auto raw = TRY(history_->read_commit(commit));
  letter.commit = TRY(parse_commit(raw));
  letter.payload = TRY(history_->read_payload(letter.commit.tree));
  return letter;
}

Result<void> Forger::put(Letter& letter, const std::string& payload) {
  letter.payload = payload;
  letter.commit.tree = TRY(history_->write_payload(payload));
  set_trailer(letter.commit.message,
              "Guantong-Digest",
              fmt::format("blake2b-256:{}", to_hex(blake2b(payload).raw())));
  return {};
}

Result<void> Forger::put(Letter& letter, const Batch& batch) {
  TRY(put(letter, encode_batch(batch)));
  set_trailer(
      letter.commit.message, "Guantong-Space", batch.space == Space::plan ? "plan" : "school");
  set_trailer(letter.commit.message, "Guantong-Batch", std::to_string(batch.number));
  set_trailer(letter.commit.message, "Guantong-Format", std::to_string(batch.format));
  return {};
}

void Forger::name_stream(Letter& letter, const std::string& stream) {
  set_trailer(letter.commit.message, "Guantong-Stream", stream);
}

void Forger::sign(Letter& letter) const {
  letter.commit.signature =
      ssh_signature(key_.public_key(), key_.sign(ssh_signed_data(signed_part(letter.commit))));
}

Result<Letter> Forger::altered(Letter letter, const std::function<void(Batch&)>& change) {
  auto batch = TRY(letter.batch());
  change(batch);
  TRY(put(letter, batch));
  sign(letter);
  return letter;
}

Result<Letter> Forger::next(const Letter& letter, const std::function<void(Batch&)>& fill) {
  auto batch = TRY(letter.batch());
  batch.number += 1;
  batch.first_n += batch.changes.size();
  batch.previous = blake2b(letter.payload);
  batch.changes.clear();
  batch.records.clear();
  fill(batch);
  Letter following = letter;
  following.commit.parents = {letter.id};
  TRY(put(following, batch));
  sign(following);
  return following;
}

Result<CommitId> Forger::post(const Letter& letter, const std::string& branch) {
  TRY(history_->write_payload(letter.payload));
  const auto id = TRY(history_->write_commit(render(letter.commit)));
  TRY(history_->set_branch({branch.empty() ? branch_ : branch, id}));
  return id;
}

}  // namespace guantong::simulation
