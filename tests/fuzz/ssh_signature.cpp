// Of all that looks like a signature only the true one is good; the rest is misspelt or wrong, and
// never both.
#include "sync/ssh_signature.h"

#include <string>
#include <string_view>

#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/change.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {
namespace {

// Of "hello\n", by `ssh-keygen -Y sign -n git` with the key whose seed is the bytes 0 to 31.
constexpr std::string_view signed_message = "hello\n";
constexpr std::string_view signer_hex =
    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
constexpr std::string_view signature_hex =
    "19935dc1389ff016634e6d7cab587abca35bca317a91010664283dad817dd41c"
    "2f0eb4f6ac722ea979df7c03bdfea549d5d0e74d31c1976ed91aeae072428906";

}  // namespace

void fuzz_ssh_signature(std::string_view input) {
  static const auto signer = *PublicKey::from(*from_hex(signer_hex));
  static const auto true_one = ssh_signature(signer, *from_hex(signature_hex));
  const auto verified = verify_ssh_signature(input, signed_message, signer);
  claim(verified.has_value() == (input == true_one), "only the true signature is good");
  const auto key = ssh_signature_key(input);
  const bool misspelt = !verified && verified.error().code == Errc::corrupt;
  claim(key.has_value() != misspelt, "what is spelt right names a key");
  if (key) static_cast<void>(is_valid_key(*key));
  if (const auto raw = PublicKey::from(input)) static_cast<void>(is_valid_key(*raw));
}

}  // namespace guantong::test
