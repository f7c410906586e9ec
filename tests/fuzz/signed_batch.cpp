// Whatever is altered in a signed commit or in the payload that it carries, it is taken no more.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "client/crypto/device_key.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/choices.h"

namespace guantong::test {
namespace {

struct SignedBatch {
  ConsortiumId consortium = blake2b("a founding");
  std::string commit, payload;
};

KeySigner the_signer() {
  const auto seed = GuardedBytes::copy_of(std::string(key_seed_size, 'a'));
  claim(seed.has_value(), "there is memory for a key");
  auto key = DeviceKey::from_seed(*seed);
  claim(key.has_value(), "a seed makes a key");
  return KeySigner{*std::move(key)};
}

Batch an_edit(const ConsortiumId& consortium, const DeviceId& device) {
  const auto& course = *Schema::built_in().type("course");
  Change edit;
  edit.fields = integer_value(*course.field("credits"), 45);
  edit.time = {1'795'132'800'000, 0};
  edit.why = "示例";
  Batch batch;
  batch.consortium = consortium;
  batch.number = 2;
  batch.under = Dot{0, 1};
  batch.first_n = 2;
  batch.previous = blake2b("a payload");
  batch.devices = {device};
  batch.records = {{course.number, RecordId{}}};
  batch.changes = {edit};
  return batch;
}

SignedBatch make_signed() {
  SignedBatch made;
  const auto signer = the_signer();
  CommitId parent;
  parent.bytes.fill(2);
  auto sealed = seal(an_edit(made.consortium, device_id(signer.public_key())),
                     {parent},
                     {"course B02015: credits 4.5", {}},
                     {"单示一", "b01@example.invalid", "bitc", "bitc 0badcafe"},
                     &made.consortium);
  Commit commit;
  commit.tree.assign(40, '0');
  commit.parents = sealed.parents;
  commit.author = sealed.author;
  commit.committer = sealed.committer;
  commit.message = sealed.message;
  commit.signature =
      ssh_signature(signer.public_key(), signer.sign(ssh_signed_data(signed_part(commit))));
  made.commit = render(commit);
  made.payload = std::move(sealed.payload);
  return made;
}

/// Takes out some bytes and puts others there.
void alter(std::string& bytes, Choices& choices) {
  const auto at = (choices.pick(Choices::most) * Choices::most + choices.pick(Choices::most)) %
                  (bytes.size() + 1);
  std::string other;
  for (auto left = choices.pick(4); left > 0; --left)
    other += static_cast<char>(choices.pick(Choices::most));
  bytes.replace(at, choices.pick(4), other);
}

bool is_taken(const SignedBatch& batch) {
  const auto commit = parse_commit(batch.commit);
  return commit && open_batch({}, *commit, batch.payload, batch.consortium);
}

}  // namespace

void fuzz_signed_batch(std::string_view input) {
  static const auto made = make_signed();
  Choices choices{bytes_of(input)};
  auto altered = made;
  while (!choices.exhausted())
    alter(choices.pick(2) == 0 ? altered.commit : altered.payload, choices);
  const bool same = altered.commit == made.commit && altered.payload == made.payload;
  claim(is_taken(altered) == same, "a batch is taken as it was signed, and only so");
}

}  // namespace guantong::test
