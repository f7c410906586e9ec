// What people type for a field, and what is kept of it.
#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/reading.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/support/plan_builder.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;

class FieldParsing : public testing::Test {
protected:
  Result<Value> parse(const std::string& text) { return reading.parse(type, name, text); }

  test::PlanBuilder plan{{"v"}};
  Reading reading{plan.desk(0).store()};
  const RecordType& type = *Schema::built_in().type("course");
  const Field& name = *type.field("name_zh");
};

TEST_F(FieldParsing, ATextThatIsTooLongInTheSpellingThatIsKeptIsRefused) {
  const std::string one = "\u0958";  // Two characters in Normalization Form C.
  std::string half;
  for (std::size_t i = 0; i < name.max_length / 2; ++i)
    half += one;
  const auto value = parse(half);
  ASSERT_THAT(value, is_ok());
  const auto shown = reading.shown(name, *value);
  ASSERT_THAT(shown, is_ok());
  EXPECT_EQ(*parse(*shown), *value);
  EXPECT_THAT(parse(half + one), fails_with(Errc::invalid));
}

}  // namespace
}  // namespace guantong
