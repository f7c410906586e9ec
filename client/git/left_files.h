// What a program that was ended has left in the repository that it wrote to.
#pragma once

#include <filesystem>

namespace guantong {

/// Removes locks on references, and what is half of an object or a pack. Only for who alone writes
/// there, but for requests to join, which are fetched at any time: a lock on one of these stays,
/// and half a file for a day.
void remove_left_files(const std::filesystem::path& repository);

}  // namespace guantong
