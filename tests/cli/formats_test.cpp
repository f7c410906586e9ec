// What earlier programs wrote is opened by this one: tests/data/formats has a folder for each
// version of the replica's file, made by its `make`.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/reading.h"
#include "client/sqlite/database.h"
#include "tests/support/result_matchers.h"
#include "tests/support/schools.h"
#include "tests/support/temp_dir.h"

namespace guantong::test {
namespace {

using ::testing::SizeIs;

const std::filesystem::path formats_kept = GUANTONG_SOURCE_DIR "/tests/data/formats";

std::vector<std::string> versions() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator{formats_kept}) {
    if (entry.is_directory()) found.push_back(entry.path().filename().string());
  }
  return found;
}

std::string version_of(const std::filesystem::path& workspace) {
  auto database = Database::open(workspace / "replica.sqlite");
  EXPECT_THAT(database, is_ok());
  auto version = database->prepare("PRAGMA user_version");
  EXPECT_THAT(version, is_ok());
  EXPECT_THAT(version->step(), is_ok());
  return std::to_string(version->int64(0));
}

class Formats : public ::testing::TestWithParam<std::string> {
protected:
  Formats() {
    const auto kept = formats_kept / GetParam();
    const auto unpack = "tar -xzf '" + (kept / "computers.tar.gz").string() + "' -C '" +
                        folder_.path().string() + "'";
    EXPECT_EQ(std::system(unpack.c_str()), 0);
    std::ifstream file{kept / "facts.json"};
    facts = Json::parse(file);
  }

  test::Run at(const std::string& school, const std::vector<std::string>& arguments) const {
    return run_guantong(folder_.path() / school, arguments);
  }

  Json ask(const std::string& school, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "--json");
    const auto ran = at(school, arguments);
    EXPECT_LE(ran.code, 1) << arguments[1] << "\n" << ran.err;
    return ran.json();
  }

  std::string digest(const std::string& school) const {
    return ask(school, {"digest"}).at("digest").get<std::string>();
  }

  std::filesystem::path plan() const { return folder_.path() / "plan.git"; }

  Json facts;

private:
  TempDir folder_;
};

INSTANTIATE_TEST_SUITE_P(Versions, Formats, ::testing::ValuesIn(versions()));

TEST_P(Formats, EverythingThatWasThereIsThere) {
  for (const std::string school : {"bitc", "thuhs"}) {
    const auto status = ask(school, {"status"});
    for (const auto* what : {"admitted", "unsealed", "kept_here", "conflicts", "proposals"})
      EXPECT_EQ(status.at(what), facts.at(school).at(what)) << school << " " << what;
  }
  EXPECT_THAT(ask("thuhs", {"list", "student"}), SizeIs(1));
  at("bitc", {"undo"});
  for (const std::string school : {"bitc", "thuhs"}) {
    EXPECT_EQ(digest(school), facts.at("digest")) << school;
    EXPECT_EQ(at(school, {"verify"}).code, 0) << school;
  }
}

TEST_P(Formats, WorkGoesOnWhereItStopped) {
  for (const std::string school : {"bitc", "thuhs"}) {
    EXPECT_EQ(at(school, {"remote", "add", "again", plan().string()}).code, 0);
  }
  EXPECT_EQ(at("thuhs", {"set", "course:B02015", "credits=6"}).code, 0);
  for (const std::string school : {"bitc", "thuhs", "bitc"})
    EXPECT_LE(at(school, {"sync", "again"}).code, 1) << school;
  EXPECT_EQ(digest("bitc"), digest("thuhs"));
  EXPECT_EQ(ask("thuhs", {"show", "course:B02015"}).at("name_en"), "Database Principles");
}

TEST(FormatOfToday, HasItsFixture) {
  const TempDir folder;
  ASSERT_EQ(run_guantong(folder.path() / "bitc", founding_arguments()).code, 0);
  EXPECT_THAT(versions(), ::testing::Contains(version_of(folder.path() / "bitc")))
      << "make it: tests/data/formats/make build/release/cli/guantong";
}

}  // namespace
}  // namespace guantong::test
