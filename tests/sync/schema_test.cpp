#include "sync/schema.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/oracle.h"
#include "tests/support/result_matchers.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNull;
using testing::NotNull;

/// A file with one record type, of which `options` says more and which has `fields` too.
std::string a_type(const std::string& fields, const std::string& options = "key: 'code'") {
  return "message_type { name: 'SafetyDrill' "
         "options { [guantong.v1.record] { number: 900 space: PLAN " +
         options +
         " } } "
         "field { name: 'code' number: 1 label: LABEL_OPTIONAL type: TYPE_STRING "
         "options { [guantong.v1.field] { decides: OWNER set_once: true } } } " +
         fields + " }";
}

std::string a_field(std::string_view name,
                    int number,
                    std::string_view type,
                    const std::string& options,
                    std::string_view label = "LABEL_OPTIONAL") {
  return "field { name: '" + std::string{name} + "' number: " + std::to_string(number) +
         " label: " + std::string{label} + " " + std::string{type} +
         " options { [guantong.v1.field] { " + options + " } } } ";
}

/// An enum of two values with these places in the order of caution.
std::string signal(int stop, int go) {
  return "enum_type { name: 'Signal' value { name: 'unspecified' number: 0 } "
         "value { name: 'go' number: 1 options { [guantong.v1.choice] { zh: '行' caution: " +
         std::to_string(go) +
         " } } } "
         "value { name: 'halt_' number: 2 "
         "options { [guantong.v1.choice] { word: 'halt' caution: " +
         std::to_string(stop) + " } } } } ";
}

const char* const signal_field = "type: TYPE_ENUM type_name: '.guantong.test.Signal'";

/// What is wrong with the file, in English.
std::string trouble(const std::string& file) {
  const auto schema = schema_from_text(file);
  if (schema) return "nothing";
  EXPECT_THAT(schema, fails_with(Errc::invalid));
  return in_english(schema.error().message);
}

TEST(Schema, ThisProgramsTypesFitTogether) {
  const auto& schema = Schema::built_in();
  EXPECT_GE(schema.types().size(), 10U);
  const auto* org = schema.type("org");
  ASSERT_THAT(org, NotNull());
  EXPECT_EQ(org, schema.type(1));
  EXPECT_TRUE(org->owns_itself);
  EXPECT_EQ(org->decides, Decider::lead);
  EXPECT_THAT(org->identity, ElementsAre(1U));
  for (const auto* type : schema.types()) {
    for (const auto& field : type->fields) {
      EXPECT_EQ(type->field(field.number), &field);
      EXPECT_EQ(type->field(field.name), &field);
      EXPECT_EQ(field.is_reference(), field.target != 0 || field.kind == ValueKind::any_reference);
    }
  }
}

TEST(Schema, TellsATeacherOfEveryFieldWhatToEnterInBothLanguages) {
  for (const auto* type : Schema::built_in().types()) {
    EXPECT_NE(type->label.zh, "") << type->name;
    EXPECT_NE(type->label.en, "") << type->name;
    for (const auto& field : type->fields) {
      const auto name = type->name + "." + field.name;
      EXPECT_NE(field.label.zh, "") << name;
      EXPECT_NE(field.label.en, "") << name;
      EXPECT_NE(field.help.zh, "") << name;
      EXPECT_NE(field.help.en, "") << name;
      EXPECT_NE(field.help.zh, field.label.zh) << name;
      EXPECT_NE(field.help.en, field.label.en) << name;
      for (const auto& choice : field.choices) {
        EXPECT_NE(choice.label.zh, "") << name << " " << choice.word;
        EXPECT_NE(choice.label.en, "") << name << " " << choice.word;
      }
    }
  }
}

