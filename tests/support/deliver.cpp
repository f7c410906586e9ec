#include "tests/support/deliver.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sync/applier.h"
#include "sync/base/hash.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/members.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/choices.h"
#include "tests/support/oracle.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

const std::string owner_prefix = "owner ";
const std::string record_prefix = "r";

PublicKey key_of(StreamNo device) {
  return *PublicKey::from(blake2b("key " + std::to_string(device)).raw());
}

/// The id of the organisation of a site.
RecordId org_of(const ConsortiumId& consortium, const std::string& slug) {
  Members members;
  members.restore("", consortium);
  return members.org_id(slug);
}

/// Changes of one batch have seen the same of all other streams.
std::set<Dot> foreign(const std::set<Dot>& past, StreamNo own) {
  std::set<Dot> others;
  for (const auto dot : past) {
    if (dot.stream != own) others.insert(dot);
  }
  return others;
}

/// The highest dot of each stream.
std::map<StreamNo, Dot> highest(const std::set<Dot>& dots) {
  std::map<StreamNo, Dot> found;
  for (const auto dot : dots)
    found[dot.stream] = dot;
  return found;
}

/// A text that is set to nothing, as another program might write it.
std::string empty_text(const Field& field) {
  auto encoded = text_value(field, "a");
  encoded.pop_back();
  encoded.back() = '\0';
  return encoded;
}

/// Puts a batch's devices and records into its dictionaries.
class Packing {
public:
  Packing(Batch& batch, StreamNo founder, std::uint64_t acts)
      : batch_{batch}, founder_{founder}, acts_{acts} {}

  Dot operator()(const Dot& dot) {
    const auto n = dot.stream == founder_ ? dot.n + acts_ : dot.n;
    return {stream(dot.stream), n};
  }
  Version operator()(const Version& version) { return {version.slot, (*this)(version.dot)}; }

  template <class Item>
  std::vector<Item> operator()(const std::vector<Item>& items) {
    std::vector<Item> packed;
    packed.reserve(items.size());
    for (const auto& item : items)
      packed.push_back((*this)(item));
    return packed;
  }

  StreamNo stream(StreamNo device) {
    const auto [entry, fresh] =
        streams_.try_emplace(device, static_cast<StreamNo>(batch_.devices.size()));
    if (fresh) batch_.devices.push_back(Delivery::device_id(device));
    return entry->second;
  }
  RecordNo record(const RecordKey& key) {
    const auto [entry, fresh] =
        records_.try_emplace(key, static_cast<RecordNo>(batch_.records.size()));
    if (fresh) batch_.records.push_back(key);
    return entry->second;
  }

private:
  Batch& batch_;
  StreamNo founder_;
  std::uint64_t acts_;
  std::map<StreamNo, StreamNo> streams_;
  std::map<RecordKey, RecordNo> records_;
};

}  // namespace

/// Consecutive changes of one device that saw the same of all others.
struct Delivery::Cut {
  StreamNo device = 0;
  std::vector<const OracleChange*> changes;
};

Delivery::Delivery(const World& world, Choices& choices) : world_{world} {
  for (const auto& [device, site] : world.sites) {
    if (site == world.lead) {
      founder_ = device;
      break;
    }
  }
  for (auto& [record, rules] : world_.types) {
    const auto id = RecordId::from(blake2b_128("record " + std::to_string(record)).raw());
    keys_[record] = {type_for(rules.writes, rules.owner_named).number, *id};
    if (rules.owner_named) rules.slots[owner_slot] = {.decides = Decides::owner, .set_once = true};
  }
  for (auto& change : world_.changes) {
    if (change.names_owner) change.values[owner_slot] = owner_prefix + slug(*change.names_owner);
  }
  found();
  admit();
  for (const auto& cut : this->cut(choices))
    send(cut, choices);
}

const RecordType& Delivery::type(RecordNo record) const {
  return *test_schema().type(keys_.at(record).type);
}

std::optional<RecordNo> Delivery::record(const RecordKey& key) const {
  const auto found = std::ranges::find_if(keys_, [&](const auto& e) { return e.second == key; });
  return found == keys_.end() ? std::nullopt : std::optional{found->first};
}

std::optional<Dot> Delivery::dot(const DeviceId& device, std::uint64_t n) const {
  for (const auto& [stream, site] : world_.sites) {
    if (device_id(stream) != device) continue;
    const auto acts = stream == founder_ ? world_.sites.size() : 0;
    return n > acts ? std::optional{Dot{stream, n - acts}} : std::nullopt;
  }
  return std::nullopt;
}

