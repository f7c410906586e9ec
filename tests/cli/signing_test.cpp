// Drafts that all partners close by signing, through the command line.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/reading.h"
#include "tests/support/schools.h"

namespace guantong {
namespace {

using test::Schools;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string plan = "plan:PLAN-BD-2027";
const std::string goal = "goal:PEO1";

class Signing : public testing::Test {
protected:
  Json signing(const std::string& school, const std::string& name = plan) const {
    return schools.ask(school, {"sign", name, "--show"});
  }
  void sign_by_all(const std::string& name) const {
    for (const auto* school : {"bitc", "thuhs", "bstu"}) {
      schools.act(school, {"sign", name});
      schools.sync_all();
    }
  }
  std::vector<std::string> set(const std::string& school,
                               const std::string& name,
                               const std::string& edit) const {
    return schools.ask(school, {"set", name, edit}).at("proposed");
  }
  Schools schools;
};

TEST_F(Signing, ClosesWhatAllPartnersHaveSigned) {
  schools.act("bitc", {"sign", plan});
  schools.sync_all();
  EXPECT_EQ(signing("bstu").at("phase"), "draft");
  EXPECT_THAT(signing("bstu").at("moves")[0].at("waits_for"),
              UnorderedElementsAre("thuhs", "bstu"));
  const auto inbox = schools.at("bstu", {"inbox"});
  EXPECT_EQ(inbox.code, 1);
  EXPECT_THAT(inbox.out, HasSubstr("guantong sign plan:PLAN-BD-2027"));
  schools.act("thuhs", {"sign", plan});
  schools.act("bstu", {"sign", plan});
  schools.sync_all();
  for (const auto* school : {"bitc", "thuhs", "bstu"})
    EXPECT_EQ(signing(school).at("phase"), "closed") << school;
  schools.expect_agreement();
  EXPECT_EQ(schools.at("thuhs", {"verify"}).code, 0);
}

TEST_F(Signing, FixesThePlanAndItsPartsAndNothingElse) {
  sign_by_all(plan);
  EXPECT_THAT(set("thuhs", goal, "text_zh=另一个目标"), ElementsAre("text_zh"));
  EXPECT_THAT(set("bstu", plan, "title_zh=另一个名称"), ElementsAre("title_zh"));
  EXPECT_THAT(set("thuhs", "duty:DU-07", "due_rule=六月"), IsEmpty());
  schools.sync_all();
  EXPECT_NE(schools.ask("bitc", {"show", goal}).at("text_zh"), "另一个目标");
  EXPECT_EQ(signing("bitc").at("phase"), "closed");
  schools.expect_agreement();
}

TEST_F(Signing, AnEditMadeBesideTheAgreedClosingWaitsForTheNextDraft) {
  schools.act("bitc", {"sign", plan});
  schools.sync_all();
  schools.act("thuhs", {"sign", plan});
  schools.sync({"thuhs", "bitc", "thuhs"});
  schools.act("bitc", {"set", goal, "text_zh=迟到的目标"});  // Has not heard of bstu's signature.
  schools.act("bstu", {"sync"});
  schools.act("bstu", {"sign", plan});
  schools.sync_all();
  const auto before = schools.ask("thuhs", {"show", goal}).at("text_zh");
  EXPECT_NE(before, "迟到的目标");
  for (const auto* school : {"bitc", "thuhs", "bstu"}) {
    EXPECT_EQ(signing(school).at("phase"), "closed") << school;
    EXPECT_EQ(schools.ask(school, {"show", goal}).at("text_zh"), before) << school;
    EXPECT_THAT(schools.ask(school, {"proposals"}), SizeIs(1)) << school;
  }
  schools.expect_agreement();
  schools.act("bstu", {"rebuild"});
  schools.expect_agreement();
}

TEST_F(Signing, ASignatureIsStaleOnceTheContentChanges) {
  schools.act("bitc", {"sign", plan});
  schools.sync_all();
  schools.act("bstu", {"set", goal, "text_zh=改过的目标"});
  schools.sync_all();
  EXPECT_EQ(signing("bitc").at("moves")[0].at("stale"), true);
  EXPECT_THAT(schools.at("thuhs", {"findings"}).out, AllOf(HasSubstr("IR-24"), HasSubstr("stale")));
  sign_by_all(plan);  // What stands there now.
  EXPECT_EQ(signing("thuhs").at("phase"), "closed");
  EXPECT_EQ(schools.ask("bitc", {"show", goal}).at("text_zh"), "改过的目标");
  schools.expect_agreement();
}

TEST_F(Signing, IsRefusedWhileSomethingIsInConflict) {
  schools.act("bitc", {"set", goal, "text_zh=甲"});
  schools.act("bstu", {"set", goal, "text_zh=乙"});
  schools.sync_all();
  const auto refused = schools.at("bitc", {"sign", plan});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("goal:PEO1"));
}

TEST_F(Signing, OpensAgainWhenAllAgree) {
  sign_by_all(plan);
  EXPECT_EQ(schools.at("bstu", {"sign", plan, "--reopen"}).code, 2) << "no reason was given";
  for (const auto* school : {"bstu", "thuhs", "bitc"}) {
    EXPECT_EQ(signing("thuhs").at("phase"), "closed");
    schools.act(school, {"sign", plan, "--reopen", "--why", "勘误"});
    schools.sync_all();
  }
  EXPECT_EQ(signing("thuhs").at("phase"), "draft");
  EXPECT_THAT(set("bstu", goal, "text_zh=勘误后的目标"), IsEmpty());
  sign_by_all(plan);
  EXPECT_EQ(schools.ask("bitc", {"show", goal}).at("text_zh"), "勘误后的目标");
  schools.expect_agreement();
}

TEST_F(Signing, IsDeclinedWithAReasonOrTakenBack) {
  schools.act("bitc", {"sign", plan});
  schools.sync_all();
  EXPECT_EQ(schools.at("bstu", {"sign", plan, "--decline"}).code, 2) << "no reason was given";
  schools.act("bstu", {"sign", plan, "--decline", "--why", "学时未定"});
  schools.sync_all();
  EXPECT_EQ(signing("thuhs").at("moves")[0].at("status"), "stopped");
  EXPECT_THAT(schools.at("bitc", {"sign", plan, "--show"}).out, HasSubstr("学时未定"));
  schools.expect_agreement();
}

TEST_F(Signing, APartIsSignedWithItsPlan) {
  const auto refused = schools.at("bitc", {"sign", goal});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("guantong sign plan:PLAN-BD-2027"));
}

}  // namespace
}  // namespace guantong
