// A branch has one name, and whatever somebody is called, a commit can be written in his name.
#include <string_view>

#include "sync/batch_commit.h"
#include "sync/commit.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {

void fuzz_commit_names(std::string_view input) {
  if (const auto stream = read_branch_name(input))
    claim(branch_name(*stream) == input, "a branch has one name");
  const auto name = clean_ident(input);
  claim(clean_ident(name) == name, "a clean name stays as it is");
  Commit commit;
  commit.tree.assign(40, '0');
  commit.author = {name, name, 0, 0};
  commit.committer = commit.author;
  commit.message = "a message\n";
  const auto read = parse_commit(render(commit));
  claim(read && *read == commit, "a clean name can stand in a commit");
}

}  // namespace guantong::test
