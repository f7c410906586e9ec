#include "sync/value.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"
#include "tests/support/result_matchers.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr std::uint32_t text = 1, count = 2, note = 3, tags = 4, light = 5, org = 6, any = 7,
                        group_a = 8, group_b = 9, unknown = 40;

/// Fields of every kind: those above, by number.
const RecordType& sample() {
  static const Schema schema = *schema_from_text(R"(
    enum_type {
      name: 'Light'
      value { name: 'unspecified' number: 0 }
      value { name: 'red' number: 1 options { [guantong.v1.choice] { caution: 1 } } }
    }
    message_type {
      name: 'Sample'
      options { [guantong.v1.record] { number: 900 space: PLAN key: 'text' } }
      field { name: 'text' number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
      field { name: 'count' number: 2 label: LABEL_OPTIONAL type: TYPE_SINT64 }
      field { name: 'note' number: 3 label: LABEL_OPTIONAL type: TYPE_STRING
              options { [guantong.v1.field] { merge: TEXT } } }
      field { name: 'tags' number: 4 label: LABEL_REPEATED type: TYPE_STRING
              options { [guantong.v1.field] { merge: SET } } }
      field { name: 'light' number: 5 label: LABEL_OPTIONAL type: TYPE_ENUM
              type_name: '.guantong.test.Light'
              options { [guantong.v1.field] { merge: STATE } } }
      field { name: 'org' number: 6 label: LABEL_OPTIONAL type: TYPE_BYTES
              options { [guantong.v1.field] { target: 'org' } } }
      field { name: 'any' number: 7 label: LABEL_OPTIONAL type: TYPE_BYTES
              options { [guantong.v1.field] { target: '*' } } }
      field { name: 'a' number: 8 label: LABEL_OPTIONAL type: TYPE_SINT64
              options { [guantong.v1.field] { together: 'group' } } }
      field { name: 'b' number: 9 label: LABEL_OPTIONAL type: TYPE_STRING
              options { [guantong.v1.field] { together: 'group' } } }
    })");
  return *schema.type("sample");
}

const Field& field(std::uint32_t number) {
  return *sample().field(number);
}

std::string tag(std::uint32_t number, std::uint32_t wire_type) {
  std::string out;
  auto key = number << 3U | wire_type;
  for (; key >= 0x80U; key >>= 7U)
    out += static_cast<char>((key & 0x7fU) | 0x80U);
  out += static_cast<char>(key);
  return out;
}
std::string varint_field(std::uint32_t number, const std::string& varint) {
  return tag(number, 0) + varint;
}
/// Content of less than 128 bytes.
std::string bytes_field(std::uint32_t number, const std::string& content) {
  return tag(number, 2) + static_cast<char>(content.size()) + content;
}

Result<FieldValues> read(const std::string& fields, std::vector<std::uint32_t> cleared = {}) {
  Change change;
  change.fields = fields;
  change.cleared = std::move(cleared);
  return read_fields(sample(), change);
}

/// The value of the only slot that is set.
Value only_value(const std::string& fields) {
  const auto values = read(fields);
  EXPECT_THAT(values, is_ok());
  if (!values) return "not read";
  EXPECT_THAT(values->slots, SizeIs(1));
  return values->slots.empty() ? "nothing" : values->slots.begin()->second;
}

TEST(Value, IntegersComeBack) {
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t number : {std::int64_t{0},
                                    std::int64_t{-1},
                                    std::int64_t{63},
                                    std::int64_t{64},
                                    std::int64_t{-65},
                                    Limits::max(),
                                    Limits::min()}) {
    const auto value = integer_value(field(count), number);
    EXPECT_EQ(integer_in(field(count), value), number);
    EXPECT_EQ(only_value(value), value);
  }
  EXPECT_EQ(integer_value(field(count), -1), varint_field(count, "\x01"));
  EXPECT_EQ(integer_value(field(light), 1), varint_field(light, "\x01"));
  EXPECT_EQ(integer_in(field(light), integer_value(field(light), 1)), 1);
}

TEST(Value, AnIntegerTakesTheFewestBytes) {
  EXPECT_EQ(only_value(varint_field(count, "\x82\x80\x80"s + '\0')),
            integer_value(field(count), 1));
  EXPECT_EQ(only_value(varint_field(light, "\x81"s + '\0')), integer_value(field(light), 1));
  // The tag, too.
  EXPECT_EQ(only_value("\x90"s + '\0' + "\x02"), integer_value(field(count), 1));
}

