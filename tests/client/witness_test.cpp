// Who is shown another history than others, or less of it, learns of it from what others signed.
#include "client/witness.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/config.h"
#include "client/crypto/device_key.h"
#include "client/editor.h"
#include "client/field_edit.h"
#include "client/git/git_history.h"
#include "client/git/peer.h"
#include "client/git/repository.h"
#include "client/membership.h"
#include "client/syncing.h"
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
#include "sync/history.h"
#include "sync/ssh_signature.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t some_time_ms = 1'795'132'800'000;

DeviceId device_called(std::string_view word) {
  return *DeviceId::from(blake2b(word).raw());
}

/// A replica that has, by device and number, batches with these words in them.
Known replica_with(std::map<DeviceId, std::multimap<std::uint32_t, std::string>> batches) {
  return [batches = std::move(batches)](const DeviceId& device,
                                        std::uint32_t number) -> Result<KnownStream> {
    KnownStream known;
    const auto stream = batches.find(device);
    if (stream == batches.end()) return known;
    known.last = stream->second.rbegin()->first;
    const auto [begin, end] = stream->second.equal_range(number);
    for (auto at = begin; at != end; ++at)
      known.digests.push_back(blake2b(at->second));
    return known;
  };
}

const DeviceId teacher = device_called("teacher");

Witness seen(std::vector<WitnessHead> heads) {
  return {{}, device_called("witness"), some_time_ms, std::move(heads)};
}

TEST(Witness, AgreesWithWhoHasTheSameOrMore) {
  const auto known = replica_with({{teacher, {{1, "a"}, {2, "b"}, {3, "c"}}}});
  for (const auto& head : std::vector<WitnessHead>{
           {teacher, 3, blake2b("c")}, {teacher, 2, blake2b("b")}, {teacher, 1, blake2b("a")}}) {
    const auto compared = compare(seen({head}), known);
    ASSERT_THAT(compared, is_ok());
    EXPECT_THAT(compared->otherwise, IsEmpty());
    EXPECT_THAT(compared->beyond, IsEmpty());
  }
}

TEST(Witness, D05AnotherBatchWithTheSameNumberShowsThatThereAreTwoHistories) {
  const auto known = replica_with({{teacher, {{1, "a"}, {2, "b"}, {3, "c"}}}});
  for (const std::uint32_t number : {2U, 3U}) {
    const WitnessHead head{teacher, number, blake2b("x")};
    const auto compared = compare(seen({head}), known);
    ASSERT_THAT(compared, is_ok());
    EXPECT_THAT(compared->otherwise, ElementsAre(head));
    EXPECT_THAT(compared->beyond, IsEmpty());
  }
}

TEST(Witness, D01OfAForkThatIsKnownBothBranchesAreNoNews) {
  const auto known = replica_with({{teacher, {{1, "a"}, {2, "b"}, {2, "x"}}}});
  const auto compared =
      compare(seen({{teacher, 2, blake2b("b")}, {teacher, 2, blake2b("x")}}), known);
  ASSERT_THAT(compared, is_ok());
  EXPECT_THAT(compared->otherwise, IsEmpty());
  const auto third = compare(seen({{teacher, 2, blake2b("y")}}), known);
  ASSERT_THAT(third, is_ok());
  EXPECT_THAT(third->otherwise, SizeIs(1));
}

TEST(Witness, D05WorkBeyondWhatIsHereIsMissing) {
  const auto known = replica_with({{teacher, {{1, "a"}}}});
  const WitnessHead further{teacher, 3, blake2b("c")};
  const WitnessHead unheard_of{device_called("nobody"), 1, blake2b("a")};
  const auto compared = compare(seen({further, unheard_of}), known);
  ASSERT_THAT(compared, is_ok());
  EXPECT_THAT(compared->otherwise, IsEmpty());
  EXPECT_THAT(compared->beyond, ElementsAre(further, unheard_of));
}

