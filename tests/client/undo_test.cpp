// Taking back what was not sealed leaves no trace.
#include "client/undo.h"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/audit.h"
#include "client/editor.h"
#include "client/field_edit.h"
#include "client/membership.h"
#include "client/workspace.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::is_ok;
using testing::IsEmpty;

TEST(Undo, OfTheFirstMemberOfASetLeavesTheReplicaAsTheHistoryGivesIt) {
  const test::TempDir folder;
  auto here = found(folder.path() / "bitc",
                    {"贯通示范联合体",
                     "bitc",
                     "北京信息职业技术学院",
                     "vocational",
                     "单示一",
                     "b01@example.invalid"});
  ASSERT_THAT(here, is_ok());
  {
    auto session = Session::begin(here->store());
    ASSERT_THAT(session, is_ok());
    Editor editor{*here, **session};
    const auto fields = parse_field_edits({"code=B02015", "name_zh=数据库原理"});
    ASSERT_THAT(fields, is_ok());
    ASSERT_THAT(editor.add(*here->schema().type("course"), *fields, ""), is_ok());
    ASSERT_THAT((*session)->commit(), is_ok());
  }
  ASSERT_THAT(plan_digest(*here, Space::plan), is_ok());
  {
    auto session = Session::begin(here->store());
    ASSERT_THAT(session, is_ok());
    Editor editor{*here, **session};
    const auto record = editor.reading().find("course:B02015");
    ASSERT_THAT(record, is_ok());
    const auto tag = parse_field_edits({"tags+=实训"});
    ASSERT_THAT(tag, is_ok());
    ASSERT_THAT(editor.set(*record, *tag, ""), is_ok());
    ASSERT_THAT((*session)->commit(), is_ok());
  }
  ASSERT_THAT(undo(*here), is_ok());
  const auto verified = verify(*here, {});
  ASSERT_THAT(verified, is_ok());
  EXPECT_THAT(verified->flaws, IsEmpty());
}

}  // namespace
}  // namespace guantong