TEST(Value, TextIsComposed) {
  const std::string decomposed = "Ame\xcc\x81lie";
  const std::string composed = "Am\xc3\xa9lie";
  EXPECT_EQ(only_value(bytes_field(text, decomposed)), bytes_field(text, composed));
  EXPECT_EQ(text_value(field(text), decomposed), bytes_field(text, composed));
  EXPECT_EQ(text_in(field(text), text_value(field(text), "王老师")), "王老师");
  const auto values = read(bytes_field(tags, decomposed) + bytes_field(tags, "b"));
  ASSERT_THAT(values, is_ok());
  EXPECT_THAT(
      values->members,
      ElementsAre(Pair(tags, ElementsAre(bytes_field(tags, composed), bytes_field(tags, "b")))));
  EXPECT_THAT(values->slots, IsEmpty());
}

TEST(Value, OnlyALongTextIsMissingWhenItIsEmpty) {
  EXPECT_EQ(only_value(bytes_field(note, "")), Value{});
  EXPECT_EQ(text_value(field(note), ""), Value{});
  EXPECT_EQ(only_value(bytes_field(text, "")), bytes_field(text, ""));
  EXPECT_EQ(text_in(field(text), bytes_field(text, "")), "");
  EXPECT_EQ(text_in(field(text), ""), std::nullopt);
}

TEST(Value, FieldsThatMoveTogetherStandByNumber) {
  const auto a = integer_value(field(group_a), 7);
  const auto b = text_value(field(group_b), "x");
  EXPECT_EQ(only_value(a + b), a + b);
  EXPECT_EQ(only_value(b + a), a + b);
  EXPECT_EQ(only_value(b), b);
  EXPECT_THAT(split_value(sample(), a + b), ElementsAre(Pair(group_a, a), Pair(group_b, b)));
}

TEST(Value, AClearedFieldIsASlotWithoutAValue) {
  const auto values = read("", {note, group_b, unknown});
  ASSERT_THAT(values, is_ok());
  EXPECT_THAT(values->slots, ElementsAre(Pair(note, ""), Pair(group_a, "")));
  EXPECT_TRUE(values->unknown);

  const auto b = text_value(field(group_b), "x");
  const auto half = read(b, {group_a});
  ASSERT_THAT(half, is_ok());
  EXPECT_THAT(half->slots, ElementsAre(Pair(group_a, b)));
  EXPECT_FALSE(half->unknown);

  const auto members = read("", {tags});
  ASSERT_THAT(members, is_ok());
  EXPECT_THAT(members->slots, IsEmpty()) << "A SET loses its members one by one.";
}

