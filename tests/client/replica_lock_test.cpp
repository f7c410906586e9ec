// What other processes save while the replica is made anew.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/audit.h"
#include "client/disk_watch.h"
#include "client/editor.h"
#include "client/field_edit.h"
#include "client/membership.h"
#include "client/recovery.h"
#include "client/sqlite/database.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::IsEmpty;

/// Lets something else be done at the moment when a file is about to be put in place.
class Meanwhile final : public DiskWatch {
public:
  Meanwhile(std::filesystem::path file, std::function<Result<void>()> act)
      : file_{std::move(file)}, act_{std::move(act)} {
    watch_disk(this);
  }
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;
  Meanwhile(Meanwhile&&) = delete;
  Meanwhile& operator=(Meanwhile&&) = delete;
  ~Meanwhile() override {
    if (done_.valid()) done_.wait();
    watch_disk(nullptr);
  }

  DiskFate before(DiskAct act, std::string_view path) override {
    if (act == DiskAct::file && path == file_.native() && !begun_.exchange(true)) {
      done_ = std::async(std::launch::async, act_);
      // Long enough, unless it is made to wait.
      done_.wait_for(std::chrono::seconds{2});
    }
    return DiskFate::done;
  }
  bool notes_writes() const override { return false; }
  void note_write(std::string_view /*path*/,
                  std::uint64_t /*offset*/,
                  std::string_view /*old*/,
                  std::string_view /*fresh*/) override {}
  void note_flush(std::string_view /*path*/) override {}

  Result<void> ended() { return begun_ ? done_.get() : fail(Errc::invalid, "never begun"); }

private:
  std::filesystem::path file_;
  std::function<Result<void>()> act_;
  std::atomic<bool> begun_{false};
  std::future<Result<void>> done_;
};

class ReplicaMadeAnew : public testing::Test {
protected:
  static Result<void> add_course(Workspace& workspace, const std::string& code) {
    auto session = TRY(Session::begin(workspace.store()));
    Editor editor{workspace, *session};
    const auto fields = TRY(parse_field_edits({"code=" + code, "name_zh=数据库原理"}));
    TRY(editor.add(*workspace.schema().type("course"), fields, ""));
    return session->commit();
  }
  /// As another process would.
  Result<void> add_course_elsewhere(const std::string& code) const {
    auto there = TRY(Workspace::open(here.root()));
    return add_course(there, code);
  }
  void expect_course(const std::string& code) {
    auto session = Session::begin(here.store());
    ASSERT_THAT(session, is_ok());
    Editor editor{here, **session};
    EXPECT_THAT(editor.reading().find("course:" + code), is_ok());
  }
  std::size_t waiting_courses() {
    const auto stream = here.store().intern_stream(here.device(), Space::plan);
    const auto waiting = here.store().pending(*stream);
    EXPECT_THAT(waiting, is_ok());
    std::set<RecordNo> courses;
    for (const auto& [dot, change] : *waiting) {
      const auto key = here.store().record_key(change.record);
      if (key && key->type == here.schema().type("course")->number) courses.insert(change.record);
    }
    return courses.size();
  }

  test::TempDir folder;
  const Founder founder{"贯通示范联合体",
                        "bitc",
                        "北京信息职业技术学院",
                        "vocational",
                        "单示一",
                        "b01@example.invalid"};
  Workspace here = *found(folder.path() / "bitc", founder);
};

TEST_F(ReplicaMadeAnew, HasWhatWasSavedWhileItTookItsPlace) {
  ASSERT_THAT(add_course(here, "B02015"), is_ok());
  Meanwhile edit{here.replica_path(), [&] { return add_course_elsewhere("B02016"); }};
  ASSERT_THAT(rebuild(here, {}), is_ok());
  ASSERT_THAT(edit.ended(), is_ok());
  expect_course("B02015");
  expect_course("B02016");
  const auto verified = verify(here, {});
  ASSERT_THAT(verified, is_ok());
  EXPECT_THAT(verified->flaws, IsEmpty());
}

TEST_F(ReplicaMadeAnew, HasWhatWasSavedWhileARecoveryPutItInPlace) {
  ASSERT_THAT(add_course(here, "B02015"), is_ok());
  Meanwhile edit{here.replica_path(), [&] { return add_course_elsewhere("B02016"); }};
  ASSERT_THAT(recover(here, {.anyway = true, .progress = {}}), is_ok());
  ASSERT_THAT(edit.ended(), is_ok());
  // Nobody has admitted the new device yet: its edits wait.
  here = *Workspace::open(here.root());
  EXPECT_EQ(waiting_courses(), 2U);
}

TEST_F(ReplicaMadeAnew, WaitsForWhoHasTheOldOneOpen) {
  {
    auto there = Workspace::open(here.root());
    ASSERT_THAT(there, is_ok());
    EXPECT_THAT(rebuild(here, {}), fails_with(Errc::busy));
    ASSERT_THAT(add_course(*there, "B02016"), is_ok());
  }
  expect_course("B02016");
  ASSERT_THAT(rebuild(here, {}), is_ok());
  expect_course("B02016");
}

TEST_F(ReplicaMadeAnew, WaitsForAnotherProgramThatReadsTheOldOne) {
  ASSERT_THAT(add_course(here, "B02016"), is_ok());
  {
    auto other = Database::open(here.replica_path());
    ASSERT_THAT(other, is_ok());
    ASSERT_THAT(other->run("BEGIN; SELECT count(*) FROM meta"), is_ok());
    EXPECT_THAT(rebuild(here, {}), fails_with(Errc::busy));
  }
  ASSERT_THAT(here.reopen(), is_ok());
  ASSERT_THAT(rebuild(here, {}), is_ok());
  expect_course("B02016");
}

TEST_F(ReplicaMadeAnew, IsUsedThoughARecoveryThatWasEndedLeftALockInTheHistory) {
  const auto root = folder.path() / "second";
  const auto left = [&] {
    auto there = found(root, founder);
    EXPECT_THAT(plan_digest(*there, Space::plan), is_ok());
    const auto branch = there->history().branches()->front();
    std::ofstream{root / "recovering"} << to_hex(there->device().raw()) << '\n'
                                       << branch.name << ' ' << to_hex(branch.commit.raw()) << '\n';
    auto lock = there->history_path() / "refs" / "heads" / (branch.name + ".lock");
    std::ofstream{lock} << "half";
    return lock;
  }();
  EXPECT_THAT(Workspace::open(root), is_ok());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_FALSE(std::filesystem::exists(root / "recovering"));
}

}  // namespace
}  // namespace guantong
