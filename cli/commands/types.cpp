// guantong types: what can be recorded, and by whom it is decided.
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/reading.h"
#include "client/transfer.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/schema.h"

namespace guantong {
namespace {

struct TypesOptions {
  std::string type;
};

std::string_view decider_word(Decider decider) {
  switch (decider) {
    case Decider::any:
      return "any";
    case Decider::owner:
      return "owner";
    case Decider::lead:
      return "lead";
    case Decider::joint:
      break;
  }
  return "joint";
}

std::string decider_label(Decider decider) {
  switch (decider) {
    case Decider::any:
      return tr("any member");
    case Decider::owner:
      return tr("its owner");
    case Decider::lead:
      return tr("the lead site");
    case Decider::joint:
      break;
  }
  return tr("all partners");
}

std::string form_of(const Schema& schema, const Field& field) {
  std::string form;
  for (const auto& choice : field.choices)
    form += (form.empty() ? "" : " | ") + choice.word;
  if (field.target != 0) form = schema.type(field.target)->name + ":…";
  if (field.date) form = "YYYY-MM-DD";
  if (form.empty()) form = field.pattern;
  if (!field.unit.empty()) form += (form.empty() ? "" : " ") + field.unit;
  return form;
}

Result<Ending> list_types(Context& context, const Schema& schema) {
  if (context.json) {
    Json list = Json::array();
    for (const auto* type : schema.types())
      list.push_back({{"type", type->name},
                      {"zh", type->label.zh},
                      {"en", type->label.en},
                      {"decides", decider_word(type->decides)},
                      {"file", file_of(*type)}});
    print(context, list);
    return Ending::done;
  }
  Table table{{tr("Type"), tr("Name"), tr("Created by"), tr("CSV file")}};
  for (const auto* type : schema.types())
    table.row({type->name, local(type->label), decider_label(type->decides), file_of(*type)});
  context.out << table.render(context.width);
  return Ending::done;
}

Result<Ending> run_types(Context& context, const TypesOptions& options) {
  const auto& schema = Schema::built_in();
  if (options.type.empty()) return list_types(context, schema);
  const auto* type = schema.type(std::string_view{options.type});
  if (type == nullptr)
    return fail(Errc::not_found,
                "there is no record type \"{}\"; \"guantong types\" lists them",
                options.type);
  if (context.json) {
    Json fields = Json::array();
    for (const auto& field : type->fields) {
      fields.push_back({{"field", field.name},
                        {"zh", field.label.zh},
                        {"en", field.label.en},
                        {"decides", decider_word(field.decides)},
                        {"required", field.required},
                        {"set_once", field.set_once},
                        {"form", form_of(schema, field)},
                        {"help_zh", field.help.zh},
                        {"help_en", field.help.en}});
    }
    print(context, Json{{"type", type->name}, {"fields", fields}});
    return Ending::done;
  }
  Table table{{tr("Field"), tr("Name"), tr("Decides"), tr("Form")}};
  for (const auto& field : type->fields) {
    const auto decides = field.set_once ? tr("set once") : decider_label(field.decides);
    table.row({field.name + (field.required ? " *" : ""),
               local(field.label),
               decides,
               form_of(schema, field)});
  }
  context.out << table.render(context.width) << tr("* must have a value") << '\n';
  for (const auto& field : type->fields) {
    if (!local(field.help).empty())
      context.out << fmt::format(
          "\n{} ({}): {}", local(field.label), field.name, local(field.help));
  }
  context.out << '\n';
  return Ending::done;
}

}  // namespace

void add_types(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<TypesOptions>();
  Command command{app, "types", tr("List the record types, or the fields of one")};
  command.text("type", options->type, tr("A record type"));
  command.examples("  guantong types\n  guantong types course");
  command.runs(chosen, [options](Context& context) { return run_types(context, *options); });
}

}  // namespace guantong
