#include "sync/change_packing.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/packing.h"

namespace guantong {
namespace {

enum Form : std::uint8_t { as_on_the_wire = 0, packed = 1 };

void put(PackWriter& out, const std::vector<Removal>& removed) {
  out.number(removed.size());
  for (const auto& removal : removed) {
    out.number(removal.field);
    out.text(removal.member);
    out.number(removal.adds.size());
    for (const auto& add : removal.adds)
      out.dot(add);
  }
}

std::vector<Removal> removals_in(PackReader& in) {
  std::vector<Removal> removed;
  for (auto left = in.count(); left > 0; --left) {
    Removal removal;
    removal.field = static_cast<std::uint32_t>(in.number());
    removal.member = in.text();
    for (auto adds = in.count(); adds > 0; --adds)
      removal.adds.push_back(in.dot());
    removed.push_back(std::move(removal));
  }
  return removed;
}

void put(PackWriter& out, const std::vector<Version>& versions) {
  out.number(versions.size());
  for (const auto& version : versions) {
    out.number(version.slot);
    out.dot(version.dot);
  }
}

std::vector<Version> versions_in(PackReader& in) {
  std::vector<Version> versions;
  const auto count = in.count();
  versions.reserve(count);
  for (auto left = count; left > 0; --left) {
    const auto slot = static_cast<Slot>(in.number());
    versions.push_back({slot, in.dot()});
  }
  return versions;
}

}  // namespace

void pack_change(PackWriter& out, const Change& change) {
  if (change.is_act() || change.holding) {
    out.number(as_on_the_wire);
    out.out += encode_change(change);
    return;
  }
  out.number(packed);
  out.number(change.record);
  out.number(static_cast<std::uint64_t>(change.action));
  out.text(change.fields);
  out.number(change.cleared.size());
  for (const auto field : change.cleared)
    out.number(field);
  put(out, change.removed);
  for (const auto list : version_lists)
    put(out, change.*list);
  out.number(change.time.ms);
  out.number(change.time.count);
  out.text(change.why);
}

Result<Change> unpack_change(std::string_view bytes) {
  PackReader in{bytes};
  if (in.number() == as_on_the_wire && !bytes.empty()) return decode_change(bytes.substr(1));
  Change change;
  change.record = static_cast<RecordNo>(in.number());
  const auto action = in.number();
  change.action = static_cast<Action>(action);
  change.fields = in.text();
  for (auto left = in.count(); left > 0; --left)
    change.cleared.push_back(static_cast<std::uint32_t>(in.number()));
  change.removed = removals_in(in);
  for (const auto list : version_lists)
    change.*list = versions_in(in);
  change.time.ms = in.number();
  change.time.count = static_cast<std::uint32_t>(in.number());
  change.why = in.text();
  if (in.whole() && action <= static_cast<std::uint64_t>(Action::restore)) return change;
  return fail(Errc::corrupt,
              "a change is damaged in the replica; \"guantong rebuild\" makes it anew");
}

}  // namespace guantong
