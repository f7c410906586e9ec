#include "client/membership.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/clock.h"
#include "client/config.h"
#include "client/crockford.h"
#include "client/crypto/device_key.h"
#include "client/editor.h"
#include "client/field_edit.h"
#include "client/git/git_history.h"
#include "client/sealing.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"
#include "sync/history.h"
#include "sync/members.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"

namespace guantong {
namespace {

constexpr std::size_t name_characters = 200;
constexpr std::string_view request_prefix = "guantong-request:";
constexpr std::size_t code_size = 8;
constexpr std::array<std::pair<std::string_view, Level>, 4> levels{
    {{"auditor", Level::auditor},
     {"teacher", Level::teacher},
     {"coordinator", Level::coordinator},
     {"lead", Level::lead}}};

Result<void> check_person(const Founder& who) {
  if (!is_slug(who.site))
    return fail(Errc::invalid,
                "the site's short name \"{}\" is not made of a-z, 0-9 and -, at most 32",
                printable(who.site));
  for (const auto* text : {&who.consortium_name, &who.site_name, &who.person, &who.email})
    TRY(in_context(check_text(*text, name_characters), "a name cannot be stored"));
  if (who.person.empty()) return fail(Errc::invalid, "a person's name is needed");
  if (who.email.find('@') == std::string::npos)
    return fail(Errc::invalid, "\"{}\" is no e-mail address", printable(who.email));
  const auto* org = Schema::built_in().type("org");
  if (!who.site_kind.empty() &&
      org->field("kind")->choice(std::string_view{who.site_kind}) == nullptr) {
    return fail(Errc::invalid,
                "\"{}\" is no kind of organisation; it is one of highschool, vocational, "
                "university, foreign, enterprise, authority, other",
                printable(who.site_kind));
  }
  return {};
}

Config config_of(const Founder& who) {
  Config config;
  config.site = who.site;
  config.site_name = nfc(who.site_name);
  config.site_kind = who.site_kind;
  Person person{nfc(who.person), who.email, {}};
  fill_random(person.id.bytes);
  config.people.push_back(std::move(person));
  return config;
}

/// The organisation's own record, made with its site.
Result<void> add_org(Workspace& workspace, Session& session, const Member& member) {
  Editor editor{workspace, session};
  const auto& type = *workspace.schema().type("org");
  std::string code = member.site;
  std::ranges::transform(
      code, code.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto known =
      TRY(session.store().find_record({type.number, session.members().org_id(member.site)}));
  if (known) {
    const auto* state = TRY(session.merger().state(*known));
    if (state->find(life_cycle) != nullptr) return {};
  }
  const std::vector<FieldEdit> edits{
      {"code", FieldEdit::Kind::set, code},
      {"kind", FieldEdit::Kind::set, member.site_kind.empty() ? "other" : member.site_kind},
      {"name_zh", FieldEdit::Kind::set, member.site_name.empty() ? code : member.site_name}};
  TRY(editor.add(type, edits, ""));
  return {};
}

Result<void> intern_own_streams(Workspace& workspace) {
  auto session = TRY(Session::begin(workspace.store()));
  for (const auto space : {Space::plan, Space::school, Space::device})
    TRY(session->store().intern_stream(workspace.device(), space));
  return session->commit();
}

/// The request's payload and signature, in a commit without parents: one form for all that is
/// signed.
Result<Request> read_request(const std::string& raw, const std::string& payload) {
  const auto commit = TRY(parse_commit(raw));
  auto request = TRY(decode_request(payload));
  TRY(verify_ssh_signature(commit.signature, signed_part(commit), request.member.key));
  return request;
}

}  // namespace

Result<Level> level_named(std::string_view word) {
  for (const auto& [name, level] : levels) {
    if (name == word) return level;
  }
  return fail(Errc::invalid,
              "\"{}\" is no level; it is one of auditor, teacher, coordinator, lead",
              printable(word));
}

std::string_view word_of(Level level) {
  for (const auto& [name, other] : levels) {
    if (other == level) return name;
  }
  return "none";
}

Result<Workspace> found(const std::filesystem::path& root,
                        const Founder& founder,
                        const std::optional<PublicKey>& recovery_key) {
  TRY(check_person(founder));
  if (founder.site_kind.empty())
    return fail(Errc::invalid, "the kind of the founding site is needed");
  auto workspace = TRY(Workspace::create(root, config_of(founder)));
  Batch batch;
  batch.number = 1;
  batch.first_n = 1;
  batch.devices = {workspace.device()};
  Change founding;
  founding.time = {now_ms(), 0};
  founding.founding = Founding{nfc(founder.consortium_name),
                               workspace.self(),
                               recovery_key ? std::string{recovery_key->raw()} : ""};
  batch.changes = {founding};
  const Story story{fmt::format("consortium {} founded by {} ({})",
                                founder.consortium_name,
                                founder.person,
                                founder.site),
                    {}};
  const auto sealed = seal(batch, {}, story, byline_of(workspace), nullptr);
  const auto* signer = TRY(workspace.signer());
  const auto arrived = TRY(write_sealed(sealed, *signer, workspace.history()));
  TRY(workspace.history().set_branch(
      {branch_name({Space::plan, founder.site, workspace.device()}), arrived.commit}));
  {
    auto session = TRY(Session::begin(workspace.store()));
    TRY(session->applier().apply(arrived, now_ms()));
    TRY(session->commit());
  }
  TRY(intern_own_streams(workspace));
  {
    auto session = TRY(Session::begin(workspace.store()));
    TRY(add_org(workspace, *session, workspace.self()));
    TRY(session->commit());
  }
  workspace.config().consortium = arrived.digest;
  // Last, so that what was cut off half way is no workspace.
  TRY(workspace.save_config());
  return workspace;
}

namespace {

Result<Workspace> follow(Workspace workspace,
                         const std::string& url,
                         const ConsortiumId& consortium) {
  workspace.config().consortium = consortium;
  workspace.config().remotes["origin"] = {url};
  TRY(intern_own_streams(workspace));
  TRY(workspace.save_config());
  return workspace;
}

}  // namespace

Result<Workspace> join(const std::filesystem::path& root,
                       const std::string& url,
                       const ConsortiumId& consortium,
                       const Founder& newcomer) {
  TRY(check_person(newcomer));
  auto workspace = TRY(Workspace::create(root, config_of(newcomer)));
  return follow(std::move(workspace), url, consortium);
}

Result<Workspace> join_with_recovery_key(const std::filesystem::path& root,
                                         const std::string& url,
                                         const ConsortiumId& consortium,
                                         const Founder& newcomer,
                                         DeviceKey key) {
  TRY(check_person(newcomer));
  auto config = config_of(newcomer);
  config.recovery = true;
  auto workspace = TRY(Workspace::create(root, std::move(config), std::move(key)));
  return follow(std::move(workspace), url, consortium);
}

Result<bool> work_as(Workspace& workspace, const std::string& person, const std::string& email) {
  auto& config = workspace.config();
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < config.people.size(); ++i) {
    const auto& one = config.people[i];
    const bool named = one.name == nfc(person) || one.email == person;
    if (named && (email.empty() || one.email == email)) found.push_back(i);
  }
  if (found.size() > 1)
    return fail(Errc::invalid,
                "{} people on this computer are called {}; name the e-mail address",
                found.size(),
                printable(person));
  if (found.empty() && email.empty())
    return fail(Errc::not_found,
                "nobody on this computer is called {}; for somebody new, give --email as well",
                printable(person));
  if (found.empty()) {
    Founder newcomer;
    newcomer.site = config.site;
    newcomer.person = person;
    newcomer.email = email;
    TRY(check_person(newcomer));
    Person fresh{nfc(person), email, {}};
    fill_random(fresh.id.bytes);
    config.people.push_back(std::move(fresh));
  }
  config.working = found.empty() ? config.people.size() - 1 : found.front();
  TRY(workspace.save_config());
  return found.empty();
}

Result<std::vector<std::string>> look_alikes(Session& session, const Member& newcomer) {
  const auto all = TRY(members(session));
  std::vector<std::string> alike;
  for (const auto& view : all) {
    const bool another = view.member.person != newcomer.person && view.level > Level::none &&
                         view.member.site == newcomer.site;
    if (another && looks_like(view.member.name, newcomer.name))
      alike.push_back(view.member.name + " <" + view.member.email + ">");
  }
  return alike;
}

Result<Request> own_request(const Workspace& workspace) {
  return Request{workspace.config().consortium, workspace.self(), 0};
}

std::string request_code(const Request& request) {
  const auto digest = blake2b(encode_request(request));
  std::string code;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 5; ++i)
    bits = bits << 8U | digest.bytes[i];
  for (std::size_t i = 0; i < code_size; ++i) {
    if (i == code_size / 2) code += '-';
    code += crockford_letters[(bits >> (35 - 5 * i)) & 31U];
  }
  return code;
}

