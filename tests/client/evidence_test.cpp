// A device that signed two histories is convicted by what it signed, wherever the file is read.
#include "client/evidence.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/membership.h"
#include "client/reading.h"
#include "client/sealing.h"
#include "client/workspace.h"
#include "sync/applier.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/ssh_signature.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

KeySigner new_signer() {
  auto key = DeviceKey::generate();
  EXPECT_THAT(key, is_ok());
  return KeySigner{*std::move(key)};
}

/// A device that founds a consortium, and signs whatever a test wants.
class Author {
public:
  Author() {
    auto repository = Repository::create(folder_.path() / "history.git");
    EXPECT_THAT(repository, is_ok());
    history_ = std::make_unique<GitHistory>(*std::move(repository));
    Change founding;
    founding.time = {1'795'132'800'000, 0};
    Member member;
    member.key = first_.public_key();
    member.site = "bitc";
    member.name = "单示一";
    founding.founding = Founding{"示范", member, ""};
    Batch batch;
    batch.number = 1;
    batch.first_n = 1;
    batch.devices = {device()};
    batch.changes = {founding};
    last_ = write(batch, first_);
    consortium = last_.digest;
  }

  DeviceId device() const { return device_id(first_.public_key()); }
  const KeySigner& first() const { return first_; }

  /// The batch that would come next, which says `why`; it is not taken as having come.
  ArrivedBatch sign(const std::string& why, const KeySigner& signer) {
    Change change;
    change.time = {1'795'132'800'001, 0};
    change.why = why;
    auto batch = next();
    batch.records = {{12, {}}};
    batch.changes = {change};
    return write(batch, signer);
  }

  /// Takes up another key, with a batch that has come.
  Exhibit rotate(const KeySigner& from, const KeySigner& to) {
    Change change;
    change.time = {1'795'132'800'002, 0};
    change.rotation =
        Rotation{to.public_key(), to.sign(ssh_signed_data(rotation_data(consortium, device())))};
    auto batch = next();
    batch.changes = {change};
    last_ = write(batch, from);
    return exhibit(last_);
  }

  void go_on(const ArrivedBatch& batch) { last_ = batch; }

  Exhibit exhibit(const ArrivedBatch& batch) {
    const auto raw = history_->read_commit(batch.commit);
    EXPECT_THAT(raw, is_ok());
    const auto payload = history_->read_payload(parse_commit(*raw)->tree);
    EXPECT_THAT(payload, is_ok());
    return {*raw, *payload};
  }

  Evidence against(const KeySigner& signer, std::vector<Exhibit> keys = {}) {
    return {consortium,
            device(),
            std::move(keys),
            {exhibit(sign("one", signer)), exhibit(sign("other", signer))}};
  }

  ConsortiumId consortium;

private:
  Batch next() const {
    Batch batch;
    batch.consortium = consortium;
    batch.number = last_.batch.number + 1;
    batch.first_n = last_.batch.first_n + last_.batch.changes.size();
    batch.previous = last_.digest;
    batch.under = Dot{0, 1};
    batch.devices = {device()};
    return batch;
  }

  ArrivedBatch write(const Batch& batch, const KeySigner& signer) {
    const Byline byline{"单示一", "b01@example.invalid", "bitc", "bitc 01234567"};
    std::vector<CommitId> parents;
    if (batch.number > 1) parents = {last_.commit};
    const auto sealed =
        seal(batch, parents, {"an edit", {}}, byline, batch.consortium ? &consortium : nullptr);
    auto written = write_sealed(sealed, signer, *history_);
    EXPECT_THAT(written, is_ok());
    return *std::move(written);
  }

  test::TempDir folder_;
  std::unique_ptr<GitHistory> history_;
  KeySigner first_ = new_signer();
  ArrivedBatch last_;
};

std::string reason(const Result<Proof>& proof) {
  return proof ? "" : in_english(proof.error().message);
}

