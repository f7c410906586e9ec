#include "sync/codec.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guantong/v1/change.pb.h"
#include <google/protobuf/arena.h>
#include <google/protobuf/repeated_ptr_field.h>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// The last moment that a commit's seconds can say, in the year 5138.
constexpr std::uint64_t time_ms_max = 99'999'999'999'999;
constexpr std::uint64_t n_max = std::uint64_t{1} << 48U;
constexpr std::size_t signature_size = 64;

Error corrupt(std::string_view why) {
  return fail(Errc::corrupt, why);
}

/// A change as protobuf has it, whose parts lie together in memory of its own.
class WireChange {
public:
  WireChange() : arena_{memory_.data(), memory_.size()} {}
  v1::Change& operator*() { return *change_; }

private:
  std::array<char, 2048> memory_;  // Enough for an ordinary change; the arena grows beyond it.
  google::protobuf::Arena arena_;
  v1::Change* change_ = google::protobuf::Arena::CreateMessage<v1::Change>(&arena_);
};

template <class Id>
Result<Id> id_from(std::string_view raw) {
  const auto id = Id::from(raw);
  if (!id) return corrupt("an id has the wrong length");
  return *id;
}

v1::Version to_wire(const Version& version) {
  v1::Version wire;
  wire.set_field(version.slot);
  wire.set_device(version.dot.stream);
  wire.set_n(version.dot.n);
  return wire;
}

void put_versions(google::protobuf::RepeatedPtrField<v1::Version>& wire,
                  const std::vector<Version>& versions) {
  for (const auto& version : versions)
    *wire.Add() = to_wire(version);
}

std::vector<Version> versions_from(const google::protobuf::RepeatedPtrField<v1::Version>& wire) {
  std::vector<Version> versions;
  versions.reserve(static_cast<std::size_t>(wire.size()));
  for (const auto& version : wire)
    versions.push_back({version.field(), {version.device(), version.n()}});
  return versions;
}

void put_member(v1::Member& wire, const Member& member) {
  wire.set_key(std::string{member.key.raw()});
  wire.set_site(member.site);
  wire.set_site_name(member.site_name);
  wire.set_site_kind(member.site_kind);
  wire.set_person(std::string{member.person.raw()});
  wire.set_name(member.name);
  wire.set_email(member.email);
}

Result<Member> member_from(const v1::Member& wire, const Limits& limits) {
  Member member;
  member.key = TRY(id_from<PublicKey>(wire.key()));
  member.person = TRY(id_from<PersonId>(wire.person()));
  member.site = wire.site();
  member.site_name = wire.site_name();
  member.site_kind = wire.site_kind();
  member.name = wire.name();
  member.email = wire.email();
  if (!is_slug(member.site)) return corrupt("a site's short name is not [a-z0-9-]{1,32}");
  for (const auto* text : {&member.site_name, &member.site_kind, &member.name, &member.email}) {
    if (text->size() > limits.text_bytes) return corrupt("a name is too long");
  }
  return member;
}

void put_dot(v1::Dot& wire, const Dot& dot) {
  wire.set_device(dot.stream);
  wire.set_n(dot.n);
}

Dot dot_from(const v1::Dot& wire) {
  return {wire.device(), wire.n()};
}

void put_holding(v1::Holding& wire, const HoldingAct& act) {
  wire.set_kind(static_cast<v1::Holding::Kind>(act.kind));
  wire.set_subject(static_cast<std::uint32_t>(act.subject));
  if (act.kind == HoldingAct::Kind::transfer) wire.set_to(std::string{act.to.raw()});
  for (const auto& dot : act.after)
    put_dot(*wire.add_after(), dot);
  if (act.under) put_dot(*wire.mutable_under(), *act.under);
  if (act.of) put_dot(*wire.mutable_of(), *act.of);
  wire.set_ruling(act.ruling);
}

