// Replicas as earlier versions of the program have left them.
#pragma once

#include <cstdint>
#include <filesystem>

namespace guantong::test {

/// Makes a workspace's replica one of file version 2, 3 or 4. Version 2 wants just one change that
/// is not sealed.
void make_replica_earlier(const std::filesystem::path& workspace, std::int64_t version);

}  // namespace guantong::test