std::string Delivery::word(const RecordType& type, Slot slot, const Value& value) const {
  if (slot == life_cycle || value.empty()) return value;
  const Field& field = *type.field(slot);
  if (field.kind == ValueKind::choice)
    return field.choice(integer_in(field, value).value_or(0))->word;
  if (!field.is_reference()) return std::string{text_in(field, value).value_or("?")};
  const auto target = reference_in(field, value);
  if (!target) return "?";
  if (const auto known = record(*target)) return record_prefix + std::to_string(*known);
  for (const auto& [device, site] : world_.sites) {
    if (org_of(parcels_.front().arrived.digest, slug(site)) == target->id)
      return owner_prefix + slug(site);
  }
  return "?";
}

DeviceId Delivery::device_id(StreamNo device) {
  return guantong::device_id(key_of(device));
}

Member Delivery::member(StreamNo device) const {
  const auto site = world_.sites.at(device);
  Member member;
  member.key = key_of(device);
  member.site = slug(site);
  member.site_name = "Site " + std::to_string(site);
  member.site_kind = world_.partners.contains(site) ? "university" : "enterprise";
  member.person = *PersonId::from(blake2b_128("person " + std::to_string(device)).raw());
  member.name = "Person " + std::to_string(device);
  return member;
}

void Delivery::found() {
  Batch batch;
  batch.number = 1;
  batch.first_n = 1;
  batch.devices = {device_id(founder_)};
  Change change;
  change.founding = Founding{"Test", member(founder_), ""};
  batch.changes = {change};
  send(std::move(batch), founder_, {}, {});
}

void Delivery::admit() {
  Batch batch;
  batch.number = 2;
  batch.first_n = 2;
  batch.under = Dot{0, 1};
  batch.devices = {device_id(founder_)};
  grants_[founder_] = 1;
  for (const auto& [device, site] : world_.sites) {
    if (device == founder_) continue;
    Change change;
    change.grant = Grant{member(device), Level::teacher};
    batch.changes.push_back(change);
    grants_[device] = batch.first_n + batch.changes.size() - 1;
  }
  send(std::move(batch), founder_, {0}, {});
}

std::vector<Delivery::Cut> Delivery::cut(Choices& choices) const {
  std::set<Dot> ends;
  for (const auto& change : world_.changes) {
    for (const auto& [stream, dot] : highest(world_.past.at(change.dot)))
      if (stream != change.dot.stream) ends.insert(dot);
  }
  std::vector<Cut> cuts;
  std::map<StreamNo, std::size_t> open;  // By device, the cut that may still grow.
  for (const auto& change : world_.changes) {
    const auto device = change.dot.stream;
    const Dot before{device, change.dot.n - 1};
    const bool grows =
        open.contains(device) && !ends.contains(before) && choices.pick(3) != 0 &&
        foreign(world_.past.at(change.dot), device) == foreign(world_.past.at(before), device);
    if (!grows) {
      open[device] = cuts.size();
      cuts.push_back({device, {}});
    }
    cuts.at(open.at(device)).changes.push_back(&change);
  }
  return cuts;
}

std::vector<std::size_t> Delivery::parents_of(const Cut& cut, Choices& choices) const {
  const auto first = cut.changes.front()->dot;
  const auto own = of_device_.find(cut.device);
  auto tips = highest(foreign(world_.past.at(first), cut.device));
  std::vector<std::size_t> others;
  for (const auto& [stream, tip] : tips) {
    const auto reaches = [&](const Dot& other) { return world_.past.at(other).contains(tip); };
    const bool reached =
        std::ranges::any_of(tips, [&](const auto& entry) { return reaches(entry.second); }) ||
        (first.n > 1 && reaches({cut.device, first.n - 1}));
    if (!reached || choices.pick(2) == 0) others.push_back(ends_with_.at(tip));
  }
  if (own == of_device_.end()) others.push_back(1);  // The grants.
  for (std::size_t i = others.size(); i > 1; --i)
    std::swap(others.at(i - 1), others.at(choices.pick(i)));
  std::vector<std::size_t> parents;
  if (own != of_device_.end()) parents.push_back(own->second.back());
  parents.insert(parents.end(), others.begin(), others.end());
  return parents;
}

