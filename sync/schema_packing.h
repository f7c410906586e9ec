// A schema as bytes, for the program to begin with: reading the annotations takes longer than most
// commands do.
#pragma once

#include <string>
#include <string_view>

#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {

std::string pack_schema(const Schema& schema);

/// Fails with `corrupt` when these are not the bytes of a schema.
Result<Schema> unpack_schema(std::string_view bytes);

}  // namespace guantong
