// Services that copy a folder's files to other computers, which a workspace must not be left to:
// they know nothing of its database, and make two computers of one device (fault D70).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace guantong {

/// The service that looks after a folder or one above it, as its name or what lies in it tells;
/// nothing where no known one does.
std::optional<std::string> file_syncing_service(const std::filesystem::path& folder);

/// The copies such a service has left in a folder where two computers wrote one file, in order.
std::vector<std::string> conflicted_copies(const std::filesystem::path& folder);

}  // namespace guantong
