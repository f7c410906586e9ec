#include "cli/agreement.h"

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "cli/language.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/next_step.h"
#include "client/reading.h"
#include "client/signing.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {

Result<std::string> label_of(Session& session, const RecordId& org) {
  const auto site = session.members().site_of_org(org);
  if (!site) return code_of(session, org);
  return site_label(session, *site);
}

Result<std::string> labels_of(Session& session, const std::vector<RecordId>& orgs) {
  std::vector<std::string> labels;
  for (const auto& org : orgs) {
    auto label = TRY(label_of(session, org));
    labels.push_back(std::move(label));
  }
  return join_words(labels);
}

Json codes_of(Session& session, const std::vector<RecordId>& orgs) {
  Json codes = Json::array();
  for (const auto& org : orgs)
    codes.push_back(code_of(session, org));
  return codes;
}

std::string_view word_of(TransferStatus status) {
  switch (status) {
    case TransferStatus::voided:
      return "void";
    case TransferStatus::in_force:
      return "in_force";
    case TransferStatus::followed:
      return "followed";
    case TransferStatus::stopped:
      return "stopped";
    case TransferStatus::overtaken:
      return "overtaken";
    case TransferStatus::open:
      return "open";
  }
  return "void";
}

std::string_view word_of(HoldingAct::Kind kind) {
  switch (kind) {
    case HoldingAct::Kind::transfer:
      return "transfer";
    case HoldingAct::Kind::consent:
      return "consent";
    case HoldingAct::Kind::withdraw:
      return "withdraw";
    case HoldingAct::Kind::decline:
      return "decline";
    case HoldingAct::Kind::invite:
      return "offer_to_all";
    case HoldingAct::Kind::escalate:
      return "escalate";
  }
  return "transfer";
}

std::string became(TransferStatus status, Void verdict) {
  switch (status) {
    case TransferStatus::in_force:
      return tr("in force");
    case TransferStatus::followed:
      return tr("was in force");
    case TransferStatus::stopped:
      return tr("stopped, unless it was agreed to before hearing of that");
    case TransferStatus::overtaken:
      return tr("overtaken");
    case TransferStatus::open:
      return tr("waits");
    case TransferStatus::voided:
      break;
  }
  return tr("of no effect: {}", say(reason_of(verdict)));
}

std::string signing_now(const SigningView& signing) {
  if (signing.frozen)
    return tr(
        "Two versions were signed apart. What both contain stands, and nothing in it changes "
        "until all partners sign one of them.");
  return signing.closed ? tr("Signed by all partners and closed.") : tr("A draft: not closed yet.");
}

void show_steps(Context& context, const std::vector<NextStep>& steps) {
  if (steps.empty()) return;
  context.out << tr("What you can do:") << '\n';
  for (const auto& step : steps) {
    context.out << "  - " << wrap(say(step.what), context.width, 4) << '\n'
                << "      " << step.command << '\n';
  }
}

Json json_of(const std::vector<NextStep>& steps) {
  Json list = Json::array();
  for (const auto& step : steps)
    list.push_back({{"what", say(step.what)}, {"command", step.command}});
  return list;
}

}  // namespace guantong
