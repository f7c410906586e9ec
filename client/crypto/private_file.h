// Files that their owner alone can reach: keys and passphrases.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "client/crypto/guarded_bytes.h"
#include "sync/base/result.h"

namespace guantong {

/// The first `most` bytes of the file, or all of it where it has fewer. Fails with `not_found`,
/// with `denied` when other users can reach it too, with `invalid` when it is no plain file, and
/// with `io`.
Result<GuardedBytes> read_private_file(const std::filesystem::path& path, std::size_t most);

/// Writes a new file with mode 0600; when this returns it is on the disk. Fails with `conflict`
/// when there is one already, and leaves nothing behind when it fails.
Result<void> create_private_file(const std::filesystem::path& path, std::string_view contents);

/// Puts another file in the place of the one at `path`: whenever it is cut off, there is either the
/// old one or the new one, whole. What the old one held may stay on the disk until something is
/// written over it. Nobody else may be replacing the same file.
Result<void> replace_private_file(const std::filesystem::path& path, std::string_view contents);

}  // namespace guantong
