#include "tests/bench/nightly.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/clock.h"
#include "client/editor.h"
#include "client/git/peer.h"
#include "client/membership.h"
#include "client/receiving.h"
#include "client/sealing.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/history.h"

namespace guantong::test {
namespace {

constexpr std::size_t courses = 2'000;
constexpr std::size_t hot_courses = 50;

std::string course_code(std::size_t number) {
  return fmt::format("B{:05}", number);
}

Result<std::vector<Branch>> offered(Workspace& workspace) {
  std::vector<Branch> branches;
  const std::string prefix = "refs/remotes/other/";
  const auto refs = TRY(workspace.history().repository().refs(prefix));
  for (const auto& ref : refs)
    branches.push_back({ref.name.substr(prefix.size()), ref.target});
  return branches;
}

Result<void> write_courses(Workspace& workspace) {
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto& type = *workspace.schema().type("course");
  for (std::size_t i = 0; i < courses; ++i) {
    const std::vector<FieldEdit> fields{
        {"code", FieldEdit::Kind::set, course_code(i)},
        {"name_zh", FieldEdit::Kind::set, "课程" + std::to_string(i)},
        {"name_en", FieldEdit::Kind::set, "Course " + std::to_string(i)},
        {"credits", FieldEdit::Kind::set, "4"},
        {"hours_theory", FieldEdit::Kind::set, "32"},
        {"hours_practice", FieldEdit::Kind::set, "32"},
        {"practice_weeks", FieldEdit::Kind::set, "2"},
        {"exam_mode", FieldEdit::Kind::set, "exam"}};
    TRY(editor.add(type, fields, ""));
  }
  TRY(session->commit());
  TRY(seal_all(workspace));
  return {};
}

/// Something else for one of the fields of a course.
FieldEdit draw_edit(std::mt19937& random) {
  const auto below = [&random](std::uint32_t most) { return std::to_string(random() % most); };
  switch (random() % 6) {
    case 0:
      return {"name_en", FieldEdit::Kind::set, "Course " + below(100'000)};
    case 1:
      return {"credits", FieldEdit::Kind::set, below(30)};
    case 2:
      return {"hours_theory", FieldEdit::Kind::set, below(1000)};
    case 3:
      return {"hours_practice", FieldEdit::Kind::set, below(1000)};
    case 4:
      return {"practice_weeks", FieldEdit::Kind::set, below(60)};
    default:
      return {"exam_mode", FieldEdit::Kind::set, random() % 2 == 0 ? "check" : "defence"};
  }
}

Result<void> write_edits(Workspace& workspace, std::uint32_t seed, std::size_t edits_a_batch) {
  std::mt19937 random{seed};
  for (std::size_t done = 0; done < night_edits; done += edits_a_batch) {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    for (std::size_t i = 0; i < edits_a_batch; ++i) {
      const bool hot = random() % 20 == 0;
      const auto record = TRY(
          editor.reading().find("course:" + course_code(random() % (hot ? hot_courses : courses))));
      TRY(editor.set(record, {draw_edit(random)}, ""));
    }
    TRY(session->commit());
    TRY(seal_all(workspace));
  }
  return {};
}

}  // namespace

Took Stopwatch::took() const {
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_;
  return {wall.count(), static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::string site_name(std::size_t number) {
  return fmt::format("s{:02}", number);
}

Result<Workspace> ask_to_join(const std::filesystem::path& folder,
                              const Workspace& founder,
                              std::size_t number) {
  return join(folder,
              "",
              founder.config().consortium,
              {"", site_name(number), "Site", "university", "Teacher", "t@site.invalid"});
}

Result<Sites> make_sites(const std::filesystem::path& folder, std::size_t count) {
  Sites sites;
  auto lead = TRY(found(folder / site_name(0),
                        {"bench", site_name(0), "Lead", "vocational", "Lead", "l@site.invalid"}));
  sites.push_back(std::make_unique<Workspace>(std::move(lead)));
  auto& first = *sites.front();
  for (std::size_t i = 1; i < count; ++i) {
    auto joined = TRY(ask_to_join(folder / site_name(i), first, i));
    const auto request = TRY(own_request(joined));
    TRY(admit(first, request, Level::coordinator));
    sites.push_back(std::make_unique<Workspace>(std::move(joined)));
  }
  TRY(write_courses(first));
  for (std::size_t i = 1; i < count; ++i) {
    TRY(copy_branches(first, *sites[i]));
    TRY(receive(*sites[i]));
  }
  return sites;
}

Result<void> copy_branches(Workspace& from, Workspace& to) {
  const auto path = (from.root() / "history.git").string();
  Peer peer{to.history().repository(), path};
  return peer.fetch({"+refs/heads/plan/*:refs/remotes/other/plan/*"});
}

Result<Received> receive(Workspace& workspace) {
  const auto branches = TRY(offered(workspace));
  auto session = TRY(Session::begin(workspace.store()));
  auto received = TRY(guantong::receive(workspace, *session, branches, now_ms()));
  TRY(session->commit());
  return received;
}

Result<void> write_night(const Sites& sites, std::size_t edits_a_batch) {
  for (std::size_t i = 1; i < sites.size(); ++i) {
    TRY(write_edits(*sites[i], static_cast<std::uint32_t>(i), edits_a_batch));
    TRY(copy_branches(*sites[i], *sites.front()));
    fmt::print(stderr, "\rsite {} of {} has written", i, sites.size() - 1);
  }
  return {};
}

Result<Workspace> fresh_copy(const std::filesystem::path& full,
                             const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::copy(full, folder, std::filesystem::copy_options::recursive, error);
  if (error) return fail(Errc::io, "cannot copy {}: {}", full.string(), error.message());
  return Workspace::open(folder);
}

}  // namespace guantong::test