TEST(Value, ReferencesComeBack) {
  const auto id = *RecordId::from("0123456789abcdef");
  const RecordKey to_org{1, id};
  EXPECT_EQ(reference_value(field(org), to_org), bytes_field(org, "0123456789abcdef"));
  EXPECT_EQ(reference_in(field(org), reference_value(field(org), to_org)), to_org);
  for (const std::uint32_t type : {1U, 127U, 128U, 70'000U}) {
    const RecordKey key{type, id};
    const auto value = reference_value(field(any), key);
    EXPECT_EQ(reference_value(field(any), text_in(field(any), value).value_or("")), value);
    EXPECT_EQ(reference_in(field(any), value), key);
    EXPECT_EQ(only_value(value), value);
  }
  EXPECT_EQ(reference_in(field(any), ""), std::nullopt);
  EXPECT_EQ(reference_value(field(any), std::string(16, 'x')), std::nullopt);
  EXPECT_EQ(reference_value(field(org), std::string(17, 'x')), std::nullopt);
}

TEST(Value, AReferenceToAnythingIsWrittenInOneWay) {
  const std::string id = "0123456789abcdef";
  EXPECT_EQ(only_value(bytes_field(any, "\x81"s + '\0' + id)), bytes_field(any, '\x01' + id));
  for (const auto& type : {""s, "\0"s, "\x81"s, "\x01\x01"s, "\xff\xff\xff\xff\xff\x01"s})
    EXPECT_THAT(read(bytes_field(any, type + id)), fails_with(Errc::corrupt));
}

TEST(Value, RefusesWhatIsNoValueOfItsField) {
  for (const auto& fields : {
           varint_field(text, "\x01"),                   // No bytes.
           bytes_field(count, "\x01"),                   // No number.
           tag(count, 1) + std::string(8, '\0'),         // A fixed-width number.
           bytes_field(light, "\x01"),                   // No number.
           varint_field(light, "\0"s),                   // "Unspecified".
           varint_field(light, "\x80\x80\x80\x80\x08"),  // Beyond the numbers of an enum.
           bytes_field(text, "a\0b"s),                   // NUL.
           bytes_field(text, "\xc3"),                    // Cut UTF-8.
           bytes_field(text, "\xed\xa0\x80"),            // A surrogate.
           bytes_field(text, "\xc0\x80"),                // Overlong NUL.
           bytes_field(note, "\xff"),                    // No UTF-8.
           bytes_field(tags, "\xff"),                    // No UTF-8.
           bytes_field(org, "0123456789abcde"),          // 15 bytes.
           bytes_field(org, "0123456789abcdefg"),        // 17 bytes.
           bytes_field(text, "a") + bytes_field(text, "b"),
           integer_value(field(count), 1) + integer_value(field(count), 1),
       }) {
    EXPECT_THAT(read(fields), fails_with(Errc::corrupt)) << testing::PrintToString(fields);
  }
}

TEST(Value, RefusesWhatIsNoMessage) {
  for (const auto& fields : {
           "\x08"s,                                                          // A tag alone.
           tag(text, 2) + "\x05"s + "abc",                                   // Cut.
           "\0\x01"s,                                                        // Field 0.
           tag(text, 3),                                                     // A group.
           tag(unknown, 7) + "\x01"s,                                        // No wire type.
           varint_field(count, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),  // 65 bits.
           varint_field(count, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
           tag(unknown, 5) + "abc",
       }) {
    EXPECT_THAT(read(fields), fails_with(Errc::corrupt)) << testing::PrintToString(fields);
  }
}

TEST(Value, PassesOverFieldsOfLaterPrograms) {
  const auto known = text_value(field(text), "a");
  for (const auto& later : {varint_field(unknown, "\x01"),
                            bytes_field(unknown, "\xff"),
                            tag(unknown, 1) + "12345678",
                            tag(unknown, 5) + "1234"}) {
    const auto values = read(later + known + later);
    ASSERT_THAT(values, is_ok());
    EXPECT_TRUE(values->unknown);
    EXPECT_THAT(values->slots, ElementsAre(Pair(text, known)));
  }
}

TEST(Value, ReadingNeverBreaksAndItsResultIsCanonical) {
  for_all(
      [](Choices& choices) {
        static const std::vector<std::string> pieces{text_value(field(text), "ab"),
                                                     text_value(field(note), "e\xcc\x81。"),
                                                     integer_value(field(count), -70),
                                                     bytes_field(any,
                                                                 "\x01"
                                                                 "0123456789abcdef"),
                                                     integer_value(field(group_a), 3),
                                                     text_value(field(group_b), "x"),
                                                     bytes_field(tags, "t"),
                                                     varint_field(unknown, "\x05")};
        std::string fields;
        for (auto left = choices.pick(6); left > 0; --left)
          fields += pieces.at(choices.pick(pieces.size()));
        for (auto left = choices.pick(4); left > 0 && !fields.empty(); --left)
          fields.at(choices.pick(fields.size())) = static_cast<char>(choices.pick(256));
        fields.resize(choices.pick(fields.size() + 1));
        const auto values = read(fields);
        if (!values) return;
        std::string again;
        for (const auto& [slot, value] : values->slots)
          again += value;
        for (const auto& [number, members] : values->members) {
          for (const auto& member : members)
            again += member;
        }
        const auto twice = read(again);
        ASSERT_THAT(twice, is_ok());
        for (const auto& [slot, value] : values->slots) {
          const auto found = twice->slots.find(slot);
          EXPECT_EQ(found == twice->slots.end() ? Value{} : found->second, value);
        }
        EXPECT_EQ(twice->members, values->members);
      },
      5'000);
}

}  // namespace
}  // namespace guantong::test