/// The acts on those who were admitted.
void put_later_act(v1::Change& wire, const Change& change) {
  if (change.dismissal) {
    auto& dismissal = *wire.mutable_dismissal();
    dismissal.set_device(std::string{change.dismissal->device.raw()});
    dismissal.set_leaves(static_cast<v1::Level>(change.dismissal->leaves));
  }
  if (change.hand_over) {
    auto& hand_over = *wire.mutable_hand_over();
    for (const auto& device : change.hand_over->devices)
      hand_over.add_devices(std::string{device.raw()});
  }
  if (change.ruling) {
    auto& ruling = *wire.mutable_ruling();
    for (const auto& batch : change.ruling->batches)
      ruling.add_batches(std::string{batch.raw()});
    ruling.set_admits(change.ruling->admits);
  }
  if (change.rotation) {
    auto& rotation = *wire.mutable_rotation();
    rotation.set_key(std::string{change.rotation->key.raw()});
    rotation.set_proof(change.rotation->proof);
  }
}

void put_change(v1::Change& wire, const Change& change) {
  wire.set_record(change.record);
  wire.set_action(static_cast<v1::Action>(change.action));
  wire.set_fields(change.fields);
  for (const auto field : change.cleared)
    wire.add_cleared(field);
  for (const auto& removal : change.removed) {
    auto& out = *wire.add_removed();
    out.set_field(removal.field);
    out.set_member(removal.member);
    for (const auto& dot : removal.adds) {
      auto& add = *out.add_adds();
      add.set_device(dot.stream);
      add.set_n(dot.n);
    }
  }
  put_versions(*wire.mutable_supersedes(), change.supersedes);
  put_versions(*wire.mutable_accepts(), change.accepts);
  put_versions(*wire.mutable_declines(), change.declines);
  put_versions(*wire.mutable_withdraws(), change.withdraws);
  wire.set_time_ms(change.time.ms);
  wire.set_time_count(change.time.count);
  wire.set_why(change.why);
  if (change.holding) put_holding(*wire.mutable_holding(), *change.holding);
  if (change.founding) {
    auto& founding = *wire.mutable_founding();
    founding.set_consortium_name(change.founding->consortium_name);
    put_member(*founding.mutable_member(), change.founding->member);
    founding.set_recovery_key(change.founding->recovery_key);
  }
  if (change.grant) {
    auto& grant = *wire.mutable_grant();
    put_member(*grant.mutable_member(), change.grant->member);
    grant.set_level(static_cast<v1::Level>(change.grant->level));
  }
  put_later_act(wire, change);
}

template <class Id>
Result<std::vector<Id>> ids_from(const google::protobuf::RepeatedPtrField<std::string>& wire) {
  std::vector<Id> ids;
  for (const auto& raw : wire) {
    const auto id = TRY(id_from<Id>(raw));
    if (std::ranges::find(ids, id) != ids.end()) return corrupt("an act names somebody twice");
    ids.push_back(id);
  }
  if (ids.empty()) return corrupt("an act names nobody");
  return ids;
}

Result<void> read_later_act(const v1::Change& wire, Change& change) {
  if (wire.has_dismissal()) {
    Dismissal dismissal;
    dismissal.device = TRY(id_from<DeviceId>(wire.dismissal().device()));
    const auto leaves = static_cast<int>(wire.dismissal().leaves());
    if (leaves < 0 || leaves >= static_cast<int>(Level::lead))
      return corrupt("a dismissal leaves no such level");
    dismissal.leaves = static_cast<Level>(leaves);
    change.dismissal = dismissal;
  }
  if (wire.has_hand_over()) {
    HandOver hand_over;
    hand_over.devices = TRY(ids_from<DeviceId>(wire.hand_over().devices()));
    change.hand_over = std::move(hand_over);
  }
  if (wire.has_ruling()) {
    Ruling ruling;
    ruling.batches = TRY(ids_from<Digest>(wire.ruling().batches()));
    ruling.admits = wire.ruling().admits();
    change.ruling = std::move(ruling);
  }
  if (wire.has_rotation()) {
    Rotation rotation;
    rotation.key = TRY(id_from<PublicKey>(wire.rotation().key()));
    rotation.proof = wire.rotation().proof();
    if (rotation.proof.size() != signature_size) return corrupt("a new key has no proof");
    change.rotation = std::move(rotation);
  }
  return {};
}

