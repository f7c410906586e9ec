// How fast verdicts on who answers are reached: 10,000 duties that each change hands twenty times,
// every hand-over offered and accepted. Prints transfers a second, the consents included.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"

namespace guantong {
namespace {

constexpr std::size_t duties = 10'000;
constexpr std::size_t transfers = 20;
constexpr std::size_t sites = 6;
constexpr double goal = 200'000;  ///< Transfers a second.

RecordId org(std::size_t number) {
  RecordId id;
  id.bytes[0] = static_cast<std::uint8_t>(number % sites + 1);
  return id;
}

HoldingContext by(std::size_t site) {
  HoldingContext context;
  context.author = org(site);
  context.is_member = true;
  context.judge = org(0);
  return context;
}

/// Moves one duty from site to site; returns whether the last one holds it.
bool move_around() {
  const WholePast everything;
  Holding holding;
  std::uint64_t n = 0;
  std::vector<Dot> in_force;
  for (std::size_t i = 0; i < transfers; ++i) {
    HoldingAct offer;
    offer.to = org(i);
    offer.after = in_force;
    const Dot offered{0, ++n};
    // The first is a claim; the others are offered by the holder and accepted.
    holding.take(offered, offer, by(i == 0 ? 0 : i - 1), everything);
    if (i > 0) {
      HoldingAct consent;
      consent.kind = HoldingAct::Kind::consent;
      consent.of = offered;
      holding.take({0, ++n}, consent, by(i), everything);
    }
    in_force = {offered};
  }
  const auto tenure = holding.tenure(everything);
  return tenure.receivers.size() == 1 && tenure.receivers.front() == org(transfers - 1);
}

}  // namespace
}  // namespace guantong

int main() {
  const auto begun = std::chrono::steady_clock::now();
  std::size_t settled = 0;
  for (std::size_t i = 0; i < guantong::duties; ++i)
    settled += guantong::move_around() ? 1U : 0U;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const auto moved = static_cast<double>(guantong::duties * guantong::transfers);
  fmt::print(
      "{} of {} duties settled with whom they were given to last\n", settled, guantong::duties);
  const auto rate = moved / took.count();
  const bool met = rate >= guantong::goal;
  fmt::print("{:.0f} transfers/s, at least {:.0f} asked: {}\n",
             rate,
             guantong::goal,
             met ? "met" : "short");
  return met && settled == guantong::duties ? 0 : 1;
}
