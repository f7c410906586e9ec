#include "tests/support/forger.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/ssh_signature.h"
#include "tests/support/schools.h"

namespace guantong::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error{in_english(result.error().message)};
  return *std::move(result);
}

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error{in_english(result.error().message)};
}

Config config_of(const Schools& schools, std::string_view school) {
  return must(Config::load(schools.workspace(school) / "config.toml"));
}

void set_trailer(std::string& message, std::string_view key, const std::string& value) {
  const auto line = fmt::format("\n{}: ", key);
  const auto at = message.rfind(line);
  if (at == std::string::npos) return;
  const auto begin = at + line.size();
  message.replace(begin, message.find('\n', begin) - begin, value);
}

}  // namespace

Batch Letter::batch() const {
  return must(decode_batch(payload));
}

Forger::Forger(const Schools& schools, std::string_view school)
    : Forger{schools, school, schools.remote()} {}

Forger::Forger(const Schools& schools, std::string_view school, const std::filesystem::path& remote)
    : history_{must(Repository::open(remote))},
      signer_{must(DeviceKey::load(schools.workspace(school) / "keys" / "device.key"))} {
  const auto config = config_of(schools, school);
  branch_ = branch_name({Space::plan, config.site, config.device, {}});
}

Letter Forger::latest() {
  const auto branches = must(history_.branches());
  for (const auto& branch : branches) {
    if (branch.name == branch_) return read(branch.commit);
  }
  throw std::runtime_error{"the remote has nothing of this computer"};
}

Letter Forger::read(const CommitId& commit) {
  Letter letter;
  letter.id = commit;
  letter.commit = must(parse_commit(must(history_.read_commit(commit))));
  letter.payload = must(history_.read_payload(letter.commit.tree));
  return letter;
}

void Forger::put(Letter& letter, const std::string& payload) {
  letter.payload = payload;
  letter.commit.tree = must(history_.write_payload(payload));
  set_trailer(letter.commit.message,
              "Guantong-Digest",
              fmt::format("blake2b-256:{}", to_hex(blake2b(payload).raw())));
}

void Forger::put(Letter& letter, const Batch& batch) {
  put(letter, encode_batch(batch));
  set_trailer(letter.commit.message, "Guantong-Batch", std::to_string(batch.number));
  set_trailer(letter.commit.message, "Guantong-Format", std::to_string(batch.format));
}

void Forger::sign(Letter& letter) const {
  letter.commit.signature = ssh_signature(
      signer_.public_key(), signer_.sign(ssh_signed_data(signed_part(letter.commit))));
}

Letter Forger::altered(Letter letter, const std::function<void(Batch&)>& change) {
  auto batch = letter.batch();
  change(batch);
  put(letter, batch);
  sign(letter);
  return letter;
}

Letter Forger::next(const Letter& letter, const std::function<void(Batch&)>& fill) {
  auto batch = letter.batch();
  batch.number += 1;
  batch.first_n += batch.changes.size();
  batch.previous = blake2b(letter.payload);
  batch.changes.clear();
  batch.records.clear();
  fill(batch);
  Letter following = letter;
  following.commit.parents = {letter.id};
  put(following, batch);
  sign(following);
  return following;
}

CommitId Forger::post(const Letter& letter, const std::string& branch) {
  must(history_.write_payload(letter.payload));
  const auto id = must(history_.write_commit(render(letter.commit)));
  must(history_.set_branch({branch.empty() ? branch_ : branch, id}));
  return id;
}

}  // namespace guantong::test