std::string request_text(const Request& request, const Signer& signer) {
  const auto payload = encode_request(request);
  const auto signature = ssh_signature(signer.public_key(), signer.sign(ssh_signed_data(payload)));
  return std::string{request_prefix} + to_hex(payload) + "." + to_hex(signature);
}

Result<void> publish_request(Workspace& workspace, GitRemote& remote) {
  const auto request = TRY(own_request(workspace));
  const auto payload = encode_request(request);
  Commit commit;
  commit.tree = TRY(workspace.history().write_payload(payload));
  const auto& config = workspace.config();
  commit.author = {clean_ident(config.now().name), clean_ident(config.now().email), 0, 0};
  commit.committer = commit.author;
  commit.message = fmt::format("request to join: {} ({})\n\ncode {}\n",
                               clean_ident(config.now().name),
                               config.site,
                               request_code(request));
  const auto* signer = TRY(workspace.signer());
  commit.signature =
      ssh_signature(signer->public_key(), signer->sign(ssh_signed_data(signed_part(commit))));
  const auto id = TRY(workspace.history().write_commit(render(commit)));
  return remote.push_request(workspace.device(), id);
}

Result<std::vector<Request>> waiting_requests(Workspace& workspace) {
  std::vector<Request> requests;
  auto session = TRY(Session::begin(workspace.store()));
  for (const auto& [name, remote] : workspace.config().remotes) {
    GitRemote there{workspace.history(), name, remote.url};
    const auto commits = TRY(there.fetch_requests());
    for (const auto& id : commits) {
      const auto raw = workspace.history().read_commit(id);
      const auto commit = raw ? parse_commit(*raw) : Result<Commit>{raw.error()};
      const auto payload = commit ? workspace.history().read_payload(commit->tree)
                                  : Result<std::string>{commit.error()};
      // Anybody may put anything there: what is not a signed request for this consortium is no
      // request.
      auto request = payload ? read_request(*raw, *payload) : Result<Request>{payload.error()};
      if (!request || request->consortium != workspace.config().consortium) continue;
      const auto stream =
          TRY(session->store().intern_stream(device_id(request->member.key), Space::plan));
      const auto& members = session->members();
      const bool waits = members.best_grant(stream, request->member.person) == nullptr &&
                         !members.has_left(stream);
      if (waits) requests.push_back(*std::move(request));
    }
  }
  return requests;
}

