// Reads what a record type and its fields mean from the annotated messages, by reflection. That is
// done when the program is built: see sync/pack_built_in.cpp.
#pragma once

#include <vector>

#include "sync/base/result.h"
#include "sync/schema.h"

namespace google::protobuf {
class FileDescriptor;
}  // namespace google::protobuf

namespace guantong {

/// Reads every annotated message of `files`. Fails with `invalid` when an annotation contradicts
/// itself, naming the type: a number used twice, an unknown target, an order of caution that is
/// not total.
Result<Schema> read_schema(const std::vector<const google::protobuf::FileDescriptor*>& files);

/// The files of record types that this program is built with.
std::vector<const google::protobuf::FileDescriptor*> built_in_files();

}  // namespace guantong
