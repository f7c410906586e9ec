// A workspace's config.toml: who works here, and what a person may want to change by hand.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

struct RemoteConfig {
  std::string url;
};

struct Person {
  std::string name, email;
  PersonId id;
};

struct Config {
  ConsortiumId consortium;
  std::string site, site_name, site_kind;
  std::vector<Person> people;  ///< Whose computer it is first, then who else works on it.
  std::size_t working = 0;     ///< The place of who works on it now.
  DeviceId device;             ///< The digest of the first key that it had.
  bool recovery = false;       ///< Whether that is the consortium's recovery key.
  std::map<std::string, RemoteConfig> remotes;  ///< By name.

  const Person& now() const { return people.at(working); }
  /// The person to note with a change; nothing where the computer has one person alone.
  std::optional<PersonId> writer() const;
  /// The one with that id; who works now where there is none.
  const Person& person(const std::optional<PersonId>& id) const;

  /// Fails with `not_found` when there is none, `corrupt` naming the entry that is wrong.
  static Result<Config> load(const std::filesystem::path& path);
  /// Replaces the file in one step: it is the old one or the new one, whatever happens.
  Result<void> save(const std::filesystem::path& path) const;
};

/// A remote's address as it is kept: a path is made absolute, so that it means the same from any
/// folder.
std::string remote_address(const std::string& typed);

/// Writes a whole file so that it is the old one or the new one after a crash, and on the disk when
/// this returns.
Result<void> replace_file(const std::filesystem::path& path, const std::string& content);

/// Reads a whole file. Fails with `not_found` or `io`.
Result<std::string> read_file(const std::filesystem::path& path);

}  // namespace guantong
