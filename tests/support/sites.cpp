#include "tests/support/sites.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/applier.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/sealer.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/choices.h"
#include "tests/support/memory_store.h"
#include "tests/support/replica.h"
#include "tests/support/result_matchers.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

using Kind = HoldingAct::Kind;

ArrivedBatch letter_of(const Batch& batch, std::vector<CommitId> parents, const std::string& site) {
  const auto payload = encode_batch(batch);
  ArrivedBatch letter;
  const auto read = decode_batch(payload);
  EXPECT_THAT(read, is_ok());
  if (read) letter.batch = *read;
  letter.digest = blake2b(payload);
  // Two batches of one payload may build on different commits.
  std::string text{letter.digest.raw()};
  for (const auto& parent : parents)
    text += parent.raw();
  letter.commit = *CommitId::from(blake2b(text).raw().substr(0, CommitId::size));
  letter.parents = std::move(parents);
  letter.site = site;
  return letter;
}

/// Writes what was agreed on one subject.
void add_lines(Replica& replica,
               const std::string& title,
               const Holding& holding,
               std::vector<std::string>& lines) {
  const auto name = [&](const Dot& dot) {
    return to_hex(replica.store().tip(dot.stream)->device.raw().substr(0, 4)) + ":" +
           std::to_string(dot.n);
  };
  const auto names = [](const std::vector<RecordId>& sites) {
    std::string text;
    for (const auto& site : sites)
      text += " " + to_hex(site.raw().substr(0, 4));
    return text;
  };
  for (JudgedAct::Place place = 0; place < holding.acts().size(); ++place) {
    const auto& act = holding.acts()[place];
    auto line =
        fmt::format("{} act {} verdict {}", title, name(act.dot), static_cast<int>(act.verdict));
    if (act.kind == Kind::transfer) {
      line += fmt::format(" status {} needs{} misses{}",
                          static_cast<int>(holding.status(place)),
                          names(act.needed),
                          names(holding.missing(place)));
    }
    lines.push_back(std::move(line));
  }
  lines.push_back(title + " acting" + names(holding.tenure(WholePast{}).acting));
}

}  // namespace

Sites::Sites() {
  devices_.push_back({.site = "s0"});
  Batch batch;
  batch.number = 1;
  batch.first_n = 1;
  batch.devices = {device_id(member(0).key)};
  Change founding;
  founding.founding = Founding{"Test", member(0), ""};
  batch.changes = {founding};
  post(0, letter_of(batch, {}, "s0"));
  take(0, 0);
}

Member Sites::member(Device device) const {
  const auto& party = devices_.at(device);
  Member member;
  member.key = *PublicKey::from(blake2b("key " + std::to_string(device)).raw());
  member.site = party.site;
  member.site_name = "Site " + party.site;
  member.site_kind = party.partner ? "university" : "enterprise";
  member.person = *PersonId::from(blake2b_128("person " + std::to_string(device)).raw());
  member.name = "Person " + std::to_string(device);
  return member;
}

Sites::Device Sites::admit(const std::string& site, bool partner) {
  const auto device = devices_.size();
  devices_.push_back({.site = site, .partner = partner});
  seal(0);
  Change change;
  change.grant = Grant{member(device), Level::teacher};
  write(0, change);
  learn(device, 0);
  return device;
}

StreamNo Sites::stream(Device device) {
  return *at(device).store().intern_stream(device_id(member(device).key), Space::plan);
}

Dot Sites::write(Device device, const Change& change) {
  auto& replica = at(device);
  const auto own = stream(device);
  const auto tip = replica.store().tip(own);
  const auto pending = replica.store().pending(own);
  const Dot dot{own, tip->last_n + pending->size() + 1};
  EXPECT_THAT(replica.write(dot, change), is_ok());
  EXPECT_THAT(replica.publish(), is_ok());
  return dot;
}

void Sites::post(Device device, ArrivedBatch letter) {
  const auto number = letters_.size();
  by_commit_.emplace(letter.commit, number);
  letters_.push_back(std::move(letter));
  devices_.at(device).known.insert(number);
}

void Sites::take(Device device, Letter letter) {
  EXPECT_THAT(at(device).take(letters_.at(letter)), is_ok()) << "letter " << letter;
  devices_.at(device).known.insert(letter);
}

