// What a change may say in the batch that holds it.
#include "sync/read_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;

/// A batch that makes one record of a type of this program.
Batch batch_with(Space space, const char* type) {
  Batch batch;
  batch.space = space;
  batch.records = {{Schema::built_in().type(type)->number, RecordId{}}};
  batch.changes.resize(1);
  batch.changes.front().action = Action::create;
  return batch;
}

TEST(ReadChange, ARecordHasItsPlaceInABatchOfItsOwnSpaceAlone) {
  const auto& schema = Schema::built_in();
  EXPECT_THAT(read_values(schema, batch_with(Space::plan, "course")), is_ok());
  EXPECT_THAT(read_values(schema, batch_with(Space::school, "student")), is_ok());
  EXPECT_THAT(read_values(schema, batch_with(Space::plan, "student")), fails_with(Errc::corrupt));
  EXPECT_THAT(read_values(schema, batch_with(Space::school, "course")), fails_with(Errc::corrupt));
}

}  // namespace
}  // namespace guantong
