#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/findings.h"
#include "tests/support/plan_builder.h"

namespace guantong {
namespace {

using test::Choices;
using test::Desk;
using test::Edits;
using test::found_at;
using test::id_of;
using test::key_of;
using test::PlanBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A material in its second edition, whose use the first site reviews.
class MaterialRules : public test::TwoSites {
protected:
  MaterialRules() {
    v.create(
        material,
        {{"code", "MT-1"}, {"title_zh", "数据与计算"}, {"edition", "第2版"}, {"kind", "digital"}});
    v.create(adoption,
             {{"code", "AD-1"},
              {"material", id_of("material", "M")},
              {"review_level", "school"},
              {"state", "in_review"}});
    meet();
  }

  void approve() { v.set(adoption, {{"state", "approved"}}); }

  const RecordKey material = key_of("material", "M");
  const RecordKey adoption = key_of("material_adoption", "A");
};

TEST_F(MaterialRules, AnEditionThatChangesBesideItsApprovalIsNotTheOneApproved) {
  approve();
  u.set(material, {{"edition", "第3版"}});
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
  EXPECT_THAT(found_at(u, "IR-22"), IsEmpty());
  meet();
  EXPECT_THAT(
      found_at(v, "IR-22"),
      ElementsAre(HasSubstr("IR-22 block AD-1 was approved when MT-1 had another edition: 第2版")));

  v.set(adoption, {{"state", "in_review"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
  approve();
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
}

TEST_F(MaterialRules, AnEditionThatIsSetBackIsTheOneApproved) {
  approve();
  meet();
  u.set(material, {{"edition", "第3版"}});
  u.set(material, {{"edition", "第4版"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), SizeIs(1));
  u.set(material, {{"edition", "第2版"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
}

TEST_F(MaterialRules, WhatIsOnlyFilledInLaterChangesNoApproval) {
  approve();
  meet();
  u.set(material, {{"published", "2024-08"}, {"press", "某社"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
}

TEST_F(MaterialRules, AnApprovalIsForTheMaterialThatStoodThere) {
  approve();
  meet();
  u.create(key_of("material", "N"), {{"code", "MT-2"}, {"title_zh", "另一本"}});
  meet();
  v.set(adoption, {{"material", id_of("material", "N")}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"),
              ElementsAre(HasSubstr("AD-1 was approved for another material than MT-2")));
  v.set(adoption, {{"state", "rejected"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
}

TEST_F(MaterialRules, WhoChangesAnEditionBesideARejectionIsToldOfIt) {
  approve();
  meet();
  v.set(adoption, {{"state", "rejected"}});
  u.set(material, {{"edition", "第3版"}});
  meet();
  for (auto* desk : {&v, &u}) {
    EXPECT_THAT(found_at(*desk, "IR-22"),
                ElementsAre(HasSubstr("AD-1 was rejected when MT-1 had another edition: 第2版")));
  }
  u.set(material, {{"edition", "第4版"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty()) << "who writes it now knows of the rejection";
}

TEST_F(MaterialRules, AnEditionThatComesAfterARejectionIsNobodysMistake) {
  v.set(adoption, {{"state", "rejected"}});
  meet();
  u.set(material, {{"edition", "第3版"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
}

TEST_F(MaterialRules, AForeignMaterialNeedsTheAuthority) {
  approve();
  u.set(material, {{"kind", "foreign"}});
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v, "IR-22"),
              ElementsAre(HasSubstr("AD-1 takes the foreign material MT-1 into use without")));
  v.set(adoption, {{"review_level", "authority"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
  v.set(adoption, {{"review_level", ""}});
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), SizeIs(1));
  v.archive(adoption);
  meet();
  EXPECT_THAT(found_at(v, "IR-22"), IsEmpty());
}

/// Two schools that each have a foreign material approved by the authority.
void prepare_materials(PlanBuilder& plan) {
  for (const std::string_view word : {"A", "B"}) {
    auto& desk = plan.desk(word == "A" ? 0 : 1);
    const std::string own{word};
    desk.create(key_of("material", own),
                {{"code", "X-" + own}, {"title_zh", "书"}, {"edition", "0"}, {"kind", "foreign"}});
    desk.create(key_of("material_adoption", own),
                {{"code", "X-" + own},
                 {"material", id_of("material", own)},
                 {"review_level", "authority"},
                 {"state", "approved"}});
  }
}

/// One act on two materials and two adoptions.
void act_on_materials(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 2> words{"A", "B"};
  const auto word = [&] { return std::string{words.at(choices.pick(words.size()))}; };
  const auto own = word();
  const auto put = [&](std::string_view type, Edits creation, const Edits& edits) {
    creation.emplace_back("code", "X-" + own);
    test::put(desk, choices, key_of(type, own), creation, edits);
  };
  constexpr std::array<std::string_view, 3> states{"approved", "in_review", "rejected"};
  switch (choices.pick(5)) {
    case 0:
      return put("material", {{"title_zh", "书"}}, {{"edition", std::to_string(choices.pick(3))}});
    case 1:
      return put("material",
                 {{"title_zh", "书"}},
                 {{"kind", choices.pick(2) == 0 ? "foreign" : "industry"}});
    case 2:
      return put("material_adoption", {}, {{"material", id_of("material", word())}});
    case 3:
      return put("material_adoption",
                 {{"material", id_of("material", word())}},
                 {{"review_level", choices.pick(2) == 0 ? "school" : "authority"}});
    default:
      return put("material_adoption",
                 {{"material", id_of("material", word())}},
                 {{"state", std::string{states.at(choices.pick(states.size()))}}});
  }
}

TEST(MaterialRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act_on_materials, prepare_materials);
}

}  // namespace
}  // namespace guantong
