// A workspace whose key is locked by a passphrase.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/crypto/key_cache.h"
#include "client/crypto/key_file.h"
#include "client/git/repository.h"
#include "tests/support/result_matchers.h"
#include "tests/support/schools.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::is_ok;
using testing::HasSubstr;

class LockedWorkspace : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(must(test::founding_arguments()), 0);
    ASSERT_THAT(create_bare(dir_.path() / "plan.git"), is_ok());
    ASSERT_EQ(must({"remote", "add", "origin", (dir_.path() / "plan.git").string()}), 0);
    ASSERT_EQ(must({"sync"}), 0);
    name_passphrase("correct horse\n");
    ASSERT_EQ(must({"passphrase"}), 0);
    forget_passphrase();
  }
  void TearDown() override { forget_passphrase(); }

  std::filesystem::path workspace() const { return dir_.path() / "bitc"; }
  std::filesystem::path key_path() const { return workspace() / "keys" / "device.key"; }

  void name_passphrase(const std::string& text) {
    const auto path = dir_.path() / "passphrase";
    std::ofstream{path} << text;
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    setenv("GUANTONG_PASSPHRASE_FILE", path.c_str(), 1);
  }

  /// As after a quarter of an hour, with nobody there.
  void forget_passphrase() {
    unsetenv("GUANTONG_PASSPHRASE_FILE");
    if (const auto file = KeyFile::read(key_path())) KeyCache{}.forget(file->public_key());
  }

  int must(const std::vector<std::string>& arguments) {
    const auto run = test::run_guantong(workspace(), arguments);
    EXPECT_LE(run.code, 1) << arguments.front() << "\n" << run.out << run.err;
    return run.code;
  }

  /// Where no terminal is, whatever the tests were started at.
  test::Run unattended(const std::vector<std::string>& arguments) {
    const auto output = dir_.path() / "output";
    const auto child = fork();
    if (child == 0) {
      setsid();
      const auto run = test::run_guantong(workspace(), arguments);
      std::ofstream{output} << run.out << run.err;
      _exit(run.code);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    std::ifstream written{output};
    return {WEXITSTATUS(status), {std::istreambuf_iterator<char>{written}, {}}, ""};
  }

  int unsealed() {
    return test::run_guantong(workspace(), {"--json", "status"}).json().value("unsealed", -1);
  }

  test::TempDir dir_;
};

TEST_F(LockedWorkspace, IsReadAndEditedWithoutThePassphrase) {
  EXPECT_EQ(unattended({"set", "org:BITC", "name_zh=北信职院"}).code, 0);
  EXPECT_THAT(unattended({"show", "org:BITC"}).out, HasSubstr("北信职院"));
  EXPECT_EQ(unattended({"undo"}).code, 0);
}

TEST_F(LockedWorkspace, SealsNothingWithoutThePassphraseAndSaysWhatToDo) {
  ASSERT_EQ(must({"set", "org:BITC", "name_zh=北信职院"}), 0);
  const auto refused = unattended({"sync"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.out, HasSubstr("GUANTONG_PASSPHRASE_FILE"));
  EXPECT_EQ(unsealed(), 1);
  EXPECT_EQ(unattended({"undo"}).code, 0) << "nothing may have been reserved for sealing";
  EXPECT_EQ(unsealed(), 0);
}

TEST_F(LockedWorkspace, SyncsWithThePassphraseFromAFile) {
  ASSERT_EQ(must({"set", "org:BITC", "name_zh=北信职院"}), 0);
  name_passphrase("wrong horse\n");
  EXPECT_THAT(unattended({"sync"}).out, HasSubstr("not the passphrase"));
  EXPECT_EQ(unsealed(), 1);
  name_passphrase("correct horse\n");
  EXPECT_LE(unattended({"sync"}).code, 1);
  EXPECT_EQ(unsealed(), 0);
}

TEST_F(LockedWorkspace, SyncsWithoutThePassphraseWhileThereIsNothingToSign) {
  EXPECT_LE(unattended({"sync"}).code, 1);
}

TEST_F(LockedWorkspace, LosesItsPassphraseOnlyToWhoKnowsIt) {
  EXPECT_EQ(unattended({"passphrase", "--remove"}).code, 2);
  name_passphrase("wrong horse\n");
  EXPECT_EQ(unattended({"passphrase", "--remove"}).code, 2);
  EXPECT_TRUE(KeyFile::read(key_path())->is_locked());
  name_passphrase("correct horse\n");
  EXPECT_EQ(must({"passphrase", "--remove"}), 0);
  EXPECT_FALSE(KeyFile::read(key_path())->is_locked());
  forget_passphrase();
  ASSERT_EQ(must({"set", "org:BITC", "name_zh=北信职院"}), 0);
  EXPECT_LE(unattended({"sync"}).code, 1);
}

TEST_F(LockedWorkspace, TakesUpAnotherKeyUnderTheSamePassphrase) {
  const auto before = KeyFile::read(key_path())->public_key();
  EXPECT_EQ(unattended({"rotate"}).code, 2);
  name_passphrase("wrong horse\n");
  EXPECT_EQ(unattended({"rotate"}).code, 2);
  EXPECT_EQ(KeyFile::read(key_path())->public_key(), before);
  name_passphrase("correct horse\n");
  EXPECT_EQ(must({"rotate"}), 0);
  const auto after = KeyFile::read(key_path());
  EXPECT_NE(after->public_key(), before);
  EXPECT_TRUE(after->is_locked());
  forget_passphrase();
  ASSERT_EQ(must({"set", "org:BITC", "name_zh=北信职院"}), 0);
  EXPECT_EQ(unattended({"sync"}).code, 2);
  name_passphrase("correct horse\n");
  EXPECT_LE(unattended({"sync"}).code, 1);
  EXPECT_EQ(must({"verify"}), 0);
}

}  // namespace
}  // namespace guantong
