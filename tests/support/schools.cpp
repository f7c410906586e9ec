#include "tests/support/schools.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "cli/context.h"
#include "cli/run.h"
#include "client/config.h"
#include "client/git/repository.h"
#include "sync/base/bytes.h"
#include "tests/support/temp_dir.h"

namespace guantong::test {
namespace {

constexpr std::array<std::string_view, 3> everybody{"bitc", "thuhs", "bstu"};

struct Person {
  const char *site, *site_name, *kind, *name;
};
constexpr std::array<Person, 3> people{{{"bitc", "北京信息职业技术学院", "vocational", "单示一"},
                                        {"thuhs", "清华大学附属中学", "highschool", "王示五"},
                                        {"bstu", "北京科技大学（演示）", "university", "翟示六"}}};

const Person& person_of(std::string_view site) {
  return *std::ranges::find(people, site, &Person::site);
}

void must(const Run& run, std::string_view what) {
  ASSERT_TRUE(run.code == 0 || run.code == 1) << what << "\n" << run.out << run.err;
}

void must_run(const std::filesystem::path& workspace, const std::vector<std::string>& arguments) {
  must(run_guantong(workspace, arguments), arguments.front());
}

/// The founding and what most tests need of the demonstration data.
void make_base(const std::filesystem::path& bitc) {
  must_run(bitc, founding_arguments());
  const std::string data = GUANTONG_DATA_DIR "/demo/";
  for (const auto* file : {"orgs",
                           "programme_categories",
                           "stage_templates",
                           "stages",
                           "teachers",
                           "programmes",
                           "teams",
                           "majors",
                           "plans",
                           "plan_sections",
                           "training_goals",
                           "pathways",
                           "promotion_rules",
                           "courses",
                           "course_standards",
                           "duties",
                           "seminars",
                           "seminar_attendance",
                           "problems"})
    must_run(bitc, {"import", "csv", data + file + ".csv"});
  must_run(bitc, {"import", "csv", data + "course_prereqs.csv", "--set", "plan=PLAN-BD-2027"});
}

void admit(const std::filesystem::path& folder,
           std::string_view school,
           std::string_view site,
           std::string_view level) {
  const auto& who = person_of(site);
  const auto config = Config::load(folder / "bitc" / "config.toml");
  ASSERT_TRUE(config);
  const auto joined = run_guantong(folder / school,
                                   {"--json",
                                    "join",
                                    (folder / "plan.git").string(),
                                    "--consortium",
                                    to_hex(config->consortium.raw()),
                                    "--site",
                                    who.site,
                                    "--site-name",
                                    who.site_name,
                                    "--kind",
                                    who.kind,
                                    "--person",
                                    who.name,
                                    "--email",
                                    std::string{school} + "@example.invalid"});
  must(joined, "join");
  must_run(folder / "bitc",
           {"admit", joined.json().value("code", ""), "--role", std::string{level}});
  must_run(folder / "bitc", {"sync"});
  must_run(folder / school, {"sync"});
}

}  // namespace

std::vector<std::string> founding_arguments() {
  const auto& lead = person_of("bitc");
  return {"init",
          "--consortium",
          "贯通示范联合体",
          "--site",
          lead.site,
          "--site-name",
          lead.site_name,
          "--kind",
          lead.kind,
          "--person",
          lead.name,
          "--email",
          "b01@example.invalid"};
}

Run run_guantong(const std::filesystem::path& workspace,
                 const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  Context context{out, err, {}, false, false, 100};
  std::vector<std::string> all{"--workspace", workspace.string(), "--lang", "en"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const int code = run(all, context);
  return {code, out.str(), err.str()};
}

void make_schools(const std::filesystem::path& folder) {
  make_base(folder / "bitc");
  join_schools(folder);
  for (int round = 0; round < 2; ++round)
    sync_in(folder, {everybody.begin(), everybody.end()});
}

void join_schools(const std::filesystem::path& folder) {
  const auto remote = (folder / "plan.git").string();
  ASSERT_TRUE(create_bare(remote));
  must_run(folder / "bitc", {"remote", "add", "origin", remote});
  must_run(folder / "bitc", {"sync"});
  admit(folder, "thuhs", "thuhs", "coordinator");
  admit(folder, "bstu", "bstu", "coordinator");
}

void add_computer_in(const std::filesystem::path& folder,
                     std::string_view school,
                     std::string_view site,
                     std::string_view level) {
  admit(folder, school, site, level);
}

void sync_in(const std::filesystem::path& folder, const std::vector<std::string_view>& computers) {
  for (const auto computer : computers)
    must_run(folder / computer, {"sync"});
}

void accept_duties_in(const std::filesystem::path& workspace, const std::string& school) {
  std::vector<std::string> arguments{"duty", "accept"};
  const auto duties = run_guantong(workspace, {"--json", "duty", "list"}).json();
  for (const auto& duty : duties) {
    for (const auto& act : duty.at("acts")) {
      if (act.value("status", "") == "open" && act.value("to", "") == school)
        arguments.push_back(duty.at("duty"));
    }
  }
  must_run(workspace, arguments);
}

Schools::Schools() {
  if (const auto* made = std::getenv("GUANTONG_TEST_SCHOOLS")) {
    copy(made);
    return;
  }
  static const TempDir base;
  static const bool made = [] {
    make_schools(base.path());
    return true;
  }();
  static_cast<void>(made);
  copy(base.path());
}

Schools::Schools(const std::filesystem::path& made) {
  copy(made);
}

Schools::Schools(const Schools& other) : Schools{other.folder_.path()} {}

void Schools::copy(const std::filesystem::path& from) {
  for (const auto& entry : std::filesystem::directory_iterator{from}) {
    const auto here = folder_.path() / entry.path().filename();
    std::filesystem::copy(entry.path(), here, std::filesystem::copy_options::recursive);
    if (!std::filesystem::exists(here / "config.toml")) continue;  // No computer, but a remote.
    auto config = Config::load(here / "config.toml");
    if (!config) throw std::runtime_error{"the base of the schools was not made"};
    config->remotes["origin"] = {remote().string()};
    EXPECT_TRUE(config->save(here / "config.toml"));
  }
  EXPECT_TRUE(std::filesystem::exists(workspace("bitc"))) << "the schools were not made";
}

Run Schools::at(std::string_view school, const std::vector<std::string>& arguments) const {
  return run_guantong(workspace(school), arguments);
}

Json Schools::ask(std::string_view school, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "--json");
  const auto run = at(school, arguments);
  EXPECT_TRUE(run.code == 0 || run.code == 1) << arguments[1] << "\n" << run.out << run.err;
  return run.json();
}

void Schools::act(std::string_view school, const std::vector<std::string>& arguments) const {
  must(at(school, arguments), arguments.front());
}

void Schools::add_computer(std::string_view school,
                           std::string_view site,
                           std::string_view level) const {
  admit(folder_.path(), school, site, level);
}

Json Schools::ask_to_join(std::string_view school,
                          std::string_view site,
                          std::string_view person,
                          const std::vector<std::string>& more) const {
  std::vector<std::string> arguments{"join",
                                     remote().string(),
                                     "--consortium",
                                     consortium(),
                                     "--site",
                                     std::string{site},
                                     "--person",
                                     std::string{person},
                                     "--email",
                                     std::string{school} + "@example.invalid"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return ask(school, std::move(arguments));
}

void Schools::copy_computer(std::string_view from, std::string_view to) const {
  std::filesystem::remove_all(workspace(to));
  std::filesystem::copy(workspace(from), workspace(to), std::filesystem::copy_options::recursive);
}

void Schools::add_stick(std::string_view stick,
                        std::initializer_list<std::string_view> schools) const {
  const auto path = folder_.path() / (std::string{stick} + ".git");
  std::filesystem::copy(remote(), path, std::filesystem::copy_options::recursive);
  for (const auto school : schools)
    act(school, {"remote", "add", std::string{stick}, path.string()});
}

std::string Schools::device(std::string_view school) const {
  const auto config = Config::load(workspace(school) / "config.toml");
  return config ? to_hex(config->device.raw()) : "";
}

void Schools::agree_on_duties() const {
  act("bitc", {"import", "csv", GUANTONG_DATA_DIR "/demo/duty_assignments.csv"});
  sync_all();
  for (const std::string school : {"thuhs", "bstu"})
    accept_duties_in(workspace(school), school);
  sync_all();
}

void Schools::sync(std::initializer_list<std::string_view> schools) const {
  for (const auto school : schools)
    act(school, {"sync"});
}

void Schools::sync_all() const {
  for (int round = 0; round < 2; ++round) {
    for (const auto school : everybody)
      act(school, {"sync"});
  }
}

std::string Schools::digest(std::string_view school) const {
  return ask(school, {"digest"}).value("digest", "");
}

void Schools::expect_agreement() const {
  EXPECT_NE(digest("bitc"), "");
  EXPECT_EQ(digest("thuhs"), digest("bitc"));
  EXPECT_EQ(digest("bstu"), digest("bitc"));
}

std::string Schools::consortium() const {
  const auto config = Config::load(workspace("bitc") / "config.toml");
  return config ? to_hex(config->consortium.raw()) : "";
}

}  // namespace guantong::test