Result<void> read_act(const v1::Change& wire, Change& change, const Limits& limits) {
  if (wire.has_founding()) {
    Founding founding;
    founding.consortium_name = wire.founding().consortium_name();
    founding.recovery_key = wire.founding().recovery_key();
    founding.member = TRY(member_from(wire.founding().member(), limits));
    if (founding.consortium_name.size() > limits.text_bytes) return corrupt("a name is too long");
    if (!founding.recovery_key.empty() && founding.recovery_key.size() != PublicKey::size) {
      return corrupt("the recovery key has the wrong length");
    }
    change.founding = std::move(founding);
  }
  if (wire.has_grant()) {
    Grant grant;
    grant.member = TRY(member_from(wire.grant().member(), limits));
    const auto level = static_cast<int>(wire.grant().level());
    if (level < static_cast<int>(Level::auditor) || level > static_cast<int>(Level::lead)) {
      return corrupt("a grant has no such level");
    }
    grant.level = static_cast<Level>(level);
    change.grant = std::move(grant);
  }
  return read_later_act(wire, change);
}

bool says_more(const v1::Change& wire) {
  return wire.action() != v1::EDIT || !wire.fields().empty() || wire.cleared_size() > 0 ||
         wire.removed_size() > 0 || wire.supersedes_size() > 0 || wire.accepts_size() > 0 ||
         wire.declines_size() > 0 || wire.withdraws_size() > 0 ||
         wire.act_case() != v1::Change::ACT_NOT_SET;
}

Result<void> read_holding(const v1::Change& wire, Change& change) {
  if (!wire.has_holding()) return {};
  using Kind = HoldingAct::Kind;
  const auto& holding = wire.holding();
  const auto kind = static_cast<int>(holding.kind());
  if (kind < static_cast<int>(Kind::transfer) || kind > static_cast<int>(Kind::escalate))
    return corrupt("an act on who answers for a record does something unknown");
  if (holding.subject() == 0 || holding.subject() > held_subjects)
    return corrupt("an act on who answers for a record names an unknown subject");
  if (says_more(wire)) return corrupt("an act on who answers for a record says something else too");
  HoldingAct act;
  act.kind = static_cast<Kind>(kind);
  act.subject = static_cast<HeldSubject>(holding.subject());
  const bool transfer = act.kind == Kind::transfer;
  const bool answer =
      act.kind == Kind::consent || act.kind == Kind::withdraw || act.kind == Kind::decline;
  const bool follows = transfer || act.kind == Kind::invite;
  if (transfer) act.to = TRY(id_from<RecordId>(holding.to()));
  const bool fits = transfer || (holding.to().empty() && !holding.has_under() && !holding.ruling());
  if (!fits || answer != holding.has_of() || (!follows && holding.after_size() > 0))
    return corrupt("an act on who answers for a record names what does not belong to it");
  for (const auto& dot : holding.after())
    act.after.push_back(dot_from(dot));
  if (holding.has_under()) act.under = dot_from(holding.under());
  if (holding.has_of()) act.of = dot_from(holding.of());
  act.ruling = holding.ruling();
  change.holding = std::move(act);
  return {};
}

Result<void> check_bounds(const v1::Change& wire, const Limits& limits) {
  auto named = static_cast<std::size_t>(wire.supersedes_size()) +
               static_cast<std::size_t>(wire.accepts_size()) +
               static_cast<std::size_t>(wire.declines_size()) +
               static_cast<std::size_t>(wire.withdraws_size()) +
               static_cast<std::size_t>(wire.removed_size()) +
               static_cast<std::size_t>(wire.cleared_size()) +
               static_cast<std::size_t>(wire.holding().after_size()) +
               static_cast<std::size_t>(wire.hand_over().devices_size()) +
               static_cast<std::size_t>(wire.ruling().batches_size());
  for (const auto& removal : wire.removed())
    named += static_cast<std::size_t>(removal.adds_size());
  if (named > limits.versions) return corrupt("a change names too many versions");
  if (wire.why().size() > limits.text_bytes) return corrupt("a reason is too long");
  if (wire.time_ms() > time_ms_max) return corrupt("a time is out of range");
  const auto action = static_cast<int>(wire.action());
  if (action < 0 || action > static_cast<int>(Action::restore)) {
    return corrupt("a change does something unknown");
  }
  return {};
}