TEST(Evidence, D01TwoBatchesWithOneNumberConvictTheDeviceThatSignedThem) {
  Author author;
  const auto evidence = author.against(author.first());
  const auto proof = check_evidence(evidence);
  ASSERT_THAT(proof, is_ok());
  EXPECT_EQ(proof->number, 2U);
  EXPECT_THAT(proof->keys, testing::ElementsAre(author.first().public_key()));
  EXPECT_EQ(proof->sides[0].site, "bitc");
  EXPECT_EQ(proof->sides[0].subject, "an edit");
  EXPECT_NE(proof->sides[0].digest, proof->sides[1].digest);
}

TEST(Evidence, SaysTheSameAfterItWasAFile) {
  Author author;
  const auto evidence = author.against(author.first());
  const auto proof = check_evidence(evidence);
  ASSERT_THAT(proof, is_ok());
  const auto read = read_evidence(evidence_file(evidence, *proof));
  ASSERT_THAT(read, is_ok());
  EXPECT_EQ(read->consortium, evidence.consortium);
  EXPECT_EQ(read->device, evidence.device);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read->batches.at(i).commit, evidence.batches.at(i).commit);
    EXPECT_EQ(read->batches.at(i).payload, evidence.batches.at(i).payload);
  }
  EXPECT_THAT(check_evidence(*read), is_ok());
}

TEST(Evidence, D20EveryByteOfWhatWasSignedIsChecked) {
  Author author;
  const auto evidence = author.against(author.first());
  ASSERT_THAT(check_evidence(evidence), is_ok());
  for (std::size_t side = 0; side < 2; ++side) {
    for (const auto part : {&Exhibit::commit, &Exhibit::payload}) {
      const auto size = (evidence.batches.at(side).*part).size();
      for (std::size_t at = 0; at < size; ++at) {
        auto bad = evidence;
        (bad.batches.at(side).*part).at(at) ^= 1;
        EXPECT_FALSE(check_evidence(bad)) << "side " << side << ", byte " << at;
      }
    }
  }
}

TEST(Evidence, NobodyIsConvictedByLess) {
  Author author;
  const auto whole = author.against(author.first());
  const auto later = [&] {
    auto other = author.sign("one", author.first());
    author.go_on(other);
    return author.exhibit(author.sign("later", author.first()));
  }();
  Author stranger;
  const auto thief = new_signer();
  const std::vector<std::pair<std::function<void(Evidence&)>, std::string>> cases{
      {[](Evidence& bad) { bad.batches[1] = bad.batches[0]; }, "one and the same"},
      {[&](Evidence& bad) { bad.batches[1] = later; }, "numbers 2 and 3"},
      {[&](Evidence& bad) { bad.consortium = stranger.consortium; }, "another consortium"},
      {[&](Evidence& bad) { bad.device = stranger.device(); }, "the file accuses"},
      {[&](Evidence& bad) { bad.batches[1] = stranger.against(stranger.first()).batches[1]; },
       "the second batch does not hold: it belongs to another consortium"},
      {[&](Evidence& bad) {  // D19: another key under this device's name.
         bad.batches[1] = author.exhibit(author.sign("later", thief));
       },
       "signed by another device than it names"},
      {[](Evidence& bad) {  // D18
         auto commit = parse_commit(bad.batches[0].commit);
         commit->signature.clear();
         bad.batches[0].commit = render(*commit);
       },
       "the first batch does not hold: it is not signed"},
      {[](Evidence& bad) {  // D02: an old signature in a fresh wrapper.
         auto fresh = parse_commit(bad.batches[0].commit);
         fresh->signature = parse_commit(bad.batches[1].commit)->signature;
         bad.batches[0].commit = render(*fresh);
       },
       "signature"},
      {[](Evidence& bad) { std::swap(bad.batches[0].payload, bad.batches[1].payload); },
       "does not fit what it carries"},
  };
  for (const auto& [change, words] : cases) {
    auto bad = whole;
    change(bad);
    const auto proof = check_evidence(bad);
    EXPECT_THAT(proof, fails_with(Errc::corrupt)) << words;
    EXPECT_THAT(reason(proof), HasSubstr(words));
  }
}

