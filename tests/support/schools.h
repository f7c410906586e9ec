// Three schools, each with a workspace of its own, and a Git repository between them; driven
// through run(), as a person would through the command line.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "client/reading.h"
#include "tests/support/temp_dir.h"

namespace guantong::test {

struct Run {
  int code = 0;
  std::string out, err;

  /// The document on stdout; a null one where there is none.
  Json json() const { return Json::parse(out, nullptr, false); }
};

/// What founds the consortium at the lead's school, bitc.
std::vector<std::string> founding_arguments();

/// Runs the program in `workspace`, in English.
Run run_guantong(const std::filesystem::path& workspace, const std::vector<std::string>& arguments);

/// A course of bstu's, of 3 credits.
inline const std::string bstu_course = "course:C03009";

/// Founds bitc (the lead) in an empty folder, admits thuhs and bstu as coordinators, imports the
/// demonstration data at bitc, and syncs: all three hold the same plan.
void make_schools(const std::filesystem::path& folder);

/// Puts a remote beside the founded "bitc" in `folder`, and admits thuhs and bstu there.
void join_schools(const std::filesystem::path& folder);

/// A further computer of a site, admitted and synced.
void add_computer_in(const std::filesystem::path& folder,
                     std::string_view school,
                     std::string_view site,
                     std::string_view level);

/// One after the other.
void sync_in(const std::filesystem::path& folder, const std::vector<std::string_view>& computers);

/// Lets a school accept every duty that is offered to it.
void accept_duties_in(const std::filesystem::path& workspace, const std::string& school);

class Schools {
public:
  /// As `make_schools` leaves them: copied from the folder that GUANTONG_TEST_SCHOOLS names, else
  /// made once in this process, and copied.
  Schools();
  /// As they are in the folder `made`, copied.
  explicit Schools(const std::filesystem::path& made);
  /// The same schools, in the same state, in folders of their own.
  Schools(const Schools& other);
  Schools& operator=(const Schools&) = delete;
  Schools(Schools&&) = delete;
  Schools& operator=(Schools&&) = delete;
  ~Schools() = default;

  std::filesystem::path workspace(std::string_view school) const { return folder_.path() / school; }
  std::filesystem::path remote() const { return folder_.path() / "plan.git"; }

  Run at(std::string_view school, const std::vector<std::string>& arguments) const;
  /// The same with --json, as a document.
  Json ask(std::string_view school, std::vector<std::string> arguments) const;
  /// Runs a command that must succeed (exit code 0 or 1); a failure of the test otherwise.
  void act(std::string_view school, const std::vector<std::string>& arguments) const;

  /// A further computer of a site, admitted and synced.
  void add_computer(std::string_view school,
                    std::string_view site,
                    std::string_view level = "coordinator") const;

  /// What somebody who asks to be admitted is given: the request's code, and the request as text.
  Json ask_to_join(std::string_view school,
                   std::string_view site,
                   std::string_view person,
                   const std::vector<std::string>& more = {}) const;

  /// Copies a workspace as it is, key included, over what is there: a cloned computer, a backup.
  void copy_computer(std::string_view from, std::string_view to) const;
  /// A further remote, a USB stick, which holds what the first one holds now.
  void add_stick(std::string_view stick, std::initializer_list<std::string_view> schools) const;

  /// The device of a computer, 64 hex digits.
  std::string device(std::string_view school) const;

  /// Imports who does what at bitc, and lets the others accept what is offered to them: for every
  /// duty of the data one site answers, as the data says.
  void agree_on_duties() const;

  void sync(std::initializer_list<std::string_view> schools) const;
  /// Two rounds: what each has reaches everybody.
  void sync_all() const;
  std::string digest(std::string_view school) const;
  /// Expects one digest everywhere.
  void expect_agreement() const;

  std::string consortium() const;

private:
  void copy(const std::filesystem::path& from);

  TempDir folder_;
};

}  // namespace guantong::test