/// Every number in `change` must point into the dictionaries.
Result<void> check_places(const Change& change, std::size_t devices, std::size_t records) {
  for (const auto* dot : dots_of(change)) {
    if (dot->stream >= devices || dot->n == 0 || dot->n > n_max)
      return corrupt("a version is not in the dictionary");
  }
  if (!change.is_act() && change.record >= records)
    return corrupt("a record is not in the dictionary");
  return {};
}

std::string serialise(const google::protobuf::MessageLite& message) {
  return message.SerializeAsString();
}

Result<void> read_header(const v1::Batch& wire, Batch& batch) {
  batch.format = wire.format();
  if (wire.space() < static_cast<std::uint32_t>(Space::plan) ||
      wire.space() > static_cast<std::uint32_t>(Space::school)) {
    return corrupt("a batch is of no space that is sent");
  }
  batch.space = static_cast<Space>(wire.space());
  batch.number = wire.number();
  batch.first_n = wire.first_n();
  if (batch.number == 0 || batch.first_n == 0 || batch.first_n > n_max)
    return corrupt("batches and changes count from 1");
  if (!wire.consortium().empty()) batch.consortium = TRY(id_from<ConsortiumId>(wire.consortium()));
  if (!wire.previous().empty()) batch.previous = TRY(id_from<Digest>(wire.previous()));
  if (wire.has_under()) batch.under = Dot{wire.under().device(), wire.under().n()};
  if (batch.consortium.has_value() != batch.under.has_value()) {
    return corrupt("only the founding batch names neither consortium nor grant");
  }
  if (batch.previous.has_value() != (batch.number > 1)) {
    return corrupt("every batch but a stream's first names the one before it");
  }
  return {};
}

}  // namespace

std::string encode_change(const Change& change) {
  WireChange wire;
  put_change(*wire, change);
  return serialise(*wire);
}

