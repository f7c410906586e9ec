// A sealed commit and what it carries: whatever is changed in it, some check finds it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/crypto/device_key.h"
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
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

/// A key that is the same each time.
KeySigner signer(char seed) {
  auto bytes = GuardedBytes::copy_of(std::string(key_seed_size, seed));
  EXPECT_THAT(bytes, is_ok());
  auto key = DeviceKey::from_seed(*bytes);
  EXPECT_THAT(key, is_ok());
  return KeySigner{*std::move(key)};
}

Member member(const PublicKey& key) {
  Member member;
  member.key = key;
  member.site = "bitc";
  member.site_name = "北京信息职业技术学院";
  member.site_kind = "vocational";
  member.person.bytes.fill(7);
  member.name = "单示一";
  member.email = "b01@example.invalid";
  return member;
}

const Digest our_consortium = blake2b("a founding");

/// A device's second batch: `changes` edits of one course, and an act.
class SealedCommit : public testing::Test {
protected:
  SealedCommit() {
    const auto& course = *Schema::built_in().type("course");
    batch.consortium = our_consortium;
    batch.number = 2;
    batch.under = Dot{0, 1};
    batch.first_n = 2;
    batch.previous = blake2b("a payload");
    batch.devices = {device_id(own.public_key())};
    RecordId id;
    id.bytes.fill(9);
    batch.records = {{course.number, id}};
    Change edit;
    edit.fields = integer_value(*course.field("credits"), 45);
    edit.supersedes = {{course.field("credits")->slot, {0, 1}}};
    edit.time = {1'795'132'800'000, 0};
    edit.why = "示例";
    batch.changes = {edit};
    other_parent.bytes.fill(3);
    parent.bytes.fill(2);
  }

  /// Seals and signs; both are kept.
  void seal_it() {
    const auto sealed = seal(batch,
                             {parent, other_parent},
                             {"course B02015: credits 4 -> 4.5", {"course B02015: credits"}},
                             {"单示一", "b01@example.invalid", "bitc", "bitc 0badcafe"},
                             &our_consortium);
    payload = sealed.payload;
    commit.tree = "0123456789012345678901234567890123456789";
    commit.parents = sealed.parents;
    commit.author = sealed.author;
    commit.committer = sealed.committer;
    commit.message = sealed.message;
    sign(own);
  }
  void sign(const KeySigner& by) {
    commit.signature =
        ssh_signature(by.public_key(), by.sign(ssh_signed_data(signed_part(commit))));
  }
  Result<ArrivedBatch> open() const { return open_batch({}, commit, payload, our_consortium); }
  /// What is wrong with a commit, or ""; `raw` is its bytes.
  std::string flaw_of(std::string_view raw, std::string_view carried) const {
    const auto read = parse_commit(raw);
    const auto opened =
        read ? open_batch({}, *read, carried, our_consortium) : Result<ArrivedBatch>{read.error()};
    if (opened) return {};
    EXPECT_THAT(opened.error().code, testing::AnyOf(Errc::corrupt, Errc::denied, Errc::too_new));
    return opened.error().message.id;
  }

  const KeySigner own = signer('a');
  const KeySigner thief = signer('b');
  Batch batch;
  CommitId parent, other_parent;
  Commit commit;
  std::string payload;
};

/// A byte changed in three ways, each of which leaves most of it as it was.
constexpr std::array<unsigned, 3> flips{0x01, 0x20, 0x80};