TEST(Schema, TakesATypeThatIsAddedAtRunTime) {
  const auto schema = schema_from_text(
      signal(1, 2) +
      a_type(a_field("from_hour", 2, "type: TYPE_SINT32", "together: 'hours' decides: LEAD") +
                 a_field("to_hour", 4, "type: TYPE_SINT32", "together: 'hours' decides: LEAD") +
                 a_field("state_", 5, signal_field, "merge: STATE decides: ANY alias: 'flag'") +
                 a_field("place", 6, "type: TYPE_BYTES", "target: 'org' set_once: true") +
                 a_field("about", 7, "type: TYPE_BYTES", "target: '*'") +
                 a_field("report", 8, "type: TYPE_STRING", "merge: TEXT") +
                 a_field("tags", 3, "type: TYPE_STRING", "merge: SET", "LABEL_REPEATED"),
             "key: 'code' owner: 'place' identity: 'code' decides: ANY"));
  ASSERT_THAT(schema, is_ok());
  const auto* type = schema->type("safety_drill");
  ASSERT_THAT(type, NotNull());
  EXPECT_EQ(type, schema->type(900));
  EXPECT_EQ(type->key, 1U);
  EXPECT_EQ(type->owner, 6U);
  EXPECT_FALSE(type->owns_itself);

  EXPECT_EQ(type->field(4)->slot, 2U);
  EXPECT_THAT(type->fields_of(2), ElementsAre(type->field(2), type->field(4)));
  EXPECT_THAT(type->fields_of(4), testing::IsEmpty());
  EXPECT_EQ(type->decider_of(2), Decider::lead);
  EXPECT_EQ(type->merge_of(2), MergeRule::single);

  const auto* state = type->field("flag");
  ASSERT_THAT(state, NotNull());
  EXPECT_EQ(state->name, "state");
  EXPECT_EQ(state->merge, MergeRule::state);
  ASSERT_THAT(state->choice("halt"), NotNull());
  EXPECT_EQ(state->choice("halt")->number, 2);
  EXPECT_EQ(state->choice("halt")->caution, 1U);
  EXPECT_EQ(state->choice("行"), state->choice(1));
  EXPECT_THAT(state->choice(0), IsNull());

  EXPECT_EQ(type->field(6)->kind, ValueKind::reference);
  EXPECT_EQ(type->field(6)->target, 1U);
  EXPECT_EQ(type->field(7)->kind, ValueKind::any_reference);
  EXPECT_GT(type->field(8)->max_length, type->field(1)->max_length);
  EXPECT_TRUE(type->field(3)->is_set());
  EXPECT_THAT(type->field(9), IsNull());
  EXPECT_THAT(type->field("hour"), IsNull());

  EXPECT_EQ(type->merge_of(life_cycle), MergeRule::state);
  EXPECT_EQ(type->decider_of(life_cycle), Decider::any);
}

TEST(Schema, LevelsDifferWhereMergingDoes) {
  const auto level = [](const std::string& file) {
    const auto schema = schema_from_text(file);
    EXPECT_THAT(schema, is_ok());
    return schema->level();
  };
  const auto field = [](const std::string& options) {
    return a_type(a_field("signal", 2, signal_field, options));
  };
  const auto first = level(signal(1, 2) + field("merge: STATE zh: '信号'"));
  EXPECT_EQ(first, level(signal(1, 2) + field("merge: STATE help_en: 'Look up.'")));
  EXPECT_NE(first, level(signal(2, 1) + field("merge: STATE")));
  EXPECT_NE(first, level(signal(1, 2) + field("merge: STATE decides: ANY")));
  EXPECT_NE(first, level(signal(1, 2) + field("")));
  EXPECT_NE(first, Schema::built_in().level());
}

TEST(Schema, RefusesAnOrderOfCautionThatIsNotTotal) {
  const auto field = a_type(a_field("signal", 2, signal_field, "merge: STATE"));
  EXPECT_EQ(trouble(signal(1, 2) + field), "nothing");
  EXPECT_THAT(trouble(signal(1, 1) + field), HasSubstr("order of caution is not total"));
  EXPECT_THAT(trouble(signal(1, 3) + field), HasSubstr("order of caution is not total"));
  EXPECT_THAT(trouble(signal(0, 1) + field), HasSubstr("order of caution is not total"));
  EXPECT_THAT(trouble(a_type(a_field("signal", 2, "type: TYPE_STRING", "merge: STATE"))),
              HasSubstr("order of caution is not total"));
}

TEST(Schema, RefusesANumberOrANameThatIsTaken) {
  const auto other = [](const std::string& name, int number) {
    return "message_type { name: '" + name +
           "' options { [guantong.v1.record] { number: " + std::to_string(number) +
           " space: PLAN key: 'code' } } field { name: 'code' number: 1 label: LABEL_OPTIONAL "
           "type: TYPE_STRING } } ";
  };
  EXPECT_EQ(trouble(a_type("") + other("Other", 901)), "nothing");
  EXPECT_THAT(trouble(a_type("") + other("Other", 900)), HasSubstr("is taken"));
  EXPECT_THAT(trouble(a_type("") + other("Org", 901)), HasSubstr("is taken"));
  EXPECT_THAT(trouble(a_type("") + other("Other", 1)), HasSubstr("is taken"));
  EXPECT_THAT(trouble(a_type("") + other("Other", 0)), HasSubstr("is taken"));
}

