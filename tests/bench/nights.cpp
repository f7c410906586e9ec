#include "tests/bench/nights.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/clock.h"
#include "client/crypto/device_key.h"
#include "client/editor.h"
#include "client/membership.h"
#include "client/receiving.h"
#include "client/sealing.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/exchange.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"

namespace guantong::bench {
namespace {

constexpr std::size_t story_lines = 20;  ///< As sealing has it.

constexpr std::array<std::string_view, edited_fields> field_names{
    "title_en", "author", "press", "edition", "published", "kind"};

std::string code_of(std::size_t material) {
  return fmt::format("MT-{:04}", material);
}

std::string draw_value(std::string_view field, std::mt19937& random) {
  if (field == "title_en") return fmt::format("Data Processing, volume {}", random() % 1'000);
  if (field == "author") return fmt::format("编写组{}", random() % 300);
  if (field == "press") return fmt::format("第{}出版社", random() % 100);
  if (field == "edition") return fmt::format("第{}版", random() % 12 + 1);
  return fmt::format("{}-{:02}", 2015 + random() % 12, random() % 12 + 1);
}

/// Tag and value, as a partial record message holds them.
Value draw(const Field& field, std::mt19937& random) {
  if (field.kind == ValueKind::choice)
    return integer_value(field, static_cast<std::int64_t>(random() % 9 + 1));
  return text_value(field, draw_value(field.name, random));
}

const RecordType& material_type(const Workspace& workspace) {
  return *workspace.schema().type("material");
}

}  // namespace

/// A batch that is being written.
struct Nights::Draft {
  Batch batch;
  std::vector<CommitId> parents;
  Story story;
  std::map<Place, Dot> written;  ///< The last version of each field.
};

Result<void> Nights::admit_others(std::size_t sites) {
  Request request = TRY(own_request(*workspace_));
  for (std::size_t i = 1; i < sites; ++i) {
    auto key = TRY(DeviceKey::generate());
    auto& member = request.member;
    member.key = key.public_key();
    member.site = fmt::format("s{:03}", i);
    member.site_name = fmt::format("Site {}", i);
    member.site_kind = "university";
    fill_random(member.person.bytes);
    member.name = fmt::format("Teacher {}", i);
    member.email = fmt::format("t{}@site.invalid", i);
    TRY(admit(*workspace_, request, Level::coordinator));
    Author author;
    author.device = device_id(member.key);
    author.site = member.site;
    author.signer = std::make_unique<KeySigner>(std::move(key));
    authors_.push_back(std::move(author));
  }
  return {};
}

Result<void> Nights::write_materials() {
  auto session = TRY(Session::begin(workspace_->store()));
  Editor editor{*workspace_, *session};
  const auto& type = material_type(*workspace_);
  for (std::size_t i = 0; i < materials; ++i) {
    const std::vector<FieldEdit> fields{
        {"code", FieldEdit::Kind::set, code_of(i)},
        {"title_zh", FieldEdit::Kind::set, fmt::format("数据处理 第{}册", i)},
        {"title_en", FieldEdit::Kind::set, fmt::format("Data Processing, volume {}", i)},
        {"author", FieldEdit::Kind::set, "编写组"},
        {"press", FieldEdit::Kind::set, "示例出版社"},
        {"edition", FieldEdit::Kind::set, "第1版"},
        {"published", FieldEdit::Kind::set, "2024-08"},
        {"kind", FieldEdit::Kind::set, "national_plan"}};
    TRY(editor.add(type, fields, ""));
    const auto record = TRY(editor.reading().find("material:" + code_of(i)));
    keys_.push_back(record.id);
  }
  for (std::size_t i = 0; i < materials; ++i) {
    const auto record = TRY(session->store().intern_record(keys_[i]));
    const auto* state = TRY(session->merger().state(record));
    for (std::size_t field = 0; field < edited_fields; ++field) {
      for (const auto& head : state->find(type.field(field_names[field])->slot)->heads)
        heads_[{i, field}].push_back({0, head.n});
    }
  }
  return session->commit();
}

Result<Nights> Nights::found(const std::filesystem::path& root, std::size_t sites) {
  auto workspace =
      TRY(guantong::found(root, {"bench", "lead", "Lead", "vocational", "Lead", "l@site.invalid"}));
  Nights nights{std::move(workspace)};
  nights.time_ms_ = now_ms() - 1'000'000'000;
  Author founder;
  founder.device = nights.workspace_->device();
  nights.authors_.push_back(std::move(founder));
  TRY(nights.admit_others(sites));
  TRY(nights.write_materials());
  TRY(seal_all(*nights.workspace_));
  auto session = TRY(Session::begin(nights.workspace_->store()));
  for (auto& author : nights.authors_) {
    const auto stream = TRY(session->store().intern_stream(author.device, Space::plan));
    author.grant = {0, session->members().grants_of(stream).front()->dot.n};
    const auto tip = TRY(session->store().tip(stream));
    author.tip = tip.commit;
  }
  return nights;
}

Nights::Draft Nights::draft(std::size_t writer, const std::vector<CommitId>& tips) {
  const auto& type = material_type(*workspace_);
  const auto& author = authors_[writer];
  Draft made;
  auto& batch = made.batch;
  batch.consortium = workspace_->config().consortium;
  batch.number = author.number + 1;
  batch.first_n = author.last_n + 1;
  batch.previous = author.previous;
  std::map<StreamNo, StreamNo> streams;
  std::map<std::size_t, RecordNo> records;
  const auto place_of = [&](StreamNo stream) {
    const auto [at, fresh] =
        streams.try_emplace(stream, static_cast<StreamNo>(batch.devices.size()));
    if (fresh) batch.devices.push_back(authors_[stream].device);
    return at->second;
  };
  const auto self = static_cast<StreamNo>(writer);
  place_of(self);
  batch.under = Dot{place_of(0), author.grant.n};
  for (std::size_t i = 0; i < edits_a_night; ++i) {
    const bool hot = random_() % 20 == 0;
    const auto material = random_() % (hot ? hot_materials : materials);
    const Place place{material, random_() % edited_fields};
    const auto& field = *type.field(field_names[place.second]);
    Change change;
    const auto [record, fresh] =
        records.try_emplace(material, static_cast<RecordNo>(batch.records.size()));
    if (fresh) batch.records.push_back(keys_[material]);
    change.record = record->second;
    change.fields = draw(field, random_);
    const auto mine = made.written.find(place);
    for (const auto& head : mine == made.written.end() ? heads_[place] : std::vector{mine->second})
      change.supersedes.push_back({field.slot, {place_of(head.stream), head.n}});
    // Somebody who works through a list, by hand.
    change.time.ms = time_ms_ += 2'000 + random_() % 60'000;
    made.written[place] = {self, batch.first_n + i};
    if (made.story.lines.size() < story_lines)
      made.story.lines.push_back(fmt::format(
          "material {}: {} changed to \"{}\"", code_of(material), field.name, random_() % 1'000));
    batch.changes.push_back(std::move(change));
  }
  made.story.subject = fmt::format("{}, and {} more", made.story.lines.front(), edits_a_night - 1);
  made.story.lines.push_back(fmt::format("and {} more", edits_a_night - story_lines));
  for (const auto& [stream, place] : streams) {
    // What the founder wrote is reached by everything that comes later.
    if (stream != self && (stream != 0 || author.number == 0)) made.parents.push_back(tips[stream]);
  }
  std::ranges::sort(made.parents);
  if (author.number > 0) made.parents.insert(made.parents.begin(), author.tip);
  return made;
}

Result<void> Nights::seal(std::size_t writer,
                          const Draft& draft,
                          GitHistory& into,
                          const std::string& refs) {
  auto& author = authors_[writer];
  const auto& consortium = *draft.batch.consortium;
  const auto sealed = guantong::seal(draft.batch,
                                     draft.parents,
                                     draft.story,
                                     {fmt::format("Teacher {}", writer),
                                      fmt::format("t{}@site.invalid", writer),
                                      author.site,
                                      author.site + " device"},
                                     &consortium);
  const auto arrived = TRY(write_sealed(sealed, *author.signer, into));
  author.number = draft.batch.number;
  author.last_n += draft.batch.changes.size();
  author.previous = arrived.digest;
  author.tip = arrived.commit;
  return into.repository().set_ref(refs + branch_name({Space::plan, author.site, author.device}),
                                   arrived.commit);
}

Result<void> Nights::write(GitHistory& into, const std::string& refs, std::size_t writers) {
  std::vector<CommitId> tips;
  for (const auto& author : authors_)
    tips.push_back(author.tip);
  std::map<Place, std::vector<Dot>> written;
  for (std::size_t writer = 1; writer <= writers; ++writer) {
    const auto made = draft(writer, tips);
    TRY(seal(writer, made, into, refs));
    for (const auto& [place, dot] : made.written)
      written[place].push_back(dot);
  }
  for (auto& [place, dots] : written)
    heads_[place] = std::move(dots);
  return {};
}

Result<void> Nights::pass() {
  TRY(write(workspace_->history(), "refs/heads/", others()));
  TRY(receive(*workspace_, "refs/heads/"));
  return {};
}

Result<std::uint64_t> receive(Workspace& workspace, const std::string& refs) {
  std::vector<Branch> branches;
  const auto found = TRY(workspace.history().repository().refs(refs));
  for (const auto& ref : found)
    branches.push_back({ref.name.substr(refs.size()), ref.target});
  auto session = TRY(Session::begin(workspace.store()));
  const auto received = TRY(guantong::receive(workspace, *session, branches, now_ms()));
  if (!received.set_aside.empty()) return received.set_aside.front().reason;
  if (received.quarantined > 0) return fail(Errc::conflict, "the night's work does not count");
  TRY(session->commit());
  return received.changes();
}

Result<void> copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, error);
  if (error) return fail(Errc::io, "cannot copy {}: {}", from.string(), error.message());
  return {};
}

}  // namespace guantong::bench
