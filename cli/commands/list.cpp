// guantong list: records of a type.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/field_edit.h"
#include "client/name_order.h"
#include "client/reading.h"
#include "client/sqlite/typed_tables.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

struct ListOptions {
  std::string type;
  std::vector<std::string> where;
  std::string sort = "key";
  bool all = false;
};

NameOrder order_named(std::string_view word) {
  if (word == "pinyin") return NameOrder::pinyin;
  return word == "strokes" ? NameOrder::strokes : NameOrder::key;
}

constexpr std::size_t columns_shown = 5;

Result<Ending> run_list(Context& context, const ListOptions& options) {
  auto workspace = TRY(open_workspace(context));
  Reading reading{workspace.store()};
  const auto* type = reading.type_named(options.type);
  if (type == nullptr)
    return fail(Errc::invalid,
                "there is no record type \"{}\"; \"guantong types\" lists them",
                options.type);
  std::vector<Condition> where;
  for (const auto& argument : options.where) {
    const auto edit = TRY(parse_field_edit(argument));
    const auto* field = type->field(std::string_view{edit.field});
    if (field == nullptr)
      return fail(Errc::invalid,
                  "a {} has no field \"{}\"; \"guantong types {}\" lists them",
                  type->name,
                  edit.field,
                  type->name);
    where.push_back({field, edit.text});
  }
  auto records = TRY(reading.list(*type, where, options.all));
  TRY(sort_by_name(reading, records, order_named(options.sort)));
  if (context.json) {
    Json list = Json::array();
    for (const auto& record : records) {
      auto json = TRY(reading.json_of(record));
      list.push_back(std::move(json));
    }
    print(context, list);
    return Ending::done;
  }
  std::vector<const Field*> shown;
  std::vector<std::string> headings{tr("Record")};
  for (const auto& field : type->fields) {
    const bool part_of_name =
        field.number == type->key || (!type->identity.empty() && field.set_once);
    if (part_of_name || field.is_set() || field.merge == MergeRule::text ||
        shown.size() == columns_shown)
      continue;
    shown.push_back(&field);
    headings.push_back(language() == Language::zh ? field.label.zh : field.label.en);
  }
  Table table{headings};
  for (const auto& record : records) {
    std::vector<std::string> cells{
        record.key +
        (record.life == LifeState::active ? "" : " [" + std::string{word_of(record.life)} + "]")};
    for (const auto* field : shown) {
      const auto value = record.values.find(field->number);
      auto text =
          TRY(reading.shown(*field, value == record.values.end() ? Value{} : value->second));
      cells.push_back(std::move(text));
    }
    table.row(std::move(cells));
  }
  context.out << table.render(context.width);
  remark(context, message("{} records", records.size()));
  return Ending::done;
}

}  // namespace

void add_list(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<ListOptions>();
  Command command{app, "list", tr("List the records of a type")};
  command.text("type", options->type, tr("A record type"), Needed::yes);
  command.list("--where",
               options->where,
               tr("Only those with this value; may be given several times"),
               Needed::no,
               "FIELD=VALUE");
  command.one_of("--sort",
                 options->sort,
                 tr("By code, or by name as it is read (pinyin) or written (strokes)"),
                 {"key", "pinyin", "strokes"});
  command.flag("--all", options->all, tr("Archived and proposed ones too"));
  command.examples(
      "  guantong list course --where owner_org=BITC\n  guantong list problem --json\n"
      "  guantong list person_card --sort pinyin");
  command.runs(chosen, [options](Context& context) { return run_list(context, *options); });
}

}  // namespace guantong
