// One school that has imported all of the demonstration data, and three that share it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "client/reading.h"
#include "tests/support/schools.h"
#include "tests/support/temp_dir.h"

namespace guantong::test {

/// Founds bitc in `workspace`, and imports the demonstration data there as people would.
void make_programme(const std::filesystem::path& workspace);

class Programme {
public:
  /// As `make_programme` leaves it: copied from beside the folder that GUANTONG_TEST_SCHOOLS names,
  /// else made.
  Programme();

  Run run(const std::vector<std::string>& arguments) const;
  /// The same with --json, as a document.
  Json ask(std::vector<std::string> arguments) const;
  /// Runs a command that must succeed (exit code 0 or 1).
  void act(const std::vector<std::string>& arguments) const;

  std::filesystem::path workspace() const { return folder_.path() / "bitc"; }

private:
  TempDir folder_;
};

/// Lets thuhs, bstu and a second computer of bitc and of bstu join what `make_programme` has made
/// in `programme`, take on their duties, and do what the scenarios begin with; all in `folder`.
void make_whole_schools(const std::filesystem::path& folder,
                        const std::filesystem::path& programme);

/// Where `make_whole_schools` has worked: beside the folder that GUANTONG_TEST_SCHOOLS names, else
/// once in this process.
std::filesystem::path whole_schools();

/// Where it works for the tests that begin with the schools in `schools`.
std::filesystem::path whole_schools_beside(const std::filesystem::path& schools);

/// Where `make_programme` works for the tests that begin with the schools in `schools`.
std::filesystem::path programme_beside(const std::filesystem::path& schools);

}  // namespace guantong::test