void Sites::seal(Device device, const std::function<bool()>& leave_out) {
  auto& replica = at(device);
  const auto composed = compose_batch(
      replica.store(), test_schema(), replica.members(), replica.merger(), stream(device));
  ASSERT_THAT(composed, is_ok());
  if (!*composed) return;
  const auto& batch = (*composed)->batch;
  auto parents = (*composed)->parents;
  if (leave_out && batch.number > 1)
    std::erase_if(parents,
                  [&](const CommitId& parent) { return parent != parents.front() && leave_out(); });
  std::erase(parents, CommitId{});  // Of what was named without being there.
  const bool whole = parents == (*composed)->parents;
  post(device, letter_of(batch, std::move(parents), site(device)));
  if (whole) {
    const auto before = digests(replica);
    ASSERT_THAT(replica.seal(letters_.back()), is_ok());
    ASSERT_THAT(replica.publish(), is_ok());
    EXPECT_EQ(digests(replica), before) << "sealing changed what the author had been shown";
    return;
  }
  // Who hides something from others starts anew with what others will see.
  auto& party = devices_.at(device);
  party.replica = std::make_unique<Replica>();
  for (const auto known : party.known)
    ASSERT_THAT(party.replica->take(letters_.at(known)), is_ok());
  ASSERT_THAT(party.replica->publish(), is_ok());
}

void Sites::learn(Device device, Device from) {
  seal(device);
  seal(from);
  for (const auto letter : devices_.at(from).known) {
    if (!devices_.at(device).known.contains(letter)) take(device, letter);
  }
  ASSERT_THAT(at(device).publish(), is_ok());
}

void Sites::learn_letter(Device device, Letter letter) {
  if (devices_.at(device).known.contains(letter)) return;
  seal(device);
  for (const auto& parent : letters_.at(letter).parents)
    learn_letter(device, by_commit_.at(parent));
  take(device, letter);
  ASSERT_THAT(at(device).publish(), is_ok());
}

void Sites::meet() {
  for (Device device = 0; device < devices_.size(); ++device)
    seal(device);
  for (Device device = 0; device < devices_.size(); ++device) {
    for (Letter letter = 0; letter < letters_.size(); ++letter) {
      if (!devices_.at(device).known.contains(letter)) take(device, letter);
    }
    ASSERT_THAT(at(device).publish(), is_ok());
  }
}

Dot Sites::translate(const Dot& dot, Device from, Device to) {
  const auto device = at(from).store().tip(dot.stream)->device;
  return {*at(to).store().intern_stream(device, Space::plan), dot.n};
}

RecordNo Page::number() const {
  return *replica().store().intern_record(key_);
}

const RecordState& Page::state() const {
  return **replica().merger().state(number());
}

const PublishedRow& Page::row() const {
  return replica().store().row(number());
}

std::string Page::text(Slot slot) const {
  const auto found = row().values.find(slot);
  if (found == row().values.end()) return "";
  return std::string{text_in(*type().field(slot), found->second).value_or("?")};
}

Holding Page::agreements(HeldSubject subject) const {
  return *replica().merger().agreements(number(), subject);
}

Tenure Page::tenure(HeldSubject subject) const {
  return agreements(subject).tenure(WholePast{});
}

std::vector<Dot> Page::in_force(HeldSubject subject) const {
  const auto holding = agreements(subject);
  std::vector<Dot> dots;
  for (const auto place : holding.tenure(WholePast{}).in_force)
    dots.push_back(holding.acts()[place].dot);
  return dots;
}

RecordId Page::content() const {
  return *replica().merger().content_of(number(), WholePast{});
}

std::optional<Dot> Page::open(HeldSubject subject) const {
  const auto holding = agreements(subject);
  for (auto place = static_cast<JudgedAct::Place>(holding.acts().size()); place > 0; --place) {
    const auto& act = holding.acts()[place - 1];
    if (act.kind == Kind::transfer && holding.status(place - 1) == TransferStatus::open)
      return act.dot;
  }
  return std::nullopt;
}

Change Page::edit(Slot slot) const {
  Change change;
  change.record = number();
  if (const auto* shown = state().find(slot)) {
    for (const auto& head : shown->heads)
      change.supersedes.push_back({slot, head});
  }
  return change;
}