void Delivery::send(const Cut& cut, Choices& choices) {
  Batch batch;
  Packing pack{batch, founder_, world_.sites.size()};
  pack.stream(cut.device);
  const auto own = of_device_.find(cut.device);
  batch.number = static_cast<std::uint32_t>(own == of_device_.end() ? 1 : own->second.size() + 1);
  batch.first_n = pack(cut.changes.front()->dot).n;
  batch.under = Dot{pack.stream(founder_), grants_.at(cut.device)};
  std::set<Dot> holds;
  for (const auto* from : cut.changes) {
    holds.insert(from->dot);
    const auto& type = this->type(from->record);
    Change change;
    change.record = pack.record(key(from->record));
    change.action = from->action;
    for (const auto& [slot, value] : from->values) {
      const Field& field = *type.field(slot);
      if (value.empty() && field.merge == MergeRule::text && choices.pick(2) == 0) {
        change.fields += empty_text(field);
      } else if (value.empty()) {
        change.cleared.push_back(slot);
      } else if (slot == owner_slot) {
        const RecordKey org{field.target,
                            org_of(parcels_.front().arrived.digest, slug(*from->names_owner))};
        change.fields += reference_value(field, org);
      } else if (field.is_reference()) {
        change.fields += reference_value(field, key(from->references.at(slot)));
      } else if (field.kind == ValueKind::choice) {
        change.fields += integer_value(field, field.choice(value)->number);
      } else {
        change.fields += text_value(field, value);
      }
    }
    for (const auto& [slot, members] : from->adds) {
      for (const auto& added : members)
        change.fields += text_value(*type.field(slot), added);
    }
    for (const auto& removal : from->removed) {
      change.removed.push_back({removal.slot,
                                text_value(*type.field(removal.slot), removal.member),
                                pack(removal.adds)});
    }
    change.supersedes = pack(from->supersedes);
    change.accepts = pack(from->accepts);
    change.declines = pack(from->declines);
    change.withdraws = pack(from->withdraws);
    batch.changes.push_back(std::move(change));
  }
  ends_with_[cut.changes.back()->dot] = parcels_.size();
  send(std::move(batch), cut.device, parents_of(cut, choices), std::move(holds));
}

void Delivery::send(Batch batch,
                    StreamNo device,
                    std::vector<std::size_t> builds_on,
                    std::set<Dot> holds) {
  if (!parcels_.empty()) batch.consortium = parcels_.front().arrived.digest;
  if (batch.number > 1) batch.previous = parcels_.at(of_device_.at(device).back()).arrived.digest;
  const auto payload = encode_batch(batch);
  auto read = decode_batch(payload);
  if (!read || *read != batch) std::abort();  // codec_test finds out why.
  ArrivedBatch arrived;
  arrived.batch = *std::move(read);
  arrived.digest = blake2b(payload);
  arrived.commit = *CommitId::from(arrived.digest.raw().substr(0, CommitId::size));
  arrived.site = slug(world_.sites.at(device));
  for (const auto parent : builds_on)
    arrived.parents.push_back(parcels_.at(parent).arrived.commit);
  of_device_[device].push_back(parcels_.size());
  parcels_.push_back({std::move(arrived), std::move(builds_on), device, std::move(holds)});
}

std::string describe(const World& world) {
  const auto dots = [](const auto& range) {
    std::string text;
    for (const auto dot : range)
      text += fmt::format(" {}:{}", dot.stream, dot.n);
    return text;
  };
  const auto versions = [](const char* title, const std::vector<Version>& list) {
    std::string text;
    for (const auto& version : list)
      text += fmt::format(" {}@{}:{}", version.slot, version.dot.stream, version.dot.n);
    return text.empty() ? text : fmt::format(" {}{}", title, text);
  };
  auto text = fmt::format("lead {} partners", world.lead);
  for (const auto site : world.partners)
    text += fmt::format(" {}", site);
  text += '\n';
  for (const auto& [record, type] : world.types)
    text += fmt::format("record {} written by {}\n", record, static_cast<int>(type.writes));
  for (const auto& change : world.changes) {
    text += fmt::format("{}:{} site {} record {} action {}",
                        change.dot.stream,
                        change.dot.n,
                        change.site,
                        change.record,
                        static_cast<int>(change.action));
    for (const auto& [slot, value] : change.values)
      text += fmt::format(" {}=\"{}\"", slot, value);
    for (const auto& [slot, members] : change.adds) {
      for (const auto& added : members)
        text += fmt::format(" {}+{}", slot, added);
    }
    for (const auto& removal : change.removed)
      text += fmt::format(" {}-{} ({} )", removal.slot, removal.member, dots(removal.adds));
    if (change.names_owner) text += fmt::format(" owner {}", *change.names_owner);
    text += versions("supersedes", change.supersedes) + versions("accepts", change.accepts) +
            versions("declines", change.declines) + versions("withdraws", change.withdraws);
    text += fmt::format("; saw{}\n", dots(world.past.at(change.dot)));
  }
  return text;
}

}  // namespace guantong::test
