// A workspace's config.toml: who works here, and what a person may want to change by hand.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

struct RemoteConfig {
  std::string url;
};

struct Config {
  ConsortiumId consortium;
  std::string site, site_name, site_kind;
  std::string person, email;
  PersonId person_id;
  std::map<std::string, RemoteConfig> remotes;  ///< By name.

  /// Fails with `not_found` when there is none, `corrupt` naming the entry that is wrong.
  static Result<Config> load(const std::filesystem::path& path);
  /// Replaces the file in one step: it is the old one or the new one, whatever happens.
  Result<void> save(const std::filesystem::path& path) const;
};

/// A remote's address as it is kept: a path is made absolute, so that it means the same from any folder.
std::string remote_address(const std::string& typed);

/// Writes a whole file so that it is the old one or the new one after a crash, and on the disk when
/// this returns.
Result<void> replace_file(const std::filesystem::path& path, const std::string& content);

/// Reads a whole file. Fails with `not_found` or `io`.
Result<std::string> read_file(const std::filesystem::path& path);

}  // namespace guantong
