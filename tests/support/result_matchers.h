// EXPECT_THAT(open(path), is_ok()), and what it says when it is not.
#pragma once

#include <gmock/gmock.h>

#include "sync/base/error.h"
#include "sync/base/message.h"

namespace guantong::test {

MATCHER(is_ok, "is a value") {
  if (arg.has_value()) return true;
  *result_listener << name_of(arg.error().code) << ": " << in_english(arg.error().message);
  return false;
}

MATCHER_P(fails_with, code, "fails with " + std::string{name_of(code)}) {
  if (arg.has_value()) return false;
  *result_listener << name_of(arg.error().code) << ": " << in_english(arg.error().message);
  return arg.error().code == code;
}

}  // namespace guantong::test
