#include "client/file_syncing.h"

#include <filesystem>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::StrEq;

class FileSyncing : public testing::Test {
protected:
  std::filesystem::path folder(const std::filesystem::path& name) const {
    std::filesystem::create_directories(dir.path() / name);
    return dir.path() / name;
  }
  test::TempDir dir;
};

TEST_F(FileSyncing, D70AServiceIsToldByTheNameOfAFolderAbove) {
  EXPECT_THAT(file_syncing_service(folder("Dropbox/school/guantong")), Optional(StrEq("Dropbox")));
  EXPECT_THAT(file_syncing_service(folder("OneDrive - BITC/guantong")),
              Optional(StrEq("OneDrive")));
  EXPECT_THAT(file_syncing_service(folder("我的坚果云/贯通")), Optional(StrEq("坚果云")));
}

TEST_F(FileSyncing, D70AServiceIsToldByWhatItLeavesInTheFolderItLooksAfter) {
  const auto workspace = folder("work/guantong");
  EXPECT_EQ(file_syncing_service(workspace), std::nullopt);
  std::filesystem::create_directory(dir.path() / "work" / ".stfolder");
  EXPECT_THAT(file_syncing_service(workspace), Optional(StrEq("Syncthing")));
}

TEST_F(FileSyncing, AFolderThatIsNotThereYetIsToldByThoseAboveIt) {
  EXPECT_THAT(file_syncing_service(folder("Nextcloud") / "new" / "guantong"),
              Optional(StrEq("Nextcloud")));
}

TEST_F(FileSyncing, D70CopiesOfWhatTwoComputersWroteAreFound) {
  const auto workspace = folder("guantong");
  EXPECT_THAT(conflicted_copies(workspace), IsEmpty());
  for (const auto* name : {"replica.sqlite",
                           "config.sync-conflict-20270301-101010.toml",
                           "replica (单示一的冲突副本).sqlite",
                           "replica (conflicted copy 2027-03-01).sqlite"})
    std::ofstream{workspace / name} << "x";
  EXPECT_THAT(conflicted_copies(workspace),
              ElementsAre("config.sync-conflict-20270301-101010.toml",
                          "replica (conflicted copy 2027-03-01).sqlite",
                          "replica (单示一的冲突副本).sqlite"));
}

}  // namespace
}  // namespace guantong