Change Page::create(const std::string& fields) const {
  auto change = edit(life_cycle);
  change.action = Action::create;
  change.fields = fields;
  return change;
}

Change Page::set(Slot slot, std::string_view text) const {
  auto change = edit(slot);
  change.fields = text_value(*type().field(slot), text);
  return change;
}

Change Page::add(Slot slot, std::string_view member) const {
  Change change;
  change.record = number();
  change.fields = text_value(*type().field(slot), member);
  return change;
}

Change Page::remove(Slot slot, std::string_view member) const {
  Change change;
  change.record = number();
  Removal removal{slot, text_value(*type().field(slot), member), {}};
  if (const auto* shown = state().find(slot)) {
    for (const auto& add : shown->adds) {
      if (add.member == removal.member) removal.adds.push_back(add.dot);
    }
  }
  change.removed.push_back(std::move(removal));
  return change;
}

Change Page::archive() const {
  auto change = edit(life_cycle);
  change.action = Action::archive;
  return change;
}

Change Page::act(const HoldingAct& act) const {
  Change change;
  change.record = number();
  change.holding = act;
  return change;
}

Change Page::give(const RecordId& to, HeldSubject subject) const {
  HoldingAct transfer;
  transfer.subject = subject;
  transfer.to = to;
  transfer.after = in_force(subject);
  return act(transfer);
}

Change Page::answer(Kind kind, HeldSubject subject, const Dot& of) const {
  HoldingAct answer;
  answer.kind = kind;
  answer.subject = subject;
  answer.of = of;
  return act(answer);
}

Dot Page::agree(HeldSubject subject) const {
  const auto waits = open(subject);
  EXPECT_TRUE(waits.has_value()) << "nothing waits for consent";
  return waits ? write(answer(Kind::consent, subject, *waits)) : Dot{};
}

std::vector<std::string> view_of(Replica& replica) {
  std::vector<std::string> lines;
  for (const auto& [key, number] : replica.store().by_key()) {
    const auto& row = replica.store().row(number);
    if (row == PublishedRow{}) continue;
    const auto title = fmt::format("{} {}", key.type, to_hex(key.id.raw().substr(0, 4)));
    lines.push_back(fmt::format(
        "{} in state {} digest {}", title, static_cast<int>(row.life), to_hex(row.digest.raw())));
    for (const auto& [slot, value] : row.values)
      lines.push_back(fmt::format("{} slot {} is {}", title, slot, to_hex(value)));
    for (const auto& [slot, members] : row.members) {
      for (const auto& member : members)
        lines.push_back(fmt::format("{} slot {} has {}", title, slot, to_hex(member)));
    }
    for (const auto subject : {HeldSubject::holder, HeldSubject::owner, HeldSubject::phase}) {
      add_lines(replica,
                fmt::format("{} subject {}", title, static_cast<int>(subject)),
                *replica.merger().agreements(number, subject),
                lines);
    }
  }
  std::ranges::sort(lines);
  return lines;
}

void deliver(Replica& replica, const std::vector<ArrivedBatch>& letters, Choices& choices) {
  const auto every = 1 + choices.pick(6);
  std::set<CommitId> here;
  std::vector<const ArrivedBatch*> done;
  while (done.size() < letters.size()) {
    std::vector<const ArrivedBatch*> ready;
    for (const auto& letter : letters) {
      const bool complete = std::ranges::all_of(
          letter.parents, [&](const CommitId& parent) { return here.contains(parent); });
      if (complete && !here.contains(letter.commit)) ready.push_back(&letter);
    }
    const auto* next = ready.at(choices.pick(ready.size()));
    ASSERT_THAT(replica.take(*next), is_ok());
    here.insert(next->commit);
    done.push_back(next);
    if (choices.pick(4) == 0) {
      ASSERT_THAT(replica.take(*done.at(choices.pick(done.size()))), is_ok());
    }
    if (choices.pick(every) != 0) continue;
    ASSERT_THAT(replica.publish(), is_ok());
    if (choices.pick(3) == 0) replica.reopen();
  }
  ASSERT_THAT(replica.publish(), is_ok());
}

RecordKey key_of(const RecordType& type, std::string_view name) {
  return {type.number, *RecordId::from(blake2b_128(name).raw())};
}

}  // namespace guantong::test