Result<Request> read_request_text(std::string_view text) {
  const auto body = text.substr(std::min(request_prefix.size(), text.size()));
  const auto dot = body.find('.');
  const auto payload = dot == std::string_view::npos ? std::nullopt : from_hex(body.substr(0, dot));
  const auto signature =
      dot == std::string_view::npos ? std::nullopt : from_hex(body.substr(dot + 1));
  if (!text.starts_with(request_prefix) || !payload || !signature)
    return fail(Errc::invalid,
                "the request is not whole; copy all of it, from guantong-request: to the end");
  auto request = TRY(decode_request(*payload));
  TRY(verify_ssh_signature(*signature, *payload, request.member.key));
  return request;
}

Result<Request> find_request(Workspace& workspace, std::string_view code_or_text) {
  if (code_or_text.starts_with(request_prefix)) {
    auto request = TRY(read_request_text(code_or_text));
    if (request.consortium != workspace.config().consortium)
      return fail(Errc::denied, "the request is for another consortium");
    return request;
  }
  std::string code{code_or_text};
  std::ranges::transform(
      code, code.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  auto requests = TRY(waiting_requests(workspace));
  for (auto& request : requests) {
    if (request_code(request) == code) return std::move(request);
  }
  return fail(Errc::not_found,
              "no request with the code {} waits at a remote; the other side runs \"guantong "
              "sync\" first, or gives its whole request as text",
              printable(code));
}

Result<void> admit(Workspace& workspace, const Request& request, Level level) {
  if (!is_valid_key(request.member.key))
    return fail(Errc::denied, "the request's key is not one that may be used");
  auto session = TRY(Session::begin(workspace.store()));
  Member member = request.member;
  const auto stream = TRY(session->store().intern_stream(device_id(member.key), Space::plan));
  if (const auto own = session->members().site_of(stream)) {
    const auto& slug = session->members().sites()[*own].slug;
    if (slug != member.site)
      return fail(Errc::denied,
                  "this computer's key belongs to {} already, and a key belongs to one site: {} "
                  "joins {} with a workspace of its own, which has another key",
                  slug,
                  printable(member.name),
                  member.site);
  }
  const auto known = session->members().site(member.site);
  if (known) {
    // A site's kind and name are settled by its first admission.
    member.site_name = session->members().sites()[*known].name;
    member.site_kind = session->members().sites()[*known].kind;
  } else if (member.site_kind.empty()) {
    return fail(Errc::invalid,
                "the site {} is new: it must ask again with --site-name and --kind",
                member.site);
  }
  Change change;
  change.grant = Grant{member, level};
  TRY(act_with_right(workspace,
                     *session,
                     change,
                     "",
                     message("admit {} as {} of {}", member.name, word_of(level), member.site)));
  if (!known) TRY(add_org(workspace, *session, member));
  return session->commit();
}

Result<const Act*> act_with_right(Workspace& workspace,
                                  Session& session,
                                  const Change& change,
                                  std::string_view why,
                                  const Message& what) {
  Editor editor{workspace, session};
  const auto* act = TRY(editor.act(change, why));
  if (act->right && act->stands) return act;
  const auto* grant = session.members().authority().grant(act->by, act->under);
  const bool may = act->right && session.members().level_of(*grant) >= act->needs;
  Error error = may ? fail(Errc::denied,
                           "nobody would have the lead any more; nothing was written. "
                           "Hand the lead over first, with \"guantong pass-lead\"")
                    : fail(Errc::denied,
                           "{} of {} may not do that; nothing was written",
                           workspace.config().now().name,
                           workspace.config().site);
  error.message.causes.push_back(what);
  return error;
}

Result<std::vector<MemberView>> members(Session& session) {
  std::vector<MemberView> views;
  const auto& all = session.members();
  const auto lead = all.founded() ? std::optional{all.lead()} : std::nullopt;
  for (const auto& [stream, grants] : all.all()) {
    std::map<PersonId, MemberView> people;
    for (const auto* grant : grants) {
      if (!grant->right) continue;
      auto& view = people[grant->member.person];
      const auto level = all.level_of(*grant);
      if (view.member.name.empty() || level >= view.level) {
        view.member = grant->member;
        view.level = level;
        const auto& act = all.authority().acts()[grant->act];
        const auto* giver = all.authority().grant(act.by, act.under);
        if (giver != nullptr) view.admitted_by = giver->member.name;
      }
    }
    const auto tip = TRY(session.store().tip(stream));
    for (auto& [person, view] : people) {
      view.device = tip.device;
      view.is_lead_site = all.site(view.member.site) == lead;
      view.forked = all.authority().forks().contains(stream);
      view.batches = tip.number;
      views.push_back(std::move(view));
    }
  }
  return views;
}

Result<MemberView> member_named(Session& session, std::string_view device) {
  const auto all = TRY(members(session));
  std::optional<MemberView> found;
  for (const auto& view : all) {
    if (!to_hex(view.device.raw()).starts_with(device)) continue;
    if (found && found->device != view.device)
      return fail(Errc::invalid,
                  "more than one device begins with {}; give more of its digits, as \"guantong "
                  "members --json\" shows them",
                  printable(device));
    if (!found || view.level > found->level) found = view;
  }
  if (device.size() < 4 || !found)
    return fail(Errc::not_found,
                "no device begins with {}; \"guantong members\" lists them",
                printable(device));
  return *std::move(found);
}

}  // namespace guantong
