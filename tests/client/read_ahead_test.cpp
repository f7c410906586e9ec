#include "client/read_ahead.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/crypto/device_key.h"
#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/opening.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::SizeIs;

/// A history of batches of one device; every third is not to be trusted.
class Reading : public testing::Test {
protected:
  static constexpr std::size_t commits = 60;

  Reading() : history{*Repository::create(path())} {
    for (std::uint32_t number = 2; number < commits + 2; ++number)
      write(number);
  }
  std::filesystem::path path() const { return folder.path() / "history.git"; }

  void write(std::uint32_t number) {
    const auto& course = *Schema::built_in().type("course");
    Batch batch;
    batch.consortium = consortium_id;
    batch.number = number;
    batch.under = Dot{0, 1};
    batch.first_n = number;
    batch.previous = blake2b("a payload");
    batch.devices = {device_id(signer.public_key())};
    batch.records = {{course.number, RecordId{}}};
    Change edit;
    edit.fields = integer_value(*course.field("credits"), number);
    edit.time = {1'795'132'800'000, number};
    batch.changes = {edit};
    CommitId parent;
    parent.bytes.fill(2);
    const auto sealed =
        seal(batch, {parent}, {"course", {}}, {"单示一", "b01@x", "bitc", "d"}, &consortium_id);
    const auto arrived = write_sealed(sealed, signer, history);
    ASSERT_THAT(arrived, is_ok());
    auto& entry = unopened.emplace_back();
    entry.id = arrived->commit;
    entry.commit = *parse_commit(*history.read_commit(arrived->commit));
    if (number % 3 == 0) entry.commit.author.name = "somebody else";
  }
  std::vector<const Unopened*> order() const {
    std::vector<const Unopened*> all;
    for (const auto& entry : unopened)
      all.push_back(&entry);
    return all;
  }

  test::TempDir folder;
  const ConsortiumId consortium_id = blake2b("a founding");
  const KeySigner signer{*DeviceKey::generate()};
  GitHistory history;
  std::deque<Unopened> unopened;
};

TEST_F(Reading, AheadGivesWhatOpeningOneByOneGivesInThatOrder) {
  ReadAhead ahead{path(), consortium_id, Schema::built_in()};
  ahead.expect(order());
  for (std::size_t i = 0; i < commits; ++i) {
    const auto alone = open_one(unopened[i], history, consortium_id, Schema::built_in());
    const auto opened = ahead.next();
    if ((i + 2) % 3 == 0) {
      EXPECT_THAT(alone, fails_with(Errc::denied)) << i;
      EXPECT_THAT(opened, fails_with(Errc::denied)) << i;
      continue;
    }
    ASSERT_THAT(alone, is_ok()) << i;
    ASSERT_THAT(opened, is_ok()) << i;
    EXPECT_EQ(opened->batch.batch, alone->batch.batch);
    EXPECT_EQ(opened->batch.batch.number, i + 2);
    EXPECT_EQ(opened->key, signer.public_key());
    EXPECT_THAT(opened->batch.values, SizeIs(1));
  }
}

TEST_F(Reading, AheadStopsWhenNobodyWantsTheRest) {
  ReadAhead ahead{path(), consortium_id, Schema::built_in()};
  ahead.expect(order());
  ASSERT_THAT(ahead.next(), is_ok());
  ahead.expect({});
  unopened.clear();  // Nobody reads it any more.
}

TEST_F(Reading, AheadOfAHistoryThatIsNotThereSaysSoForEachBatch) {
  ReadAhead ahead{folder.path() / "nothing.git", consortium_id, Schema::built_in()};
  ahead.expect(order());
  for (std::size_t i = 0; i < commits; ++i)
    EXPECT_THAT(ahead.next(), fails_with(Errc::not_found));
}

}  // namespace
}  // namespace guantong
