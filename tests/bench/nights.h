// Many nights of work by many devices, written straight into a Git history as the devices would
// have sealed it: what a million changes takes minutes to make, hundreds of workspaces would take
// hours.
//
// Every device makes its edits on 2,000 teaching materials of 8 fields that anyone may edit, 5 % of
// the edits on 50 hot ones. It knows what all had written until the night before, and nothing of
// what the others write that day: whoever wrote the same field the same day is in conflict, until
// somebody writes it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "client/git/git_history.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/history.h"

namespace guantong::bench {

inline constexpr std::size_t materials = 2'000;
inline constexpr std::size_t hot_materials = 50;
inline constexpr std::size_t edits_a_night = 500;  ///< Of each device.
inline constexpr std::size_t edited_fields = 6;

class Nights {
public:
  /// Founds a consortium of that many sites, a device each, in a workspace at `root`; its founder
  /// has written the materials.
  static Result<Nights> found(const std::filesystem::path& root, std::size_t sites);

  /// One night's work of the first `writers` other devices, as one batch each, signed. The branches
  /// stand under `refs` in `into`.
  Result<void> write(GitHistory& into, const std::string& refs, std::size_t writers);

  /// Writes a night into the workspace's own history and applies it.
  Result<void> pass();

  std::size_t others() const { return authors_.size() - 1; }
  Workspace& workspace() { return *workspace_; }

private:
  struct Author {
    std::unique_ptr<KeySigner> signer;
    DeviceId device;
    std::string site;
    Dot grant;  ///< Its stream is the founder's, 0.
    std::uint32_t number = 0;
    std::uint64_t last_n = 0;
    std::optional<Digest> previous;
    CommitId tip;
  };
  using Place = std::pair<std::size_t, std::size_t>;  ///< A material and one of its fields.
  struct Draft;

  explicit Nights(Workspace workspace)
      : workspace_{std::make_unique<Workspace>(std::move(workspace))} {}
  Result<void> admit_others(std::size_t sites);
  Result<void> write_materials();
  Draft draft(std::size_t writer, const std::vector<CommitId>& tips);
  Result<void> seal(std::size_t writer,
                    const Draft& draft,
                    GitHistory& into,
                    const std::string& refs);

  std::unique_ptr<Workspace> workspace_;
  std::vector<Author> authors_;  // The first is the founder.
  std::vector<RecordKey> keys_;
  std::map<Place, std::vector<Dot>> heads_;  // Streams are places in `authors_`.
  std::mt19937 random_{20261127};
  std::uint64_t time_ms_ = 0;
};

/// Applies what stands under `refs` in the workspace's history, until it is durable, and returns
/// how many changes that were.
Result<std::uint64_t> receive(Workspace& workspace, const std::string& refs);

/// Copies a folder and all that is in it.
Result<void> copy_folder(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace guantong::bench
