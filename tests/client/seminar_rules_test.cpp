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

/// A seminar of the first site on 11 December, and examinations of the second a week later.
class SeminarRules : public test::TwoSites {
protected:
  SeminarRules() {
    v.create(seminar,
             {{"code", "SM-1"},
              {"title_zh", "研讨会"},
              {"host", v.org_id()},
              {"when_from", "2026-12-11"},
              {"when_to", "2026-12-11"},
              {"state", "planned"}});
    u.create(exams,
             {{"code", "CAL-1"},
              {"org", u.org_id()},
              {"kind", "exam"},
              {"when_from", "2026-12-18"},
              {"when_to", "2026-12-19"}});
    meet();
  }

  void move_to(std::string_view day) {
    v.set(seminar, {{"when_from", std::string{day}}, {"when_to", std::string{day}}});
  }

  const RecordKey seminar = key_of("seminar", "S");
  const RecordKey exams = key_of("calendar_event", "E");
  const RecordKey outcome = key_of("outcome", "O");
};

TEST_F(SeminarRules, ASeminarMovedIntoExaminationsThatWereMovedToItIsFound) {
  EXPECT_THAT(found_at(v, "IR-32"), IsEmpty());
  move_to("2026-12-16");
  u.set(exams, {{"when_from", "2026-12-15"}, {"when_to", "2026-12-17"}});
  EXPECT_THAT(found_at(v, "IR-32"), IsEmpty());
  meet();
  EXPECT_THAT(found_at(v, "IR-32"),
              ElementsAre(HasSubstr("IR-32 hint SM-1 falls into the examinations CAL-1")));
  u.archive(exams);
  meet();
  EXPECT_THAT(found_at(v, "IR-32"), IsEmpty());
  u.restore(exams);
  meet();
  EXPECT_THAT(found_at(v, "IR-32"), SizeIs(1));
  v.set(seminar, {{"state", "held"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-32"), IsEmpty());
}

TEST_F(SeminarRules, TheHostsOwnExaminationsAreItsOwnAffairAndHolidaysAreNot) {
  const auto own = key_of("calendar_event", "own");
  v.create(own,
           {{"code", "CAL-2"}, {"org", v.org_id()}, {"kind", "exam"}, {"when_from", "2026-12-11"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-32"), IsEmpty());
  v.set(own, {{"kind", "holiday"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-32"), ElementsAre(HasSubstr("SM-1 falls on the holiday CAL-2")));
  move_to("2026-12-12");
  meet();
  EXPECT_THAT(found_at(v, "IR-32"), IsEmpty());
}

TEST_F(SeminarRules, AResolutionThatIsAgreedLeadsToSomething) {
  u.create(outcome,
           {{"code", "OU-1"},
            {"seminar", id_of("seminar", "S")},
            {"kind", "resolution"},
            {"state", "open"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-41"), IsEmpty());
  v.set(outcome, {{"state", "agreed"}});
  meet();
  EXPECT_THAT(
      found_at(v, "IR-41"),
      ElementsAre(HasSubstr("IR-41 hint OU-1 is agreed, but names nothing that came of it")));
  v.create(key_of("problem", "P"), {{"code", "PB-1"}, {"title_zh", "问"}});
  v.set(outcome, {{"becomes", "problem:PB-1"}});
  meet();
  EXPECT_THAT(found_at(v, "IR-41"), IsEmpty());
}

void prepare_seminars(PlanBuilder& plan) {
  test::introduce(plan);
}

/// One act on two seminars, two days of the calendar and two outcomes.
void act_on_seminars(Desk& desk, Choices& choices) {
  constexpr std::array<std::string_view, 2> words{"A", "B"};
  const std::string own{words.at(choices.pick(words.size()))};
  const auto put = [&](std::string_view type, Edits creation, const Edits& edits) {
    creation.emplace_back("code", "X-" + own);
    test::put(desk, choices, key_of(type, own), creation, edits);
  };
  const auto days = [&] {
    const auto from = 1 + choices.pick(3);
    return Edits{{"when_from", fmt::format("2026-12-0{}", from)},
                 {"when_to", fmt::format("2026-12-0{}", from + choices.pick(2))}};
  };
  constexpr std::array<std::string_view, 3> states{"planned", "held", "confirmed"};
  constexpr std::array<std::string_view, 3> kinds{"holiday", "exam", "makeup"};
  const Edits new_seminar{{"title_zh", "会"}, {"host", desk.org_id()}};
  switch (choices.pick(6)) {
    case 0:
      return put("seminar", new_seminar, days());
    case 1:
      return put(
          "seminar", new_seminar, {{"state", std::string{states.at(choices.pick(states.size()))}}});
    case 2:
      return put("calendar_event", {{"org", desk.org_id()}, {"kind", "exam"}}, days());
    case 3:
      return put("calendar_event",
                 {{"org", desk.org_id()}},
                 {{"kind", std::string{kinds.at(choices.pick(kinds.size()))}}});
    case 4:
      return put("outcome",
                 {{"seminar", id_of("seminar", own)}, {"kind", "resolution"}},
                 {{"state", choices.pick(2) == 0 ? "agreed" : "open"}});
    default:
      return put("outcome",
                 {{"seminar", id_of("seminar", own)}, {"state", "agreed"}},
                 {{"kind", choices.pick(2) == 0 ? "resolution" : "consensus"}});
  }
}

TEST(SeminarRulesProperty, WhatWasTouchedGivesTheSameAsEveryRecordAtEverySite) {
  test::find_the_same_everywhere(act_on_seminars, prepare_seminars);
}

}  // namespace
}  // namespace guantong
