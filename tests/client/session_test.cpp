// What memory keeps of a replica between transactions, and what it must not.
#include <cstddef>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/membership.h"
#include "client/workspace.h"
#include "sync/change.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::is_ok;

class Sessions : public testing::Test {
protected:
  std::size_t devices(Workspace& workspace) const {
    const auto session = Session::begin(workspace.store());
    EXPECT_THAT(session, is_ok());
    return (*session)->members().all().size();
  }

  test::TempDir folder;
  Workspace here = *guantong::found(folder.path() / "bitc",
                                    {"贯通示范联合体",
                                     "bitc",
                                     "北京信息职业技术学院",
                                     "vocational",
                                     "单示一",
                                     "b01@example.invalid"});
};

TEST_F(Sessions, SeeWhoWasAdmittedByAnotherProcessMeanwhile) {
  EXPECT_EQ(devices(here), 1U);
  EXPECT_EQ(devices(here), 1U);  // Kept from before.
  auto there = Workspace::open(here.root());
  ASSERT_THAT(there, is_ok());
  auto newcomer = join(folder.path() / "second",
                       "",
                       here.config().consortium,
                       {"", "bitc", "", "", "李示二", "b02@example.invalid"});
  ASSERT_THAT(newcomer, is_ok());
  ASSERT_THAT(admit(*there, *own_request(*newcomer), Level::teacher), is_ok());
  EXPECT_EQ(devices(here), 2U);
}

TEST_F(Sessions, ThatAreRolledBackLeaveNothingInMemory) {
  const RecordKey key{1, *RecordId::from("0123456789abcdef")};
  {
    const auto session = Session::begin(here.store());
    ASSERT_THAT(session, is_ok());
    ASSERT_THAT((*session)->store().intern_record(key), is_ok());
  }
  const auto record = here.store().find_record(key);
  ASSERT_THAT(record, is_ok());
  EXPECT_FALSE(record->has_value());
}

TEST_F(Sessions, KnowTheOwnerOfAStreamThatWasAddedInTheOneBefore) {
  const auto fresh = [&](Workspace& workspace) {
    auto session = Session::begin(workspace.store());
    EXPECT_THAT(session, is_ok());
    const auto stream = (*session)->store().intern_stream(workspace.device(), Space::device);
    EXPECT_THAT(stream, is_ok());
    EXPECT_THAT((*session)->commit(), is_ok());
    return *stream;
  };
  // As before founding had made it: this device has no stream of its own there yet.
  ASSERT_THAT(here.store().database().run("DELETE FROM stream WHERE space = 3"), is_ok());
  here.store().refresh();
  const auto stream = fresh(here);
  const auto session = Session::begin(here.store());
  ASSERT_THAT(session, is_ok());
  EXPECT_TRUE((*session)->members().site_of(stream).has_value());
}

}  // namespace
}  // namespace guantong
