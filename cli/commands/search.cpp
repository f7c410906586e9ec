// guantong search: records by what stands in them.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/reading.h"
#include "client/search/search_index.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

struct SearchOptions {
  std::vector<std::string> words;
  std::string type;
  std::size_t most = 20;
};

Json json_of(const std::vector<Hit>& hits) {
  Json list = Json::array();
  for (const auto& hit : hits)
    list.push_back({{"record", hit.name},
                    {"title", hit.title},
                    {"field", hit.field == nullptr ? Json() : Json(hit.field->name)},
                    {"excerpt", hit.excerpt}});
  return list;
}

Result<Ending> run_search(Context& context, const SearchOptions& options) {
  auto workspace = TRY(open_workspace(context));
  auto& store = workspace.store();
  SearchWish wish{fmt::format("{}", fmt::join(options.words, " ")), nullptr, options.most};
  if (!options.type.empty()) {
    wish.type = Reading{store}.type_named(options.type);
    if (wish.type == nullptr)
      return fail(Errc::invalid,
                  "there is no record type \"{}\"; \"guantong types\" lists them",
                  options.type);
  }
  TRY(refresh_search(store, progress_of(context)));
  const auto hits = TRY(search(store, wish));
  if (context.json) {
    print(context, json_of(hits));
    return Ending::done;
  }
  Table table{{tr("Record"), tr("Name"), tr("Field"), tr("Found")}};
  for (const auto& hit : hits) {
    const auto* label = hit.field == nullptr ? nullptr : &hit.field->label;
    table.row({hit.name,
               hit.title,
               label == nullptr             ? ""
               : language() == Language::zh ? label->zh
                                            : label->en,
               hit.excerpt});
  }
  context.out << table.render(context.width);
  remark(context, message("{} records", hits.size()));
  return Ending::done;
}

}  // namespace

void add_search(CLI::App& app, Task& chosen) {
  auto options = std::make_shared<SearchOptions>();
  Command command{
      app, "search", tr("Find records by a name, a code, pinyin or any words in their texts")};
  command.list(
      "words", options->words, tr("What to look for; all of it must be there"), Needed::yes);
  command.text("--type", options->type, tr("Only records of this type"));
  command.number("-n,--most", options->most, tr("How many"));
  command.examples(
      "  guantong search 数据库\n  guantong search shujuku\n  guantong search dsj\n"
      "  guantong search 证明 --type course_topic");
  command.runs(chosen, [options](Context& context) { return run_search(context, *options); });
}

}  // namespace guantong