TEST(Evidence, FollowsADeviceFromItsFirstKeyToTheOneItSignedWith) {
  Author author;
  const auto second = new_signer();
  const auto third = new_signer();
  const std::vector<Exhibit> keys{author.rotate(author.first(), second),
                                  author.rotate(second, third)};
  const auto evidence = author.against(third, keys);
  const auto proof = check_evidence(evidence);
  ASSERT_THAT(proof, is_ok());
  EXPECT_EQ(proof->number, 4U);
  EXPECT_THAT(
      proof->keys,
      testing::ElementsAre(author.first().public_key(), second.public_key(), third.public_key()));
  const auto read = read_evidence(evidence_file(evidence, *proof));
  ASSERT_THAT(read, is_ok());
  EXPECT_THAT(check_evidence(*read), is_ok());

  auto without = evidence;
  without.keys.clear();
  EXPECT_THAT(reason(check_evidence(without)), HasSubstr("another device than it names"));
  auto gap = evidence;
  gap.keys.erase(gap.keys.begin());
  EXPECT_THAT(reason(check_evidence(gap)), HasSubstr("batch 1 of those that take up another key"));
  auto idle = evidence;
  idle.keys.push_back(evidence.batches[0]);
  EXPECT_THAT(reason(check_evidence(idle)), HasSubstr("takes up no other key"));
  auto twice = author.against(author.first(), {keys[0], keys[0]});
  EXPECT_THAT(check_evidence(twice), fails_with(Errc::corrupt));
}

TEST(Evidence, ABatchFromBeforeAKeyIsNotJudgedByIt) {
  Author author;
  const auto second = new_signer();
  const auto early = author.exhibit(author.sign("early", second));
  const auto other = author.exhibit(author.sign("early, otherwise", second));
  const auto key = author.rotate(author.first(), second);
  const Evidence evidence{author.consortium, author.device(), {key}, {early, other}};
  EXPECT_THAT(reason(check_evidence(evidence)), HasSubstr("do not come after the key"));
}

TEST(Evidence, AFileIsTakenForWhatItHoldsAndNotForWhatItSays) {
  Author author;
  const auto evidence = author.against(author.first());
  const auto proof = check_evidence(evidence);
  ASSERT_THAT(proof, is_ok());
  const auto file = Json::parse(evidence_file(evidence, *proof));
  EXPECT_THAT(file.at("says").at("zh").get<std::string>(),
              AllOf(HasSubstr(to_hex(author.device().raw())), HasSubstr("同一个序号 2")));
  EXPECT_THAT(file.at("says").at("en").get<std::string>(), HasSubstr("bitc"));
  for (const auto* entry : {"format", "consortium", "device", "batches", "keys"}) {
    for (const auto& value : {Json{}, Json{7}, Json{"x"}, Json{{"x", 1}}}) {
      auto bad = file;
      bad[entry] = value;
      EXPECT_THAT(read_evidence(bad.dump()), fails_with(Errc::corrupt)) << entry << value;
    }
  }
  for (const auto* text : {"", "null", "[]", "{}", "{\"format\":", "\"guantong evidence 1\""})
    EXPECT_THAT(read_evidence(text), fails_with(Errc::corrupt)) << text;
  auto other = file;
  other["number"] = 99;
  other["says"] = "anything";
  EXPECT_THAT(read_evidence(other.dump()), is_ok());
  auto newer = file;
  newer["format"] = "guantong evidence 2";
  EXPECT_THAT(read_evidence(newer.dump()), fails_with(Errc::too_new));
  auto third = file;
  third["batches"].push_back(third["batches"][0]);
  EXPECT_THAT(read_evidence(third.dump()), fails_with(Errc::corrupt));
}

