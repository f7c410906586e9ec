#include "client/expulsion.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/membership.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

Result<Dismissed> dismiss(Workspace& workspace,
                          std::string_view device,
                          Level leaves,
                          std::string_view why) {
  auto session = TRY(Session::begin(workspace.store()));
  Dismissed dismissed;
  dismissed.member = TRY(member_named(*session, device));
  const auto& member = dismissed.member;
  if (member.level <= leaves)
    return fail(Errc::conflict,
                "{} ({}) is {} already; nothing was written",
                member.member.name,
                member.member.site,
                word_of(member.level));
  const auto stream = TRY(session->store().intern_stream(member.device, Space::plan));
  const auto tip = TRY(session->store().tip(stream));
  dismissed.changes = tip.last_n;
  if (tip.number > 0) {
    const auto last = TRY(session->store().batch_of({stream, tip.last_n}));
    dismissed.last_seen_ms = last.arrived_ms;
  }
  Change change;
  change.dismissal = Dismissal{member.device, leaves};
  const auto what =
      leaves == Level::none
          ? message("expel {} of {}", member.member.name, member.member.site)
          : message(
                "lower {} of {} to {}", member.member.name, member.member.site, word_of(leaves));
  TRY(act_with_right(workspace, *session, change, why, what));
  TRY(session->commit());
  return dismissed;
}

Result<std::vector<std::string>> devices_of(Workspace& workspace, std::string_view person) {
  auto session = TRY(Session::begin(workspace.store()));
  const auto all = TRY(members(*session));
  std::vector<std::string> devices;
  std::vector<PersonId> people;
  for (const auto& view : all) {
    const bool named = view.member.name == person || view.member.email == person;
    if (!named || view.level == Level::none) continue;
    devices.push_back(to_hex(view.device.raw()));
    if (std::ranges::find(people, view.member.person) == people.end())
      people.push_back(view.member.person);
  }
  if (devices.empty())
    return fail(Errc::not_found,
                "nobody here is called {}; \"guantong members\" lists everybody",
                printable(person));
  if (people.size() > 1)
    return fail(Errc::invalid,
                "{} people are called {}; name the device, as \"guantong members\" shows it",
                people.size(),
                printable(person));
  return devices;
}

Result<std::vector<MemberView>> pass_lead(Workspace& workspace,
                                          std::string_view site,
                                          std::string_view why) {
  auto session = TRY(Session::begin(workspace.store()));
  const auto all = TRY(members(*session));
  std::vector<MemberView> receivers;
  HandOver hand_over;
  for (const auto& view : all) {
    if (view.member.site != site || view.level < Level::coordinator || view.forked) continue;
    if (std::ranges::find(hand_over.devices, view.device) == hand_over.devices.end())
      hand_over.devices.push_back(view.device);
    receivers.push_back(view);
  }
  if (receivers.empty())
    return fail(Errc::not_found,
                "{} has no coordinator here, to whom the lead could be handed over; \"guantong "
                "members\" lists everybody",
                printable(site));
  Change change;
  change.hand_over = std::move(hand_over);
  TRY(act_with_right(
      workspace, *session, change, why, message("hand the lead over to {}", printable(site))));
  TRY(session->commit());
  return receivers;
}

}  // namespace guantong