TEST(Witness, AStatementReadsBackAndIsRefusedWhereItBreaksTheFormat) {
  Witness witness{
      *ConsortiumId::from(blake2b("c").raw()), device_called("witness"), some_time_ms, {}};
  for (const auto* word : {"a", "b", "c"})
    witness.heads.push_back({device_called(word), 7, blake2b(word)});
  std::ranges::sort(witness.heads);
  const auto read = decode_witness(encode_witness(witness));
  ASSERT_THAT(read, is_ok());
  EXPECT_EQ(read->consortium, witness.consortium);
  EXPECT_EQ(read->device, witness.device);
  EXPECT_EQ(read->time_ms, witness.time_ms);
  EXPECT_EQ(read->heads, witness.heads);

  const std::vector<std::function<void(Witness&)>> flaws{
      [](Witness& bad) { std::swap(bad.heads[0], bad.heads[1]); },
      [](Witness& bad) { bad.heads[1] = bad.heads[0]; },
      [](Witness& bad) { bad.heads[0].number = 0; },
      [](Witness& bad) { bad.time_ms = 1'000'000'000'000'000; }};
  for (const auto& flaw : flaws) {
    auto bad = witness;
    flaw(bad);
    EXPECT_THAT(decode_witness(encode_witness(bad)), fails_with(Errc::corrupt));
  }
  Limits two;
  two.heads = 2;
  EXPECT_THAT(decode_witness(encode_witness(witness), two), fails_with(Errc::corrupt));
  EXPECT_THAT(decode_witness("\x08\x63"), fails_with(Errc::too_new));
  EXPECT_THAT(decode_witness("\xff"), fails_with(Errc::corrupt));
  EXPECT_THAT(decode_witness(""), fails_with(Errc::corrupt));
}

/// A statement as it stands at a remote.
struct Written {
  Commit commit;
  std::string payload;
};

class Statements : public testing::Test {
protected:
  Statements() : history_{*Repository::create(folder_.path() / "history.git")} {}

  static KeySigner new_signer() { return KeySigner{*DeviceKey::generate()}; }

  Written write(const KeySigner& signer) {
    const Witness witness{
        consortium_, device_id(signer_.public_key()), some_time_ms, {{teacher, 3, blake2b("c")}}};
    const auto id = write_statement(
        witness, {"王示五", "w@example.invalid", "thuhs", "thuhs 01"}, signer, history_);
    EXPECT_THAT(id, is_ok());
    const auto commit = parse_commit(*history_.read_commit(*id));
    return {*commit, *history_.read_payload(commit->tree)};
  }

  Result<Witness> read(const Written& written, const std::optional<PublicKey>& key = {}) {
    return read_statement(
        written.commit, written.payload, consortium_, [&](const DeviceId&) { return key; });
  }

  test::TempDir folder_;
  GitHistory history_;
  KeySigner signer_ = new_signer();
  ConsortiumId consortium_ = *ConsortiumId::from(blake2b("consortium").raw());
};

TEST_F(Statements, D19OnlyTheDeviceItNamesCanHaveSignedOne) {
  EXPECT_THAT(read(write(signer_)), is_ok());
  const auto other = new_signer();
  EXPECT_THAT(read(write(other)), fails_with(Errc::denied));
  // After it took up another key, that one alone speaks for it.
  EXPECT_THAT(read(write(other), other.public_key()), is_ok());
  EXPECT_THAT(read(write(signer_), other.public_key()), fails_with(Errc::denied));
}

TEST_F(Statements, D18UnsignedMovedOrForeignOnesAreRefused) {
  auto unsigned_one = write(signer_);
  unsigned_one.commit.signature.clear();
  EXPECT_THAT(read(unsigned_one), fails_with(Errc::denied));
  auto moved = write(signer_);
  auto other = *decode_witness(moved.payload);
  other.heads[0].number = 4;
  moved.payload = encode_witness(other);
  EXPECT_THAT(read(moved), fails_with(Errc::corrupt));
  auto retold = write(signer_);
  retold.commit.message.insert(0, "really: ");
  EXPECT_THAT(read(retold), fails_with(Errc::denied));
  auto grown = write(signer_);
  grown.commit.parents = {CommitId{}};
  EXPECT_THAT(read(grown), fails_with(Errc::corrupt));
  consortium_ = {};
  EXPECT_THAT(read(write(signer_)), is_ok());
  const auto here = write(signer_);
  consortium_ = *ConsortiumId::from(blake2b("another").raw());
  EXPECT_THAT(read(here), fails_with(Errc::denied));
}

/// Three schools with a workspace each, and repositories between them.
class Exchanges : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_THAT(create_bare(remote("a")), is_ok());
    ASSERT_THAT(create_bare(remote("b")), is_ok());
    auto lead =
        found(at("bitc"), {"示范", "bitc", "北信", "vocational", "单示一", "b@example.invalid"});
    ASSERT_THAT(lead, is_ok());
    add_remote(*lead, "a");
    sync(*lead, "a");
    for (const auto& [site, person] : {std::pair{"thuhs", "王示五"}, {"bstu", "翟示六"}}) {
      auto joined = join(at(site),
                         remote("a").string(),
                         lead->config().consortium,
                         {"", site, site, "university", person, "w@example.invalid"});
      ASSERT_THAT(joined, is_ok());
      add_remote(*joined, "a");
      sync(*joined, "a");
      const auto requests = waiting_requests(*lead);
      ASSERT_THAT(requests, is_ok());
      ASSERT_THAT(*requests, SizeIs(1));
      ASSERT_THAT(admit(*lead, requests->front(), Level::coordinator), is_ok());
      sync(*lead, "a");
      sync(*joined, "a");
    }
    auto first = Workspace::open(at("thuhs"));
    ASSERT_THAT(first, is_ok());
    sync(*first, "a");
  }

  std::filesystem::path at(std::string_view site) const { return folder_.path() / site; }
  std::filesystem::path remote(const std::string& name) const {
    return folder_.path() / (name + ".git");
  }

  Workspace open(std::string_view site) {
    auto workspace = Workspace::open(at(site));
    EXPECT_THAT(workspace, is_ok());
    return *std::move(workspace);
  }

  void add_remote(Workspace& workspace, const std::string& name) {
    workspace.config().remotes.clear();
    workspace.config().remotes[name] = {remote(name).string()};
    EXPECT_THAT(workspace.save_config(), is_ok());
  }

  static void sync(Workspace& workspace, const std::string& name) {
    EXPECT_THAT(sync_with(workspace, name, {}), is_ok());
  }

  static void edit(Workspace& workspace, const std::string& code) {
    auto session = Session::begin(workspace.store());
    ASSERT_THAT(session, is_ok());
    Editor editor{workspace, **session};
    const std::vector<FieldEdit> edits{{"code", FieldEdit::Kind::set, code},
                                       {"name_zh", FieldEdit::Kind::set, "数学"}};
    ASSERT_THAT(editor.add(*workspace.schema().type("course"), edits, ""), is_ok());
    ASSERT_THAT((*session)->commit(), is_ok());
  }

  /// What an exchange does about witnesses after it has received.
  Result<WitnessReport> compare_at(Workspace& workspace,
                                   const std::string& name,
                                   const std::vector<SetAside>& set_aside = {}) {
    GitRemote there{workspace.history(), name, remote(name).string()};
    const auto statements = TRY(fetch_witnesses(workspace, there, some_time_ms));
    auto session = TRY(Session::begin(workspace.store()));
    auto report =
        TRY(compare_witnesses(workspace, *session, name, statements, set_aside, some_time_ms));
    TRY(session->commit());
    return report;
  }

  Result<std::vector<Branch>> publish_at(Workspace& workspace, const std::string& name) {
    GitRemote there{workspace.history(), name, remote(name).string()};
    const auto statements = TRY(fetch_witnesses(workspace, there, some_time_ms));
    TRY(publish_witness(workspace, there, statements, some_time_ms));
    return fetch_witnesses(workspace, there, some_time_ms);
  }

  /// What stands at a remote under that name; zeros where nothing does.
  CommitId target_at(const std::string& name, const std::string& ref) {
    const auto refs = Repository::open(remote(name))->refs(ref);
    EXPECT_THAT(refs, is_ok());
    return refs->empty() ? CommitId{} : refs->front().target;
  }

  static std::string statement_of(const Workspace& workspace) {
    return "refs/guantong/witness/" + to_hex(workspace.device().raw());
  }

  /// Puts a statement from one remote at another, as one would who shows only what he likes.
  void carry_statement(const Workspace& witness, const std::string& from, const std::string& to) {
    const auto ref = statement_of(witness);
    auto there = Repository::open(remote(to));
    ASSERT_THAT(there, is_ok());
    ASSERT_THAT(Peer(*there, remote(from).string()).fetch({"+" + ref + ":" + ref}), is_ok());
  }

  test::TempDir folder_;
};

