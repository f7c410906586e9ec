#include "client/import_table.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/field_edit.h"
#include "sync/base/message.h"
#include "sync/schema.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::is_ok;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<ImportTable> tables_of(const std::string& type,
                                   const std::string& bytes,
                                   const std::vector<FieldEdit>& defaults = {}) {
  const auto& schema = Schema::built_in();
  auto tables = ImportTable::read(schema, *schema.type(type), bytes, defaults);
  EXPECT_THAT(tables, is_ok());
  return *std::move(tables);
}

std::vector<std::string> said_in(const ImportTable& table, std::size_t row) {
  std::vector<std::string> said;
  for (const auto& edit : table.edits(row))
    said.push_back(edit.field + (edit.kind == FieldEdit::Kind::add ? "+=" : "=") + edit.text);
  return said;
}

std::vector<std::string> remarks_of(const ImportTable& table) {
  std::vector<std::string> remarks;
  for (const auto& remark : table.remarks())
    remarks.push_back(std::to_string(remark.line) + " " + in_english(remark.what));
  return remarks;
}

TEST(ImportTable, HeadingsMayBeNamesOrLabelsHoweverTheyAreSet) {
  const auto tables =
      tables_of("course", "Code , 名称,学 分,\"理论\n学时\",EXAM_MODE\nA01001,语文,4,64,\n");
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_THAT(said_in(tables[0], 0),
              ElementsAre("code=A01001", "name_zh=语文", "credits=4", "hours_theory=64"));
  EXPECT_THAT(tables[0].ignored(), IsEmpty());
  EXPECT_THAT(tables[0].remarks(), IsEmpty());
}

TEST(ImportTable, AMisspeltHeadingIsNamedWithTheNearest) {
  const auto tables = tables_of("course", "\ncode,nmae_zh,credits,colour\nA01001,语文,4,red\n");
  EXPECT_THAT(tables[0].ignored(), ElementsAre("nmae_zh", "colour"));
  EXPECT_THAT(remarks_of(tables[0]),
              ElementsAre("2 \"nmae_zh\" is no column of a course; the nearest is \"name_zh\""));
  ASSERT_EQ(tables[0].missing().size(), 1U);
  EXPECT_EQ(tables[0].missing().front()->name, "name_zh");
}

TEST(ImportTable, AHeadingIsNotTakenForAFieldThatHasAColumn) {
  const auto tables = tables_of("course", "code,name_zh,name_zn,team\n");
  EXPECT_THAT(remarks_of(tables[0]), ElementsAre(HasSubstr("the nearest is \"name_en\"")));
}

TEST(ImportTable, OfTwoColumnsForOneFieldTheFirstCounts) {
  const auto tables = tables_of("plan", "id,code,title_zh\nP-1,P-2,方案\n");
  EXPECT_THAT(said_in(tables[0], 0), ElementsAre("code=P-1", "title_zh=方案"));
  EXPECT_THAT(remarks_of(tables[0]), ElementsAre(HasSubstr("\"id\" and \"code\"")));
}

TEST(ImportTable, ADefaultFillsInForAMissingColumn) {
  const std::vector<FieldEdit> defaults{{"plan", FieldEdit::Kind::set, "plan:P-1"},
                                        {"colour", FieldEdit::Kind::set, "red"}};
  const auto tables = tables_of("goal", "code\nG-1\n", defaults);
  EXPECT_THAT(said_in(tables[0], 0), ElementsAre("code=G-1", "plan=plan:P-1"));
}

TEST(ImportTable, AColumnMaySayOfWhichTypeACodeIs) {
  const auto tables = tables_of("policy_link",
                                "policy,clause,record_type,record_id\nPO-1,甲,plan,P-1\nPO-1,乙,,X-"
                                "1\nPO-1,丙,plan,course:A\n");
  EXPECT_THAT(said_in(tables[0], 0), ElementsAre("policy=PO-1", "clause=甲", "target=plan:P-1"));
  EXPECT_THAT(said_in(tables[0], 1), ElementsAre("policy=PO-1", "clause=乙", "target=X-1"));
  EXPECT_THAT(said_in(tables[0], 2), ElementsAre("policy=PO-1", "clause=丙", "target=course:A"));
  EXPECT_THAT(tables[0].ignored(), IsEmpty());
}

TEST(ImportTable, ColumnsOfOneRecordMakeOneRowEachOfItsParts) {
  const auto tables = tables_of("cohort",
                                "id,major,year,enter_s1,enter_s2,graduate\n"
                                "CO-1,MJ,2017,2017-09-01,2020-09-01,2024-07-10\n"
                                "CO-2,MJ,2018,,,\n");
  ASSERT_EQ(tables.size(), 4U);
  EXPECT_THAT(tables[0].ignored(), IsEmpty());
  EXPECT_EQ(tables[0].size(), 2U);
  for (const auto* part : {&tables[1], &tables[2], &tables[3]}) {
    EXPECT_EQ(part->type().name, "cohort_stage");
    ASSERT_EQ(part->size(), 1U);
    EXPECT_EQ(part->line(0), 2U);
  }
  EXPECT_THAT(
      said_in(tables[1], 0),
      ElementsAre("cohort=CO-1", "dates_from=2017-09-01", "dates_to=2020-09-01", "stage=S1"));
  EXPECT_THAT(said_in(tables[2], 0),
              ElementsAre("cohort=CO-1", "dates_from=2020-09-01", "stage=S2"));
  EXPECT_THAT(said_in(tables[3], 0), ElementsAre("cohort=CO-1", "dates_to=2024-07-10", "stage=S3"));
}

TEST(ImportTable, ACellOfSeveralMakesARowEach) {
  const auto tables =
      tables_of("practice", "id,title_zh,adopted_by\nPX-1,做法,BITC; THUHS\nPX-2,做法,\n");
  ASSERT_EQ(tables.size(), 2U);
  ASSERT_EQ(tables[1].size(), 2U);
  EXPECT_EQ(tables[1].type().name, "practice_adoption");
  EXPECT_THAT(said_in(tables[1], 0), ElementsAre("practice=PX-1", "org=BITC"));
  EXPECT_THAT(said_in(tables[1], 1), ElementsAre("practice=PX-1", "org=THUHS"));
  EXPECT_EQ(tables[1].line(1), 2U);
}

TEST(ImportTable, AnIdThatFollowsFromTheIdentityIsNotTakenFromTheFile) {
  const std::string id = "9f6f68f0-6c25-52e1-b6ed-347058a2ee41";
  EXPECT_EQ(tables_of("course", "uuid,code\n" + id + ",A01001\n")[0].uuid(0), id);
  EXPECT_EQ(tables_of("org", "uuid,code\n" + id + ",BITC\n")[0].uuid(0), "");
}

TEST(ImportTable, LinesInACellEndAsTheyAreStored) {
  const auto tables = tables_of("goal", "code,text_zh\nG-1,\"一\r\n二\"\n");
  EXPECT_THAT(said_in(tables[0], 0), ElementsAre("code=G-1", "text_zh=一\n二"));
}

}  // namespace
}  // namespace guantong
