// What a later program knows: one field and one record type more.
#pragma once

#include <string_view>

#include "sync/schema.h"

namespace guantong::simulation {

/// A field of courses that everybody may set.
inline constexpr std::string_view later_field = "novelty";
/// A record type, and its field that people name it by.
inline constexpr std::string_view later_type = "invention";
inline constexpr std::string_view later_key = "code";

/// All that this program knows, and those.
const Schema& later_schema();

}  // namespace guantong::simulation