TEST_F(Exchanges, ASiteStatesWhatItHasAndAgainOnlyWhenThatHasChanged) {
  auto lead = open("bitc");
  const auto mine = [&] { return target_at("a", statement_of(lead)); };
  ASSERT_THAT(publish_at(lead, "a"), is_ok());
  const auto stated = mine();
  EXPECT_NE(stated, CommitId{});
  ASSERT_THAT(publish_at(lead, "a"), is_ok());
  EXPECT_EQ(mine(), stated);
  const auto commit = parse_commit(*lead.history().read_commit(stated));
  const auto witness = decode_witness(*lead.history().read_payload(commit->tree));
  ASSERT_THAT(witness, is_ok());
  EXPECT_EQ(witness->device, lead.device());
  EXPECT_GE(witness->heads.size(), 1U);

  edit(lead, "B02015");
  sync(lead, "a");
  ASSERT_THAT(publish_at(lead, "a"), is_ok());
  EXPECT_NE(mine(), stated);

  // A remote that lost it gets it again.
  const auto latest = mine();
  ASSERT_THAT(Repository::open(remote("a"))->remove_ref(statement_of(lead)), is_ok());
  ASSERT_THAT(publish_at(lead, "a"), is_ok());
  EXPECT_EQ(mine(), latest);
}

