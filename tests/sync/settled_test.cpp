// What is known of the heads that a slot had once changes nothing of how later ones join.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/change.h"
#include "sync/schema.h"
#include "sync/slot_merge.h"
#include "sync/value.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"
#include "tests/support/result_matchers.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

constexpr std::size_t devices = 4;
constexpr std::size_t versions_most = 24;

struct Written {
  Value value;
  std::set<Dot> past;
  std::vector<Dot> over;
  CausalRank rank;
  bool decides = false;
};
using History = std::map<Dot, Written>;

/// The versions of `known` that no other of them supersedes, nearly or far.
std::vector<Dot> heads_of(const History& history, const std::set<Dot>& known) {
  std::vector<Dot> heads;
  for (const auto& dot : known) {
    const auto is_below = [&](const Dot& other) { return history.at(other).past.contains(dot); };
    if (std::ranges::none_of(known, is_below)) heads.push_back(dot);
  }
  return heads;
}

/// Serves a history as Merger does: with the settled heads as one version, or without.
class Served final : public Versions {
public:
  explicit Served(const History& history, const Settled* settled = nullptr)
      : history_{history}, settled_{settled} {}

  const Settled* settled() const override { return settled_; }

  Result<const VersionFacts*> facts(const Dot& dot) override {
    ++asked_[dot];
    VersionFacts facts;
    if (dot == Settled::dot) {
      facts = {settled_->value, settled_->heads, {}, false};
      for (const auto& head : settled_->heads)
        facts.rank = std::max(facts.rank, history_.at(head).rank);
    } else {
      const auto& written = history_.at(dot);
      facts = {written.value, written.over, written.rank, written.decides};
      if (settled_ != nullptr && facts.over == settled_->heads) facts.over = {Settled::dot};
    }
    return &known_.insert_or_assign(dot, facts).first->second;
  }

  bool has_asked(const Dot& dot) const { return asked_.contains(dot); }

private:
  const History& history_;
  const Settled* settled_;
  std::map<Dot, VersionFacts> known_;
  std::map<Dot, int> asked_;
};

/// Draws what a few devices write to one slot, each by what it knows; now and then one hears
/// everything that another knows.
class Writers {
public:
  explicit Writers(Choices& choices) : choices_{choices}, known_(devices) {}

  void write_some(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto device = choices_.pick(devices);
      if (choices_.pick(3) == 0) {
        const auto& other = known_[choices_.pick(devices)];
        known_[device].insert(other.begin(), other.end());
      }
      write(device);
    }
  }

  /// Everything that some of the devices know.
  std::set<Dot> heard() {
    std::set<Dot> all = known_[choices_.pick(devices)];
    for (const auto& known : known_) {
      if (choices_.pick(2) == 0) all.insert(known.begin(), known.end());
    }
    return all;
  }

  /// Nearly all hear it.
  void tell(const std::set<Dot>& news) {
    for (auto& known : known_) {
      if (choices_.pick(4) != 0) known.insert(news.begin(), news.end());
    }
  }

  std::set<Dot> everything() const {
    std::set<Dot> all;
    for (const auto& known : known_)
      all.insert(known.begin(), known.end());
    return all;
  }

  const History& history() const { return history_; }

private:
  void write(std::size_t device) {
    auto& known = known_[device];
    const Dot dot{static_cast<StreamNo>(device), ++last_n_[device]};
    Written written;
    // Few values, so that some are set back and some agree.
    written.value = text_value(field(), std::string(1, static_cast<char>('a' + choices_.pick(3))));
    written.over = heads_of(history_, known);
    if (written.over.size() > 1 && choices_.pick(4) == 0) written.over.pop_back();
    for (const auto& below : written.over) {
      const auto& past = history_.at(below);
      written.past.insert(past.past.begin(), past.past.end());
      written.past.insert(below);
      written.rank.generation = std::max(written.rank.generation, past.rank.generation + 1);
    }
    written.rank.n = dot.n;
    written.decides = device < 2;
    history_.emplace(dot, std::move(written));
    known.insert(dot);
  }

  static const Field& field();

  Choices& choices_;
  History history_;
  std::vector<std::set<Dot>> known_;
  std::map<std::size_t, std::uint64_t> last_n_;
};

const RecordType& type() {
  return *Schema::built_in().type("material");
}
const Field& Writers::field() {
  return *type().field("press");
}

void expect_same(const guantong::SlotOutcome& with, const guantong::SlotOutcome& without) {
  EXPECT_EQ(with.value, without.value);
  EXPECT_EQ(with.conflict, without.conflict);
  EXPECT_EQ(with.joined, without.joined);
  EXPECT_EQ(with.idle, without.idle);
  EXPECT_EQ(with.meet, without.meet);
  EXPECT_EQ(with.base, without.base);
}

TEST(SettledHeads, ChangeNothingOfHowLaterOnesJoin) {
  const auto slot = type().field("press")->slot;
  std::size_t differed = 0;
  std::size_t spared = 0;
  for_all(
      [&](Choices& choices) {
        Writers writers{choices};
        writers.write_some(1 + choices.pick(versions_most / 2));
        Settled settled;
        const bool a_night = choices.pick(2) == 0;
        const auto heard = a_night ? writers.everything() : writers.heard();
        settled.heads = heads_of(writers.history(), heard);
        if (a_night) writers.tell(heard);
        writers.write_some(1 + choices.pick(versions_most / 2));
        Served plain{writers.history()};
        if (settled.heads.empty()) return;
        const auto before = join(type(), slot, settled.heads, plain);
        ASSERT_THAT(before, is_ok());
        settled.value = before->value;
        settled.differed = before->conflict || before->joined;
        const auto heads = heads_of(writers.history(), writers.everything());
        Served without{writers.history()};
        Served with{writers.history(), &settled};
        const auto expected = join(type(), slot, heads, without);
        const auto found = join(type(), slot, heads, with);
        ASSERT_THAT(expected, is_ok());
        ASSERT_THAT(found, is_ok());
        expect_same(*found, *expected);
        const auto summary = summarise(type(), slot, heads, with);
        ASSERT_THAT(summary, is_ok());
        EXPECT_EQ(summary->value, expected->value);
        EXPECT_EQ(summary->conflict, expected->conflict);
        EXPECT_EQ(summary->joined, expected->joined);
        differed += settled.differed ? 1U : 0U;
        const auto looked_below = [&](const Dot& head) {
          return without.has_asked(head) && !with.has_asked(head);
        };
        spared += std::ranges::any_of(settled.heads, looked_below) ? 1U : 0U;
      },
      4'000);
  EXPECT_GT(differed, 400U);
  EXPECT_GT(spared, 100U) << "What is known is to be used.";
}

}  // namespace
}  // namespace guantong::test
