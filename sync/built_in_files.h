// The files of record types that this program is built with.
#pragma once

#include <vector>

namespace google::protobuf {
class FileDescriptor;
}  // namespace google::protobuf

namespace guantong {

/// What `Schema::built_in` reads.
std::vector<const google::protobuf::FileDescriptor*> built_in_files();

}  // namespace guantong