TEST_F(Exchanges, NobodyComplainsWhileAllAreShownTheSame) {
  for (const auto& [site, code] : {std::pair{"bitc", "B02015"},
                                   {"thuhs", "A01001"},
                                   {"bstu", "C03009"},
                                   {"bitc", "B02016"},
                                   {"thuhs", "A01002"}}) {
    auto workspace = open(site);
    edit(workspace, code);
    sync(workspace, "a");
    const auto report = compare_at(workspace, "a");
    ASSERT_THAT(report, is_ok());
    EXPECT_THAT(report->split, IsEmpty()) << site;
    EXPECT_THAT(report->withheld, IsEmpty()) << site;
    ASSERT_THAT(publish_at(workspace, "a"), is_ok());
  }
}

TEST_F(Exchanges, D05TwoSitesThatAreShownTwoHistoriesLearnOfIt) {
  // The lead's computer is copied, and the copy signs another batch with the same number.
  std::filesystem::copy(at("bitc"), at("copy"), std::filesystem::copy_options::recursive);
  auto lead = open("bitc");
  auto copy = open("copy");
  add_remote(copy, "b");
  edit(lead, "B02015");
  edit(copy, "B02016");
  sync(lead, "a");
  sync(copy, "b");
  auto witness = open("thuhs");
  add_remote(witness, "b");
  sync(witness, "b");
  ASSERT_THAT(publish_at(witness, "b"), is_ok());
  auto reader = open("bstu");
  sync(reader, "a");
  carry_statement(witness, "b", "a");

  const auto report = compare_at(reader, "a");
  ASSERT_THAT(report, is_ok());
  ASSERT_THAT(report->split, SizeIs(1));
  const auto& split = report->split.front();
  EXPECT_EQ(split.witness, witness.device());
  EXPECT_EQ(split.saw.device, lead.device());
  EXPECT_THAT(in_english(sentence_of(split)),
              AllOf(HasSubstr("王示五 (thuhs)"), HasSubstr("单示一 (bitc)")));
  EXPECT_THAT(*split_views(reader.store()), SizeIs(1));

  // It stays though the remote takes the statement away.
  ASSERT_THAT(Repository::open(remote("a"))->remove_ref(statement_of(witness)), is_ok());
  const auto later = compare_at(reader, "a");
  ASSERT_THAT(later, is_ok());
  EXPECT_THAT(later->split, SizeIs(1));
  EXPECT_EQ(later->split.front().statement, split.statement);

  // Both branches meet: now the proof is here, and the witness has done its work.
  add_remote(reader, "b");
  sync(reader, "b");
  const auto met = compare_at(reader, "b");
  ASSERT_THAT(met, is_ok());
  EXPECT_THAT(met->split, IsEmpty());
  EXPECT_THAT(*split_views(reader.store()), IsEmpty());
}

