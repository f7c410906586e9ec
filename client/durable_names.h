// Names of files that the power's failing does not take back.
#pragma once

#include <filesystem>
#include <system_error>

namespace guantong {

/// Has on the disk what names were given and taken away in `folder`; an empty one is where the
/// program works.
std::error_code flush_folder(const std::filesystem::path& folder);

/// Gives what is called `from` the name `to`, in place of what has that name, and has it on the
/// disk. Both lie in one folder.
std::error_code rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace guantong
