// Batches, changes, requests and statements of witnesses <-> bytes. The .cpp alone speaks the wire
// messages.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// The level this program writes and reads. A batch of a higher one is kept and passed on.
inline constexpr std::uint32_t format_level = 1;

/// Bounds on what is taken from others.
struct Limits {
  std::size_t payload_bytes = 16U << 20U;
  std::size_t changes = 20'000;    ///< A batch.
  std::size_t versions = 4'096;    ///< Named by one change.
  std::size_t text_bytes = 4'000;  ///< Of `why` and of names.
  std::size_t heads = 10'000;      ///< Named by one witness.
};

/// Encodes one change with the numbers it carries.
std::string encode_change(const Change& change);
/// Fails with `corrupt` when a rule of the format is broken.
Result<Change> decode_change(std::string_view bytes, const Limits& limits = {});

std::string encode_batch(const Batch& batch);
/// Numbers stay places in the batch's dictionaries. Fails with `too_new` for a higher format level,
/// with `corrupt` for everything that breaks docs/format.md.
Result<Batch> decode_batch(std::string_view payload, const Limits& limits = {});

/// Replaces every place in a dictionary by the number that stands there.
void renumber(Change& change,
              const std::vector<StreamNo>& streams,
              const std::vector<RecordNo>& records);

std::string encode_request(const Request& request);
Result<Request> decode_request(std::string_view bytes);

/// The last batch of a device's plan stream, as somebody had it.
struct WitnessHead {
  DeviceId device;
  std::uint32_t number = 0;
  Digest digest;  ///< Of its payload.
  auto operator<=>(const WitnessHead&) const = default;
};

/// How far a device had everybody's work after an exchange.
struct Witness {
  ConsortiumId consortium;
  DeviceId device;  ///< The witness.
  std::uint64_t time_ms = 0;
  std::vector<WitnessHead> heads;  ///< Ascending, none twice.
};

std::string encode_witness(const Witness& witness);
/// Fails with `too_new` for a higher format level, with `corrupt` for everything that breaks
/// docs/format.md.
Result<Witness> decode_witness(std::string_view bytes, const Limits& limits = {});

}  // namespace guantong