/// Runs a line in a folder; what it prints on both streams.
std::string shell(const std::filesystem::path& folder, const std::string& line) {
  const auto command = "cd '" + folder.string() + "' && { " + line + "; } > out 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << line;
  std::ifstream in{folder / "out"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(Evidence, StockGitConfirmsItByTheLinesThatTheFileGives) {
  Author author;
  const auto evidence = author.against(author.first());
  const auto proof = check_evidence(evidence);
  ASSERT_THAT(proof, is_ok());
  const auto text = evidence_file(evidence, *proof);
  const test::TempDir folder;
  std::ofstream{folder.path() / "proof.json"} << text;
  std::string printed;
  const auto commands = Json::parse(text).at("check").at("git");
  for (const auto& command : commands) {
    auto line = command.get<std::string>();
    // Whoever opens the file sees what is to be typed.
    EXPECT_THAT(text, HasSubstr('"' + line + '"'));
    if (const auto at = line.find("FILE"); at != std::string::npos)
      line.replace(at, 4, "proof.json");
    printed += shell(folder.path(), line);
  }
  const std::string good = "Good \"git\" signature for " +
                           to_hex(author.device().raw()).substr(0, 8) + "@guantong.invalid";
  EXPECT_THAT(printed, HasSubstr(good));
  EXPECT_NE(printed.find(good), printed.rfind(good));
  for (const auto& side : proof->sides) {
    const auto digest = to_hex(side.digest.raw());
    EXPECT_THAT(printed, HasSubstr("Guantong-Digest: blake2b-256:" + digest));
    EXPECT_THAT(printed, HasSubstr(digest + "  -"));
  }
  EXPECT_THAT(printed, HasSubstr(to_hex(author.device().raw()) + "  -"));
  EXPECT_THAT(printed, HasSubstr("Guantong-Batch: 2"));
}

/// Signs another batch in the place of this workspace's last one, and takes it.
void fork_own_stream(Workspace& workspace) {
  const auto signer = workspace.signer();
  ASSERT_THAT(signer, is_ok());
  auto session = Session::begin(workspace.store());
  ASSERT_THAT(session, is_ok());
  const auto own = (*session)->store().intern_stream(workspace.device(), Space::plan);
  const auto tip = (*session)->store().tip(*own);
  const auto raw = workspace.history().read_commit(tip->commit);
  const auto commit = parse_commit(*raw);
  const auto payload = workspace.history().read_payload(commit->tree);
  auto batch = decode_batch(*payload);
  ASSERT_THAT(batch, is_ok());
  batch->changes.back().why = "otherwise";
  const auto consortium = workspace.config().consortium;
  const auto sealed =
      seal(*batch, commit->parents, {"otherwise", {}}, byline_of(workspace), &consortium);
  auto arrived = write_sealed(sealed, **signer, workspace.history());
  ASSERT_THAT(arrived, is_ok());
  ASSERT_THAT((*session)->applier().apply(*std::move(arrived), 1), is_ok());
  ASSERT_THAT((*session)->commit(), is_ok());
}

Founder founder() {
  return {"示范", "bitc", "北信", "vocational", "单示一", "b01@example.invalid"};
}

TEST(Evidence, IsGatheredFromTheReplicaThatHoldsTheFork) {
  const test::TempDir folder;
  auto workspace = found(folder.path() / "bitc", founder());
  ASSERT_THAT(workspace, is_ok());
  ASSERT_THAT(seal_all(*workspace), is_ok());
  const auto device = to_hex(workspace->device().raw());
  {
    auto session = Session::begin(workspace->store());
    EXPECT_THAT(*forked_devices(**session), IsEmpty());
    EXPECT_THAT(evidence_of(*workspace, **session, device), fails_with(Errc::not_found));
  }
  fork_own_stream(*workspace);
  auto session = Session::begin(workspace->store());
  ASSERT_THAT(session, is_ok());
  const auto forked = forked_devices(**session);
  ASSERT_THAT(forked, is_ok());
  ASSERT_THAT(*forked, SizeIs(1));
  EXPECT_EQ(forked->front().person, "单示一");
  EXPECT_EQ(forked->front().batches[0].number, 2U);
  EXPECT_EQ(forked->front().batches[1].number, 2U);
  EXPECT_NE(forked->front().batches[0].commit, forked->front().batches[1].commit);
  EXPECT_THAT(evidence_of(*workspace, **session, "0"), fails_with(Errc::not_found));
  const auto evidence = evidence_of(*workspace, **session, device.substr(0, 6));
  ASSERT_THAT(evidence, is_ok());
  const auto proof = check_evidence(*evidence);
  ASSERT_THAT(proof, is_ok());
  EXPECT_EQ(proof->number, 2U);
}

}  // namespace
}  // namespace guantong
