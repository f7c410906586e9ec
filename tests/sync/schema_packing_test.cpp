#include "sync/schema_packing.h"

#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/schema.h"
#include "sync/schema_reader.h"
#include "tests/support/result_matchers.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

TEST(SchemaPacking, TheProgramBeginsWithWhatTheAnnotationsSay) {
  const auto read = read_schema(built_in_files());
  ASSERT_THAT(read, is_ok());
  EXPECT_EQ(pack_schema(Schema::built_in()), pack_schema(*read));
  EXPECT_EQ(Schema::built_in().level(), read->level());
}

TEST(SchemaPacking, WhatIsUnpackedIsWhatWasPacked) {
  const auto bytes = pack_schema(test_schema());
  const auto unpacked = unpack_schema(bytes);
  ASSERT_THAT(unpacked, is_ok());
  EXPECT_EQ(pack_schema(*unpacked), bytes);
  for (const auto* type : test_schema().types()) {
    const auto* other = unpacked->type(type->name);
    ASSERT_NE(other, nullptr) << type->name;
    EXPECT_EQ(other->number, type->number);
    EXPECT_EQ(other->identity, type->identity);
    ASSERT_EQ(other->fields.size(), type->fields.size());
    for (std::size_t i = 0; i < type->fields.size(); ++i) {
      const auto& field = type->fields[i];
      const auto& same = other->fields[i];
      EXPECT_EQ(same.name, field.name);
      EXPECT_EQ(same.merge, field.merge);
      EXPECT_EQ(same.decides, field.decides);
      EXPECT_EQ(same.slot, field.slot);
      EXPECT_EQ(same.min, field.min);
      EXPECT_EQ(same.target, field.target);
      EXPECT_EQ(same.choices.size(), field.choices.size());
      EXPECT_EQ(other->field(field.number), &same) << "its look-ups are its own";
    }
  }
}

TEST(SchemaPacking, CutOffOrWithMoreBehindItIsNoSchema) {
  const auto bytes = pack_schema(test_schema());
  for (std::size_t size = 0; size < bytes.size(); size += 7)
    EXPECT_THAT(unpack_schema(bytes.substr(0, size)), fails_with(Errc::corrupt)) << size;
  EXPECT_THAT(unpack_schema(bytes + "more"), fails_with(Errc::corrupt));
}

}  // namespace
}  // namespace guantong::test
