#include "tests/fuzz/workshop.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/clock.h"
#include "client/crypto/seeded_chance.h"
#include "client/membership.h"
#include "client/transfer.h"
#include "client/workspace.h"
#include "sync/schema.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/choices.h"
#include "tests/support/temp_dir.h"

namespace guantong::test {
namespace {

constexpr std::uint64_t the_time_ms = 1'795'132'800'000;

const std::filesystem::path& folder() {
  static const TempDir made;
  return made.path();
}

ImportFile file_of_records(std::string_view type, std::string content) {
  return {std::string{type} + ".csv", Schema::built_in().type(type), std::move(content)};
}

/// Nothing here is to last, and waiting for the disk would take most of the time.
void hurry(Workspace& workspace) {
  claim(workspace.store().database().run("PRAGMA synchronous = OFF").has_value(),
        "the replica can be opened");
}

std::filesystem::path kept_replica() {
  return folder() / "kept.sqlite";
}

Workspace found_school() {
  tell_time_by([] { return the_time_ms; });
  const SeededChance chance{1};
  auto founded = found(folder() / "school",
                       {"贯通示范联合体",
                        "bitc",
                        "北京信息职业技术学院",
                        "vocational",
                        "单示一",
                        "b01@example.invalid"});
  claim(founded.has_value(), "a school can be founded");
  const auto imported = import_csv(
      *founded,
      {file_of_records("org", "code,kind,name_zh\nTHUHS,highschool,清华大学附属中学\n"),
       file_of_records("course", "code,name_zh,credits\nA01001,语文,4\nA01002,数学,6\n")},
      {});
  claim(imported.has_value(), "records can be imported");
  founded->close();
  std::filesystem::copy_file(founded->replica_path(), kept_replica());
  claim(founded->reopen().has_value(), "the replica can be opened");
  hurry(*founded);
  return *std::move(founded);
}

}  // namespace

Workspace& school() {
  static auto founded = found_school();
  return founded;
}

void restore_school() {
  auto& workspace = school();
  workspace.close();
  std::filesystem::copy_file(
      kept_replica(), workspace.replica_path(), std::filesystem::copy_options::overwrite_existing);
  for (const auto* beside : {"-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(workspace.replica_path().string() + beside, ignored);
  }
  claim(workspace.reopen().has_value(), "the replica can be opened");
  hurry(workspace);
}

std::filesystem::path file_with(std::string_view content) {
  const auto path = folder() / "file";
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  file << content;
  return path;
}

const RecordType& any_type(Choices& choices) {
  const auto& types = Schema::built_in().types();
  return *types[choices.pick(types.size())];
}

}  // namespace guantong::test
