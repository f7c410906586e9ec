// guantong sign: close a draft by all partners' signatures, open it again, and see who has signed.
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/agreement.h"
#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/editor.h"
#include "client/inbox.h"
#include "client/signing.h"
#include "client/tenures.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {
namespace {

using Kind = HoldingAct::Kind;

struct SignOptions {
  std::string record;
  std::string why;
  bool show = false;
  bool reopen = false;
  bool decline = false;
  bool withdraw = false;
};

std::string_view phase_of(const SigningView& signing) {
  if (signing.frozen) return "frozen";
  return signing.closed ? "closed" : "draft";
}

Json json_of(Session& session, const Signature& signature) {
  Json json{{"site", code_of(session, signature.site)},
            {"person", signature.person},
            {"kind", word_of(signature.kind)},
            {"why", signature.why},
            {"written_ms", signature.written_ms},
            {"counts", signature.verdict == Void::none}};
  if (signature.verdict != Void::none) json["reason"] = say(reason_of(signature.verdict));
  return json;
}

Json json_of(Session& session, const SigningView& signing) {
  Json moves = Json::array();
  for (const auto& move : signing.moves) {
    Json signatures = Json::array();
    for (const auto& signature : move.signatures)
      signatures.push_back(json_of(session, signature));
    moves.push_back({{"id", move.id},
                     {"closes", move.closes},
                     {"status", word_of(move.status)},
                     {"stale", move.stale},
                     {"waits_for", codes_of(session, move.missing)},
                     {"signatures", std::move(signatures)}});
  }
  return {{"record", signing.record.name()},
          {"title", signing.title},
          {"phase", phase_of(signing)},
          {"content", to_hex(signing.content.raw())},
          {"moves", std::move(moves)}};
}

std::string fate_of(const PhaseMove& move) {
  if (move.stale) return tr("stale: it was changed since, and wants signing anew");
  return became(move.status, move.verdict);
}

std::string did(const PhaseMove& move, const Signature& signature) {
  std::string text;
  if (signature.kind == Kind::withdraw) {
    text = tr("took the signature back");
  } else if (signature.kind == Kind::decline) {
    text = tr("refused to sign");
  } else {
    text = move.closes ? tr("signed") : tr("wants it open again");
  }
  if (signature.verdict == Void::none) return text;
  return text + " (" + tr("of no effect: {}", say(reason_of(signature.verdict))) + ")";
}

Result<void> show_card(Context& context,
                       Session& session,
                       const SigningView& signing,
                       const RecordId& own) {
  context.out << signing.record.name() << "  " << printable(signing.title) << '\n'
              << signing_now(signing) << '\n';
  for (const auto& move : signing.moves) {
    context.out << '\n'
                << (move.closes ? tr("Closing {}: {}", move.id, fate_of(move))
                                : tr("Opening again {}: {}", move.id, fate_of(move)))
                << '\n';
    Table table{{tr("Who"), tr("When"), tr("Did"), tr("Why")}};
    for (const auto& signature : move.signatures) {
      const auto site = TRY(label_of(session, signature.site));
      table.row({signature.person + ", " + site,
                 shown_time(signature.written_ms),
                 did(move, signature),
                 signature.why});
    }
    context.out << table.render(context.width);
    if (move.missing.empty()) continue;
    const auto missing = TRY(labels_of(session, move.missing));
    context.out << tr("Not signed yet: {}", missing) << '\n';
  }
  for (const auto& record : signing.conflicts)
    context.out << tr("In conflict, to be decided first: {}", record.name()) << '\n';
  const auto steps = next_steps(signing, own);
  if (!steps.empty()) context.out << '\n';
  show_steps(context, steps);
  return {};
}

Result<SigningWish> wish_of(const SignOptions& options) {
  if (int{options.show} + int{options.reopen} + int{options.decline} + int{options.withdraw} > 1)
    return fail(Errc::invalid, "give one of --show, --reopen, --decline and --withdraw");
  if ((options.reopen || options.decline) && options.why.empty())
    return fail(Errc::invalid, "give the reason with --why: the others will ask for it");
  using Wish = SigningWish::Kind;
  if (options.reopen) return SigningWish{Wish::reopen};
  if (options.decline) return SigningWish{Wish::decline};
  return SigningWish{options.withdraw ? Wish::withdraw : Wish::sign};
}

Result<Ending> run_sign(Context& context, const SignOptions& options) {
  const auto wish = TRY(wish_of(options));
  auto workspace = TRY(open_workspace(context));
  auto session = TRY(Session::begin(workspace.store()));
  Editor editor{workspace, *session};
  const auto record = TRY(editor.reading().find(options.record));
  auto signing = TRY(signing_view(*session, record));
  if (!options.show) {
    const auto act = TRY(act_for(*session, workspace, signing, wish));
    TRY(editor.hold(record, act, options.why));
    signing = TRY(signing_view(*session, record));
    TRY(session->commit());
  }
  if (context.json) {
    print(context, json_of(*session, signing));
  } else {
    TRY(show_card(context, *session, signing, own_org(workspace, *session)));
  }
  return Ending::done;
}

}  // namespace

void add_sign(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<SignOptions>();
  Command command{
      app, "sign", tr("Sign a draft with all partners, which closes it; or open it again")};
  command.text("record", options->record, tr("type:key, as in plan:PLAN-BD-2027"), Needed::yes);
  command.flag("--show", options->show, tr("Only say who has signed what, and who has not"));
  command.flag(
      "--reopen", options->reopen, tr("Ask the others to open it again, or agree to that"));
  command.flag("--decline", options->decline, tr("Refuse to sign what waits"));
  command.flag("--withdraw", options->withdraw, tr("Take back what this site has proposed"));
  command.text(
      "--why", options->why, tr("The reason, which everybody can read"), Needed::no, tr("TEXT"));
  command.examples(
      "  guantong sign plan:PLAN-BD-2027\n  guantong sign plan:PLAN-BD-2027 --show\n"
      "  guantong sign plan:PLAN-BD-2027 --reopen --why 勘误：第九章");
  command.runs(chosen, [options](Context& context) { return run_sign(context, *options); });
}

}  // namespace guantong