TEST_F(SealedCommit, D20AnyByteOfItChangedIsFoundAndTheCheckIsNamed) {
  seal_it();
  const auto raw = render(commit);
  ASSERT_THAT(open(), is_ok());
  std::map<std::string, std::set<std::string>> checks;  // By the part that was changed.
  std::string part;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const bool begins = at == 0 || raw[at - 1] == '\n';
    const bool in_header = part != "message";
    if (begins && in_header && raw[at] != ' ')
      part = raw[at] == '\n' ? "message" : raw.substr(at, raw.find(' ', at) - at);
    for (const auto flip : flips) {
      auto changed = raw;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
      const auto flaw = flaw_of(changed, payload);
      ASSERT_NE(flaw, "") << "byte " << at << " of the " << part << ", xor " << flip;
      checks[part].insert(flaw);
    }
  }
  for (const auto* signed_alone : {"tree", "parent", "author", "committer", "message"})
    EXPECT_THAT(checks[signed_alone], Contains(HasSubstr("signature"))) << signed_alone;
  EXPECT_THAT(checks["gpgsig"], Contains(HasSubstr("signature")));
  EXPECT_EQ(checks.size(), 6U);
}

TEST_F(SealedCommit, D20AnyByteOfItsPayloadChangedIsFoundAndTheCheckIsNamed) {
  const auto& course = *Schema::built_in().type("course");
  for (int i = 0; i < 300; ++i) {
    auto edit = batch.changes.front();
    edit.fields = text_value(*course.field("name_zh"), "名称" + std::to_string(i));
    edit.supersedes.clear();
    batch.changes.push_back(edit);
  }
  seal_it();
  ASSERT_THAT(open(), is_ok());
  const auto raw = render(commit);
  std::set<std::string> checks;
  // All of its head, and then one byte in some hundreds: they are all alike.
  for (std::size_t at = 0; at < payload.size(); at += at < 400 ? 1 : 211) {
    for (const auto flip : flips) {
      auto changed = payload;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
      const auto flaw = flaw_of(raw, changed);
      ASSERT_NE(flaw, "") << "byte " << at << " of " << payload.size() << ", xor " << flip;
      checks.insert(flaw);
    }
  }
  EXPECT_THAT(checks, Contains("its message does not fit what it carries"));
  EXPECT_THAT(checks, Contains("it belongs to another consortium"));
}

TEST_F(SealedCommit, D20IsFoundToBeCutOffOrToHaveMoreBehindIt) {
  seal_it();
  const auto raw = render(commit);
  for (std::size_t size = 0; size < raw.size(); size += 7)
    EXPECT_NE(flaw_of(raw.substr(0, size), payload), "") << size;
  EXPECT_NE(flaw_of(raw + "\n", payload), "");
  EXPECT_NE(flaw_of(raw + "Guantong-Batch: 3\n", payload), "");
  for (std::size_t size = 0; size < payload.size(); ++size)
    EXPECT_NE(flaw_of(raw, payload.substr(0, size)), "") << size;
  EXPECT_NE(flaw_of(raw, payload + std::string{"\xA2\x06\x00", 3}), "");
}

TEST_F(SealedCommit, D07ASignatureMovedToAnotherParentTimeRecordOrKindDoesNotFit) {
  seal_it();
  const auto signature = commit.signature;
  const auto moved = [&](const auto& change) {
    const auto before = commit;
    const auto carried = payload;
    change();
    commit.signature = signature;
    const auto opened = open();
    commit = before;
    payload = carried;
    return opened;
  };
  const auto carries = [&](const Batch& other) {
    const auto sealed =
        seal(other, commit.parents, {"x", {}}, {"a", "b", "bitc", "d"}, &our_consortium);
    payload = sealed.payload;
    commit.message = sealed.message;
  };
  EXPECT_THAT(moved([&] { commit.parents.pop_back(); }), fails_with(Errc::denied));
  EXPECT_THAT(moved([&] { std::swap(commit.parents[0], commit.parents[1]); }),
              fails_with(Errc::denied));
  EXPECT_THAT(moved([&] { commit.author.time_s += 1; }), fails_with(Errc::denied));
  EXPECT_THAT(moved([&] { commit.tree.back() = '0'; }), fails_with(Errc::denied));
  auto other = batch;
  other.records.front().id.bytes.fill(8);
  EXPECT_THAT(moved([&] { carries(other); }), fails_with(Errc::denied));
  other = batch;
  other.number = 3;
  EXPECT_THAT(moved([&] { carries(other); }), fails_with(Errc::denied));
  other = batch;
  other.changes.front().action = Action::archive;
  EXPECT_THAT(moved([&] { carries(other); }), fails_with(Errc::denied));
  // A signature over a request to join, or a file, is none over a commit.
  EXPECT_THAT(moved([&] { carries(batch); }), fails_with(Errc::denied));
  commit.signature = ssh_signature(own.public_key(), own.sign(ssh_signed_data(payload)));
  EXPECT_THAT(open(), fails_with(Errc::denied));
}

