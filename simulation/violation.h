// A property that does not hold: what the simulator looks for.
#pragma once

#include <string_view>

#include "sync/base/error.h"
#include "sync/base/message.h"

namespace guantong::simulation {

/// How many properties are checked; docs/testing.md lists them.
inline constexpr int properties = 9;

/// The error that ends a simulation: property `number` does not hold, and how that shows.
template <class... Arguments>
Error broken(int number, std::string_view how, const Arguments&... arguments) {
  Error error = fail(Errc::corrupt, "property {} does not hold", number);
  error.message.causes.push_back(message(how, arguments...));
  return error;
}

}  // namespace guantong::simulation
