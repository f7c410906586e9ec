#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "sync/schema.h"
#include "sync/schema_packing.h"

namespace guantong {
namespace {

constexpr auto built_in_bytes = std::to_array<unsigned char>({
#include "built_in_schema.inc"
});

}  // namespace

const Schema& Schema::built_in() {
  static const Schema schema = [] {
    const std::string_view bytes{reinterpret_cast<const char*>(built_in_bytes.data()),
                                 built_in_bytes.size()};
    auto built = unpack_schema(bytes);
    if (!built) std::abort();  // A test reads it; a program that fails it never ships.
    return *std::move(built);
  }();
  return schema;
}

}  // namespace guantong
