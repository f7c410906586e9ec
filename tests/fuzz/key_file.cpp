// A key file that somebody damaged or forged is refused, or still opens to the key that it names;
// the seed that a passphrase seals comes out as it went in, or not at all.
#include "client/crypto/key_file.h"

#include <string_view>

#include "client/crypto/device_key.h"
#include "client/crypto/guarded_bytes.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/workshop.h"

namespace guantong::test {
namespace {

/// What locks the sealed keys of the corpus, at the least cost.
constexpr std::string_view passphrase = "correct horse";
constexpr std::string_view least_cost = "\nargon2id 1 8192\n";
constexpr std::string_view sealed_seed = "0123456789abcdef0123456789abcdef";

}  // namespace

void fuzz_key_file(std::string_view input) {
  const auto file = KeyFile::read(file_with(input));
  if (!file) return;
  const bool dear = file->is_locked() && input.find(least_cost) == std::string_view::npos;
  if (dear) return;  // Each try would take seconds.
  const auto seed = file->seed([] { return Passphrase::copy_of(passphrase); });
  if (!seed) return;
  const auto key = DeviceKey::from_seed(*seed);
  claim(key && key->public_key() == file->public_key(), "a file names the key that it holds");
  claim(!file->is_locked() || seed->view() == sealed_seed, "what was sealed comes out");
}

}  // namespace guantong::test
