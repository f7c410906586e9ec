#include "cli/language.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "sync/base/message.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

constexpr const char* catalog = R"(msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

msgid "cannot read {}"
msgstr "无法读取{}"

msgid "{0} has no field {1}"
msgstr "字段{1}不在{0}中"

msgid "{} is wrong"
msgstr "{}和{}都错了"
)";

/// Leaves the environment as a fresh process would have it.
class LanguageTest : public testing::Test {
protected:
  void SetUp() override {
    const auto folder = dir_.path() / "zh_CN" / "LC_MESSAGES";
    std::filesystem::create_directories(folder);
    const auto source = dir_.path() / "zh_CN.po";
    std::ofstream{source} << catalog;
    const std::string command =
        "msgfmt -o '" + (folder / "guantong.mo").string() + "' '" + source.string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    forget_choices();
    setenv("GUANTONG_LOCALE_DIR", dir_.path().c_str(), 1);
  }

  void TearDown() override {
    use_language(Language::en);
    unsetenv("GUANTONG_LOCALE_DIR");
    forget_choices();
  }

  static void forget_choices() {
    for (const auto* name : {"GUANTONG_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"})
      unsetenv(name);
  }

  test::TempDir dir_;
};

TEST_F(LanguageTest, SpeaksEnglishFromTheIdsThemselves) {
  use_language(Language::en);
  EXPECT_EQ(tr("cannot read {}", "a.csv"), "cannot read a.csv");
}

TEST_F(LanguageTest, SpeaksChineseFromTheCatalog) {
  use_language(Language::zh);
  EXPECT_EQ(tr("cannot read {}", "a.csv"), "无法读取a.csv");
}

TEST_F(LanguageTest, PutsArgumentsInTheOrderOfTheLanguage) {
  use_language(Language::zh);
  EXPECT_EQ(tr("{0} has no field {1}", "course", "colour"), "字段colour不在course中");
}

TEST_F(LanguageTest, SwitchesWhileRunning) {
  for (int i = 0; i < 2; ++i) {
    use_language(Language::zh);
    EXPECT_EQ(language(), Language::zh);
    EXPECT_EQ(tr("cannot read {}", 7), "无法读取7");
    use_language(Language::en);
    EXPECT_EQ(language(), Language::en);
    EXPECT_EQ(tr("cannot read {}", 7), "cannot read 7");
  }
}

TEST_F(LanguageTest, SaysInEnglishWhatTheCatalogDoesNotHave) {
  use_language(Language::zh);
  EXPECT_EQ(tr("nobody translated {}", "this"), "nobody translated this");
}

TEST_F(LanguageTest, JoinsCausesWithTheColonOfTheLanguage) {
  Message outer = message("cannot read {}", "a.csv");
  outer.causes.push_back(message("{0} has no field {1}", "course", "colour"));
  use_language(Language::zh);
  EXPECT_EQ(say(outer), "无法读取a.csv：字段colour不在course中");
  use_language(Language::en);
  EXPECT_EQ(say(outer), "cannot read a.csv: course has no field colour");
}

TEST_F(LanguageTest, SaysNothingForAnEmptyMessage) {
  use_language(Language::zh);
  EXPECT_EQ(tr(""), "");
}

TEST_F(LanguageTest, KeepsArgumentsWhenATranslationDoesNotFitThem) {
  use_language(Language::zh);
  EXPECT_EQ(tr("{} is wrong", "this"), "this is wrong");
}

TEST_F(LanguageTest, IsTheFirstThatTheEnvironmentNames) {
  EXPECT_EQ(language_of_environment(), Language::en);
  setenv("LANG", "zh_CN.UTF-8", 1);
  EXPECT_EQ(language_of_environment(), Language::zh);
  setenv("LC_MESSAGES", "en_GB.UTF-8", 1);
  EXPECT_EQ(language_of_environment(), Language::en);
  setenv("LC_ALL", "zh_HK", 1);
  EXPECT_EQ(language_of_environment(), Language::zh);
  setenv("LANGUAGE", "", 1);
  EXPECT_EQ(language_of_environment(), Language::zh);
  setenv("LANGUAGE", "en:zh", 1);
  EXPECT_EQ(language_of_environment(), Language::en);
  setenv("GUANTONG_LANG", "zh", 1);
  EXPECT_EQ(language_of_environment(), Language::zh);
}

}  // namespace
}  // namespace guantong