TEST_F(Exchanges, D05ARemoteThatHoldsWorkBackIsNamedByWhoSawItThere) {
  auto lead = open("bitc");
  const auto branch = "refs/heads/" + branch_name({Space::plan, "bitc", lead.device()});
  const auto old = target_at("a", branch);
  edit(lead, "B02015");
  sync(lead, "a");
  ASSERT_THAT(publish_at(lead, "a"), is_ok());
  ASSERT_THAT(Repository::open(remote("a"))->set_ref(branch, old), is_ok());

  auto reader = open("bstu");
  sync(reader, "a");
  const auto report = compare_at(reader, "a");
  ASSERT_THAT(report, is_ok());
  EXPECT_THAT(report->split, IsEmpty());
  ASSERT_THAT(report->withheld, SizeIs(1));
  EXPECT_EQ(report->withheld.front().saw.device, lead.device());
  EXPECT_THAT(in_english(sentence_of(report->withheld.front(), "a")),
              AllOf(HasSubstr("the remote a"), HasSubstr("单示一 (bitc)")));
  // What was offered and refused is set aside, which is something else.
  const SetAside refused{branch.substr(11), old, fail(Errc::denied, "it is not signed")};
  EXPECT_THAT(compare_at(reader, "a", {refused})->withheld, IsEmpty());
  // A remote that shows it again is in order.
  sync(lead, "a");
  sync(reader, "a");
  EXPECT_THAT(compare_at(reader, "a")->withheld, IsEmpty());
}

TEST_F(Exchanges, WhatIsNoMembersStatementIsNotHeard) {
  auto lead = open("bitc");
  auto reader = open("bstu");
  auto there = Repository::open(remote("a"));
  ASSERT_THAT(there, is_ok());
  GitHistory history{*std::move(there)};
  const auto stranger = KeySigner{*DeviceKey::generate()};
  const Witness lies{lead.config().consortium,
                     device_id(stranger.public_key()),
                     some_time_ms,
                     {{lead.device(), 1, blake2b("never was")}}};
  const auto forged = write_statement(lies, {"?", "?", "?", "?"}, stranger, history);
  ASSERT_THAT(forged, is_ok());
  for (const auto& device : {lies.device, lead.device()})
    ASSERT_THAT(
        history.repository().set_ref("refs/guantong/witness/" + to_hex(device.raw()), *forged),
        is_ok());
  const auto report = compare_at(reader, "a");
  ASSERT_THAT(report, is_ok());
  EXPECT_THAT(report->split, IsEmpty());

  // The same by a member is heard, until it says otherwise.
  auto liar = open("thuhs");
  const auto signer = liar.signer();
  ASSERT_THAT(signer, is_ok());
  auto lie = lies;
  lie.device = liar.device();
  const auto ref = statement_of(liar);
  const auto told = write_statement(lie, {"?", "?", "?", "?"}, **signer, history);
  ASSERT_THAT(told, is_ok());
  ASSERT_THAT(history.repository().set_ref(ref, *told), is_ok());
  EXPECT_THAT(compare_at(reader, "a")->split, SizeIs(1));
  lie.time_ms += 1;
  lie.heads.clear();
  const auto untold = write_statement(lie, {"?", "?", "?", "?"}, **signer, history);
  ASSERT_THAT(history.repository().set_ref(ref, *untold), is_ok());
  EXPECT_THAT(compare_at(reader, "a")->split, IsEmpty());
}

}  // namespace
}  // namespace guantong