Result<Change> decode_change(std::string_view bytes, const Limits& limits) {
  WireChange on_arena;
  auto& wire = *on_arena;
  if (!wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return corrupt("a change is no protobuf message");
  TRY(check_bounds(wire, limits));
  Change change;
  TRY(read_holding(wire, change));  // First: what follows takes parts out of the message.
  change.record = wire.record();
  change.action = static_cast<Action>(wire.action());
  change.fields = std::move(*wire.mutable_fields());
  change.cleared.assign(wire.cleared().begin(), wire.cleared().end());
  for (auto& removal : *wire.mutable_removed()) {
    Removal out{removal.field(), std::move(*removal.mutable_member()), {}};
    for (const auto& add : removal.adds())
      out.adds.push_back({add.device(), add.n()});
    change.removed.push_back(std::move(out));
  }
  change.supersedes = versions_from(wire.supersedes());
  change.accepts = versions_from(wire.accepts());
  change.declines = versions_from(wire.declines());
  change.withdraws = versions_from(wire.withdraws());
  change.time = {wire.time_ms(), wire.time_count()};
  change.why = std::move(*wire.mutable_why());
  TRY(read_act(wire, change, limits));
  return change;
}

std::string encode_batch(const Batch& batch) {
  v1::Batch wire;
  wire.set_format(batch.format);
  if (batch.consortium) wire.set_consortium(std::string{batch.consortium->raw()});
  wire.set_space(static_cast<std::uint32_t>(batch.space));
  wire.set_number(batch.number);
  if (batch.under) {
    wire.mutable_under()->set_device(batch.under->stream);
    wire.mutable_under()->set_n(batch.under->n);
  }
  wire.set_first_n(batch.first_n);
  if (batch.previous) wire.set_previous(std::string{batch.previous->raw()});
  for (const auto& device : batch.devices)
    wire.add_devices(std::string{device.raw()});
  for (const auto& record : batch.records) {
    auto& out = *wire.add_records();
    out.set_type(record.type);
    out.set_id(std::string{record.id.raw()});
  }
  for (const auto& change : batch.changes)
    wire.add_changes(encode_change(change));
  return serialise(wire);
}

Result<Batch> decode_batch(std::string_view payload, const Limits& limits) {
  if (payload.size() > limits.payload_bytes) return corrupt("a batch is too large");
  v1::Batch wire;
  if (!wire.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return corrupt("a batch is no protobuf message");
  if (wire.format() > format_level) {
    return fail(Errc::too_new,
                "a batch was written by a later version of Guantong (format {})",
                wire.format());
  }
  if (wire.format() == 0) return corrupt("a batch has no format level");
  Batch batch;
  TRY(read_header(wire, batch));
  const auto count = static_cast<std::size_t>(wire.changes_size());
  if (count == 0 || count > limits.changes) return corrupt("a batch holds no change, or too many");
  for (const auto& device : wire.devices()) {
    const auto id = TRY(id_from<DeviceId>(device));
    batch.devices.push_back(id);
  }
  if (batch.devices.empty()) return corrupt("a batch names no author");
  if (batch.under && batch.under->stream >= batch.devices.size())
    return corrupt("the grant is not in the dictionary");
  for (const auto& record : wire.records()) {
    const auto id = TRY(id_from<RecordId>(record.id()));
    batch.records.push_back({record.type(), id});
  }
  batch.changes.reserve(count);
  for (const auto& bytes : wire.changes()) {
    auto change = TRY(decode_change(bytes, limits));
    TRY(check_places(change, batch.devices.size(), batch.records.size()));
    batch.changes.push_back(std::move(change));
  }
  return batch;
}

void renumber(Change& change,
              const std::vector<StreamNo>& streams,
              const std::vector<RecordNo>& records) {
  for (auto* dot : dots_of(change))
    dot->stream = streams[dot->stream];
  if (!change.is_act()) change.record = records[change.record];
}

std::string encode_request(const Request& request) {
  v1::Request wire;
  wire.set_format(format_level);
  wire.set_consortium(std::string{request.consortium.raw()});
  put_member(*wire.mutable_member(), request.member);
  wire.set_time_ms(request.time_ms);
  return serialise(wire);
}

Result<Request> decode_request(std::string_view bytes) {
  v1::Request wire;
  if (!wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return corrupt("a request is no protobuf message");
  if (wire.format() > format_level)
    return fail(Errc::too_new, "a request was written by a later version of Guantong");
  Request request;
  request.consortium = TRY(id_from<ConsortiumId>(wire.consortium()));
  request.member = TRY(member_from(wire.member(), {}));
  request.time_ms = wire.time_ms();
  return request;
}

std::string encode_witness(const Witness& witness) {
  v1::Witness wire;
  wire.set_format(format_level);
  wire.set_consortium(std::string{witness.consortium.raw()});
  wire.set_device(std::string{witness.device.raw()});
  wire.set_time_ms(witness.time_ms);
  for (const auto& head : witness.heads) {
    auto& out = *wire.add_heads();
    out.set_device(std::string{head.device.raw()});
    out.set_number(head.number);
    out.set_digest(std::string{head.digest.raw()});
  }
  return serialise(wire);
}

Result<Witness> decode_witness(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.payload_bytes) return corrupt("a witness's statement is too large");
  v1::Witness wire;
  if (!wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return corrupt("a witness's statement is no protobuf message");
  if (wire.format() > format_level)
    return fail(Errc::too_new, "a witness's statement was written by a later version of Guantong");
  if (static_cast<std::size_t>(wire.heads_size()) > limits.heads || wire.time_ms() > time_ms_max)
    return corrupt("a witness's statement names too many devices, or a time out of range");
  Witness witness;
  witness.consortium = TRY(id_from<ConsortiumId>(wire.consortium()));
  witness.device = TRY(id_from<DeviceId>(wire.device()));
  witness.time_ms = wire.time_ms();
  for (const auto& head : wire.heads()) {
    const auto device = TRY(id_from<DeviceId>(head.device()));
    const auto digest = TRY(id_from<Digest>(head.digest()));
    const WitnessHead next{device, head.number(), digest};
    const bool ascends = witness.heads.empty() || witness.heads.back() < next;
    if (head.number() == 0 || !ascends)
      return corrupt("a witness's statement does not name each batch once, in order");
    witness.heads.push_back(next);
  }
  return witness;
}

}  // namespace guantong
