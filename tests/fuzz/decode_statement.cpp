// What lies beside the plan, requests to join and statements of witnesses, says the same when it is
// written again, or is an error.
#include <string_view>

#include "sync/codec.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {

void fuzz_decode_statement(std::string_view input) {
  if (const auto request = decode_request(input)) {
    const auto written = encode_request(*request);
    const auto again = decode_request(written);
    claim(again && again->member == request->member, "a request comes back");
    claim(encode_request(*again) == written, "a request has one spelling");
  }
  if (const auto witness = decode_witness(input)) {
    const auto written = encode_witness(*witness);
    const auto again = decode_witness(written);
    claim(again && again->heads == witness->heads, "a statement comes back");
    claim(encode_witness(*again) == written, "a statement has one spelling");
  }
}

}  // namespace guantong::test