TEST_F(SealedCommit, D06ItsFormatIsNeitherLoweredNorLeftOut) {
  batch.format = 0;
  seal_it();
  EXPECT_THAT(open(), fails_with(Errc::corrupt));
  batch.format = format_level;
  seal_it();
  const std::string line = "Guantong-Format: 1\n";
  const auto at = commit.message.find(line);
  ASSERT_NE(at, std::string::npos);
  commit.message.erase(at, line.size());
  sign(own);
  EXPECT_THAT(open(), fails_with(Errc::corrupt));
  commit.message.insert(at, "Guantong-Format: 0\n");
  sign(own);
  EXPECT_THAT(open(), fails_with(Errc::corrupt));
}

TEST_F(SealedCommit, D06OfALaterFormatItWaitsForALaterProgram) {
  batch.format = format_level + 1;
  seal_it();
  EXPECT_THAT(open(), fails_with(Errc::too_new));
}

TEST_F(SealedCommit, D08TakesUpAKeyOnlyWithProofOfItAndUnderTheOldOne) {
  const auto data = ssh_signed_data(rotation_data(our_consortium, batch.devices.front()));
  batch.changes.emplace_back().rotation = Rotation{thief.public_key(), thief.sign(data)};
  seal_it();
  EXPECT_THAT(open(), is_ok());
  sign(thief);
  EXPECT_THAT(open(), fails_with(Errc::denied)) << "the old key has to say so";
  // A proof for another consortium, another device or another purpose.
  const auto elsewhere = ssh_signed_data(rotation_data({}, batch.devices.front()));
  const auto another =
      ssh_signed_data(rotation_data(our_consortium, device_id(thief.public_key())));
  for (const auto& wrong : {elsewhere, another, std::string{"anything"}}) {
    batch.changes.back().rotation = Rotation{thief.public_key(), thief.sign(wrong)};
    seal_it();
    EXPECT_THAT(open(), fails_with(Errc::denied));
  }
}

TEST_F(SealedCommit, D12LetsNoWeakKeyIn) {
  // Zero; the identity; a point of order 8; and y = 2^255 - 18, which is another spelling of 1.
  for (const auto* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const auto weak = *PublicKey::from(*from_hex(hex));
    batch.changes = {Change{}};
    batch.changes.front().grant = Grant{member(weak), Level::teacher};
    seal_it();
    EXPECT_THAT(open(), fails_with(Errc::denied)) << hex;
    batch.changes.front() = Change{};
    batch.changes.front().rotation = Rotation{weak, std::string(raw_signature_size, '\0')};
    seal_it();
    EXPECT_THAT(open(), fails_with(Errc::denied)) << hex;
  }
}

TEST_F(SealedCommit, D19NamesTheDeviceWhoseKeySignedIt) {
  batch.devices = {device_id(thief.public_key())};
  seal_it();
  EXPECT_THAT(open(), fails_with(Errc::denied));
}

TEST_F(SealedCommit, NamesItsSiteByNothingButASlug) {
  seal_it();
  for (const auto* site : {"..", "a b", "BITC", "~", "x.lock", ""}) {
    const auto before = commit.message;
    const auto at = commit.message.find("Guantong-Stream: ") + 17;
    commit.message.replace(at, commit.message.find('/', at) - at, site);
    sign(own);
    EXPECT_THAT(open(), fails_with(Errc::corrupt)) << site;
    commit.message = before;
  }
}

}  // namespace
}  // namespace guantong
