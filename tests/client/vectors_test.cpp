// The format's test vectors: what a second implementation must reproduce byte for byte.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/members.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using nlohmann::json;

constexpr const char* seed = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Makes every vector from the seed.
json make_vectors() {
  const test::TempDir folder;
  EXPECT_THAT(replace_file(folder.path() / "device.key",
                           std::string{"guantong device key 1\n"} + seed + "\n"),
              test::is_ok());
  auto key = DeviceKey::load(folder.path() / "device.key");
  EXPECT_THAT(key, test::is_ok());
  const KeySigner signer{*std::move(key)};
  auto repository = Repository::create(folder.path() / "history.git");
  EXPECT_THAT(repository, test::is_ok());
  GitHistory history{*std::move(repository)};

  Member member;
  member.key = signer.public_key();
  member.site = "bitc";
  member.site_name = "北京信息职业技术学院";
  member.site_kind = "vocational";
  member.person.bytes.fill(7);
  member.name = "单示一";
  member.email = "b01@example.invalid";

  Batch founding;
  founding.number = 1;
  founding.first_n = 1;
  founding.devices = {device_id(member.key)};
  Change act;
  act.time = {1'795'132'800'000, 0};
  act.founding = Founding{"贯通示范联合体", member, ""};
  founding.changes = {act};
  const Byline byline{member.name,
                      member.email,
                      member.site,
                      "bitc " + to_hex(founding.devices.front().raw()).substr(0, 8)};
  const auto first = seal(founding, {}, {"founding", {}}, byline, nullptr);
  const auto founded = write_sealed(first, signer, history);
  EXPECT_THAT(founded, test::is_ok());
  const auto consortium = founded->digest;

  const auto& course = *Schema::built_in().type("course");
  const auto& org = *Schema::built_in().type("org");
  const auto owner = derived_id(consortium, org.number, text_value(*org.field("code"), "BITC"));
  Batch second;
  second.consortium = consortium;
  second.number = 2;
  second.under = Dot{0, 1};
  second.first_n = 2;
  second.previous = consortium;
  second.devices = founding.devices;
  RecordId id;
  id.bytes.fill(9);
  second.records = {{course.number, id}};
  Change create;
  create.action = Action::create;
  create.fields = text_value(*course.field("code"), "B02015") +
                  text_value(*course.field("name_zh"), "数据库原理与应用") +
                  integer_value(*course.field("credits"), 40) +
                  reference_value(*course.field("owner_org"), {org.number, owner});
  create.time = {1'795'132'800'000, 1};
  create.why = "示例";
  Change edit;
  edit.fields = integer_value(*course.field("credits"), 45);
  edit.supersedes = {{course.field("credits")->slot, {0, 2}}};
  edit.time = {1'795'132'800'001, 0};
  second.changes = {create, edit};
  const auto sealed = seal(
      second,
      {founded->commit},
      {"course B02015: created", {"course B02015: created", "course B02015: credits 4 -> 4.5"}},
      byline,
      &consortium);
  const auto written = write_sealed(sealed, signer, history);
  EXPECT_THAT(written, test::is_ok());

  const auto text_of_commit = [&](const CommitId& commit) {
    const auto raw = history.read_commit(commit);
    EXPECT_THAT(raw, test::is_ok());
    return *raw;
  };
  return {
      {"seed", seed},
      {"public_key", to_hex(member.key.raw())},
      {"device", to_hex(founding.devices.front().raw())},
      {"founding",
       {{"payload", to_hex(first.payload)},
        {"digest", to_hex(consortium.raw())},
        {"commit", text_of_commit(founded->commit)},
        {"commit_id", to_hex(founded->commit.raw())}}},
      {"second",
       {{"payload", to_hex(sealed.payload)},
        {"digest", to_hex(written->digest.raw())},
        {"commit", text_of_commit(written->commit)},
        {"commit_id", to_hex(written->commit.raw())}}},
      {"org_id_of_bitc", to_hex(owner.raw())},
      {"canonical",
       {{"course.credits=4.5", to_hex(integer_value(*course.field("credits"), 45))},
        {"course.name_zh=数学", to_hex(text_value(*course.field("name_zh"), "数学"))},
        {"course.name_en=e + U+0301", to_hex(text_value(*course.field("name_en"), "e\xCC\x81"))},
        {"course.status=active", to_hex(integer_value(*course.field("status"), 2))},
        {"course.owner_org=BITC",
         to_hex(reference_value(*course.field("owner_org"), {org.number, owner}))}}}};
}

TEST(Vectors, AreReproducedByteForByte) {
  const auto made = make_vectors();
  if (const char* path = std::getenv("GUANTONG_WRITE_VECTORS"))
    std::ofstream{path} << made.dump(1) << '\n';
  const auto kept = read_file(GUANTONG_SOURCE_DIR "/tests/data/vectors.json");
  ASSERT_THAT(kept, test::is_ok());
  EXPECT_EQ(made, json::parse(*kept));
}

TEST(Vectors, ReadBackAsWhatTheyAre) {
  const auto vectors = make_vectors();
  const auto consortium =
      *ConsortiumId::from(*from_hex(vectors["founding"]["digest"].get<std::string>()));
  for (const auto* name : {"founding", "second"}) {
    const auto& vector = vectors[name];
    const auto commit = parse_commit(vector["commit"].get<std::string>());
    ASSERT_THAT(commit, test::is_ok());
    const auto id = *CommitId::from(*from_hex(vector["commit_id"].get<std::string>()));
    const auto payload = *from_hex(vector["payload"].get<std::string>());
    EXPECT_THAT(open_batch(id, *commit, payload, consortium), test::is_ok());
    EXPECT_EQ(to_hex(blake2b(payload).raw()), vector["digest"].get<std::string>());
  }
}

TEST(Vectors, D07D18ASignatureMovedToAnotherCommitOrLeftOutIsRefused) {
  const auto vectors = make_vectors();
  const auto consortium =
      *ConsortiumId::from(*from_hex(vectors["founding"]["digest"].get<std::string>()));
  auto first = parse_commit(vectors["founding"]["commit"].get<std::string>());
  const auto second = parse_commit(vectors["second"]["commit"].get<std::string>());
  ASSERT_THAT(first, test::is_ok());
  ASSERT_THAT(second, test::is_ok());
  const auto payload = *from_hex(vectors["founding"]["payload"].get<std::string>());
  first->signature = second->signature;
  EXPECT_THAT(open_batch({}, *first, payload, consortium), test::fails_with(Errc::denied));
  first->signature.clear();
  EXPECT_THAT(open_batch({}, *first, payload, consortium), test::fails_with(Errc::denied));
}

TEST(Vectors, D04D13AnotherPayloadOrConsortiumUnderTheSameCommitIsRefused) {
  const auto vectors = make_vectors();
  const auto consortium =
      *ConsortiumId::from(*from_hex(vectors["founding"]["digest"].get<std::string>()));
  const auto commit = parse_commit(vectors["second"]["commit"].get<std::string>());
  ASSERT_THAT(commit, test::is_ok());
  const auto payload = *from_hex(vectors["second"]["payload"].get<std::string>());
  EXPECT_THAT(open_batch({}, *commit, payload, {}), test::fails_with(Errc::denied));
  auto other = decode_batch(payload);
  ASSERT_THAT(other, test::is_ok());
  other->changes.back().why = "other";
  EXPECT_THAT(open_batch({}, *commit, encode_batch(*other), consortium),
              test::fails_with(Errc::corrupt));
}

}  // namespace
}  // namespace guantong