TEST(Schema, RefusesAnIdentityOrAnOwnerThatCanChange) {
  const auto name = a_field("name", 2, "type: TYPE_STRING", "");
  const auto place = a_field("place", 2, "type: TYPE_BYTES", "target: 'org'");
  EXPECT_THAT(trouble(a_type(name, "identity: 'code' identity: 'name'")),
              HasSubstr("part of the identity but not set once"));
  EXPECT_THAT(trouble(a_type(place, "key: 'code' owner: 'place'")),
              HasSubstr("names the owner but is not set once"));
  EXPECT_THAT(trouble(a_type("", "")), HasSubstr("neither a key nor an identity"));
  EXPECT_THAT(trouble(a_type("", "key: 'kode'")), HasSubstr("no field kode"));
}

TEST(Schema, RefusesAnOwnerThatIsNowhereToBeFound) {
  const auto place = a_field("place", 2, "type: TYPE_BYTES", "target: 'org' set_once: true");
  const auto owned = [&](const std::string& by) {
    return trouble(a_type(place, "key: 'code' owner: 'place' owner_from: '" + by + "'"));
  };
  for (const auto* by : {"place", "place.name_zh", "place.nothing", "code.place", "nothing.code"})
    EXPECT_THAT(owned(by), HasSubstr("cannot find its owner by ")) << by;
  EXPECT_THAT(trouble(a_type("", "key: 'code' owner_from: 'code.code'")),
              HasSubstr("cannot find its owner by "));
}

TEST(Schema, KnowsWhichColumnsOfOtherFilesATypeTakes) {
  const auto maker = a_field("maker", 2, "type: TYPE_BYTES", "target: 'org'");
  const auto schema = schema_from_text(a_type(
      maker, "key: 'code' column { file: 'drills' heading: 'h' row: 'maker' value: 'code' }"));
  ASSERT_THAT(schema, is_ok());
  EXPECT_THAT(schema->type("safety_drill")->side_columns,
              ElementsAre(SideColumn{"drills", "h", 2, 1, ""}));
  EXPECT_THAT(trouble(a_type(maker, "key: 'code' column { row: 'maker' value: 'kode' }")),
              HasSubstr("no field kode"));
}

TEST(Schema, RefusesMoreFieldsThanANumberHasBits) {
  std::string fields;
  for (std::size_t number = 2; number <= fields_most; ++number)
    fields += a_field(
        "field_" + std::to_string(number), static_cast<int>(number), "type: TYPE_STRING", "");
  EXPECT_EQ(trouble(a_type(fields)), "nothing");
  EXPECT_THAT(trouble(a_type(fields + a_field("one_more", 900, "type: TYPE_STRING", ""))),
              HasSubstr("more than 63 fields"));
}

TEST(Schema, RefusesFieldsThatMergeInNoWay) {
  EXPECT_THAT(trouble(a_type(a_field("a", 2, "type: TYPE_STRING", "together: 'x' decides: ANY") +
                             a_field("b", 3, "type: TYPE_STRING", "together: 'x' decides: LEAD"))),
              HasSubstr("registers of one decider"));
  EXPECT_THAT(trouble(a_type(a_field("a", 2, "type: TYPE_STRING", "together: 'x'") +
                             a_field("b", 3, "type: TYPE_STRING", "together: 'x' merge: TEXT"))),
              HasSubstr("registers of one decider"));
  EXPECT_THAT(trouble(a_type(a_field("a", 2, "type: TYPE_STRING", "merge: SET"))),
              HasSubstr("repeated but no SET"));
  EXPECT_THAT(trouble(a_type(a_field("a", 2, "type: TYPE_STRING", "", "LABEL_REPEATED"))),
              HasSubstr("repeated but no SET"));
}

TEST(Schema, RefusesFieldsOfUnknownKindsAndTargets) {
  for (const auto* type : {"type: TYPE_DOUBLE", "type: TYPE_INT32", "type: TYPE_BYTES"})
    EXPECT_THAT(trouble(a_type(a_field("a", 2, type, ""))), HasSubstr("no record may hold"));
  EXPECT_THAT(trouble(a_type(a_field("a", 2, "type: TYPE_BYTES", "target: 'nobody'"))),
              HasSubstr("refers to an unknown type"));
}

TEST(Schema, TheTestsOwnTypesHaveEveryRule) {
  for (const auto writes : {Decides::any, Decides::owner, Decides::lead, Decides::joint}) {
    EXPECT_EQ(type_for(writes, false).fields.size(), 20U);
    EXPECT_EQ(type_for(writes, true).owner, owner_slot);
    EXPECT_EQ(type_for(writes, true).field(owner_slot)->target, 1U);
  }
}

}  // namespace
}  // namespace guantong::test
