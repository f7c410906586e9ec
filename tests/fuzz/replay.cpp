// Tries inputs that are there already, without libFuzzer: the corpora in every build's tests, and
// findings one by one. Takes files, and folders of them.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzzer.h"

namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& place) {
  if (!std::filesystem::is_directory(place)) return {place};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{place})
    files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  const auto& fuzzer = guantong::test::chosen_fuzzer();
  std::size_t tried = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& path : files_in(argv[i])) {
      std::cerr << path.string() << std::endl;  // Before it is tried: it may be the last.
      std::ifstream file{path, std::ios::binary};
      fuzzer.run(std::string{std::istreambuf_iterator<char>{file}, {}});
      tried += file ? 1U : 0U;
    }
  }
  if (tried == 0) std::cerr << "there is no input\n";
  return tried == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
