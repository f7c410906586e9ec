// A file that accuses somebody is none, proves nothing, or says the same when it is written again.
#include "client/evidence.h"

#include <string_view>

#include "tests/fuzz/fuzzer.h"

namespace guantong::test {
namespace {

bool is_same(const Exhibit& one, const Exhibit& other) {
  return one.commit == other.commit && one.payload == other.payload;
}

}  // namespace

void fuzz_evidence(std::string_view input) {
  const auto evidence = read_evidence(input);
  if (!evidence) return;
  const auto proof = check_evidence(*evidence);
  if (!proof) return;
  const auto again = read_evidence(evidence_file(*evidence, *proof));
  claim(again && again->device == evidence->device, "the device comes back");
  claim(is_same(again->batches[0], evidence->batches[0]), "the first batch comes back");
  claim(is_same(again->batches[1], evidence->batches[1]), "the second batch comes back");
}

}  // namespace guantong::test
