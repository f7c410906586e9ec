// A commit that is read renders to the very bytes it was read from, and its trailers stand in it.
#include <string>
#include <string_view>

#include "sync/commit.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {
namespace {

void check_trailers(std::string_view message) {
  for (const auto& [key, value] : trailers_of(message))
    claim(message.find(key + ": " + value) != std::string_view::npos,
          "a trailer is in the message");
}

}  // namespace

void fuzz_parse_commit(std::string_view input) {
  check_trailers(input);
  const auto commit = parse_commit(input);
  if (!commit) return;
  claim(render(*commit) == input, "a commit is rendered as it was");
  check_trailers(commit->message);
  auto unsigned_commit = *commit;
  unsigned_commit.signature.clear();
  claim(signed_part(*commit) == render(unsigned_commit), "what is signed is all but the signature");
}

}  // namespace guantong::test
