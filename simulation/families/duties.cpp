// Sites take duties and records over from one another, by consent.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/draws.h"
#include "simulation/families/family.h"
#include "simulation/plan.h"
#include "simulation/world.h"
#include <fmt/format.h>

#include "client/editor.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {
namespace {

using Wish = TenureWish::Kind;

constexpr std::pair<std::string_view, Wish> wishes[] = {{"claim", Wish::claim},
                                                        {"claim", Wish::claim},
                                                        {"request", Wish::request},
                                                        {"offer", Wish::offer},
                                                        {"offer", Wish::offer},
                                                        {"accept", Wish::accept},
                                                        {"accept", Wish::accept},
                                                        {"accept", Wish::accept},
                                                        {"decline", Wish::decline},
                                                        {"withdraw", Wish::withdraw},
                                                        {"escalate", Wish::escalate},
                                                        {"rule", Wish::rule}};

Result<Wish> wish_named(std::string_view word) {
  for (const auto& [name, wish] : wishes) {
    if (name == word) return wish;
  }
  return fail(Errc::invalid, "\"{}\" in the script is nothing that is done with a duty", word);
}

Step draw_duty(Draws& draws, const Setting& setting) {
  const auto to = draws.one_in(4) ? std::string{"all"} : draw_site(draws, setting);
  return {"duty",
          draw_site(draws, setting),
          fmt::format("duty:DU-{}", 1 + draws.below(duties_at_first)),
          std::string{wishes[draws.below(std::size(wishes))].first},
          to};
}

Step draw_owner(Draws& draws, const Setting& setting) {
  return {"owner",
          draw_site(draws, setting),
          "course:" + course_code(draws.below(setting.sites) + 1),
          std::string{wishes[2 + draws.below(std::size(wishes) - 2)].first},
          draw_site(draws, setting)};
}

/// The act on the first of what waits there, where several do.
Result<HoldingAct> act_on_first(Session& session,
                                const Workspace& workspace,
                                const TenureView& tenure,
                                TenureWish wish) {
  const bool answers =
      wish.kind == Wish::accept || wish.kind == Wish::decline || wish.kind == Wish::withdraw;
  auto act = act_for(session, workspace, tenure, wish);
  if (act || !answers) return act;
  for (const auto& waiting : tenure.acts) {
    wish.id = waiting.id;
    act = act_for(session, workspace, tenure, wish);
    if (act) return act;
  }
  return act;
}

Result<void> hold(World& world, const Step& step, HeldSubject subject) {
  auto* site = TRY(world.site(step[1]));
  TenureWish wish;
  wish.kind = TRY(wish_named(step[3]));
  wish.to = step[4];
  const auto acts = [&](Workspace& workspace, std::string_view why) -> Result<void> {
    auto session = TRY(Session::begin(workspace.store()));
    const auto record = TRY(record_at(*session, step[2]));
    if (!record) return fail(Errc::not_found, "there is no {}", step[2]);
    const auto tenure = TRY(tenure_view(*session, *record, subject));
    auto act = TRY(act_on_first(*session, workspace, tenure, wish));
    Editor editor{workspace, *session};
    TRY(editor.hold(*record, std::move(act), why));
    return session->commit();
  };
  const auto tried = TRY(world.act(*site, ActKind::of_record, acts));
  if (tried == Tried::done) world.count("acts on duties and owners");
  return {};
}

Result<void> run_duty(World& world, const Step& step) {
  return hold(world, step, HeldSubject::holder);
}

Result<void> run_owner(World& world, const Step& step) {
  return hold(world, step, HeldSubject::owner);
}

}  // namespace

std::vector<Verb> duty_verbs() {
  return {{"duty", 4, 14, draw_duty, run_duty}, {"owner", 4, 4, draw_owner, run_owner}};
}

}  // namespace guantong::simulation
