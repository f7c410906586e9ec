#include "cli/answers.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/drawing.h"
#include "cli/language.h"
#include "cli/table.h"
#include "client/csv.h"
#include "client/questions/answer.h"
#include "client/questions/question.h"
#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

std::string for_people(const Cell& cell) {
  if (!cell.shown().empty()) {
    std::vector<std::string> sentences;
    for (const auto& sentence : cell.shown())
      sentences.push_back(say(sentence));
    return join_words(sentences);
  }
  if (const auto* label = cell.label()) return local(*label);
  return cell.items() == nullptr ? cell.plain() : join_words(*cell.items());
}

Json json_of(const Cell& cell) {
  if (cell.is_empty()) return nullptr;
  if (cell.items() != nullptr) return *cell.items();
  if (cell.is_flag()) return cell.plain() == "yes";
  if (const auto whole = cell.whole()) return *whole;
  return cell.is_number() ? Json(cell.as_number()) : Json(cell.plain());
}

/// "course_topic:TP-031", each once.
Result<std::vector<std::string>> names_of(Reading& reading, const std::vector<RecordNo>& records) {
  std::vector<std::string> names;
  for (const auto record : records) {
    auto name = TRY(reading.name_of(record));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

Result<Json> json_of(Reading& reading, const Sheet& sheet) {
  Json rows = Json::array();
  for (const auto& row : sheet.rows) {
    Json json = Json::object();
    for (std::size_t i = 0; i < sheet.columns.size(); ++i)
      json[sheet.columns[i].name] = json_of(row.cells[i]);
    json["from"] = TRY(names_of(reading, row.from));
    rows.push_back(std::move(json));
  }
  return rows;
}

Result<Json> json_of(Reading& reading,
                     const Question& question,
                     const Answer& answer,
                     const std::vector<const Sheet*>& sheets) {
  Json json{{"question", question.number}};
  for (const auto& line : answer.summary)
    json["summary"].push_back(say(line));
  for (const auto* sheet : sheets)
    json[sheet->name] = TRY(json_of(reading, *sheet));
  return json;
}

std::vector<std::string> headings(const Sheet& sheet) {
  std::vector<std::string> all;
  for (const auto& column : sheet.columns)
    all.push_back(say(column.title));
  return all;
}

/// Machines get the names that stay as they are.
void print_csv(Context& context, const Sheet& sheet) {
  CsvTable table;
  for (const auto& column : sheet.columns)
    table.header.push_back(column.name);
  for (const auto& row : sheet.rows) {
    auto& cells = table.rows.emplace_back();
    for (const auto& cell : row.cells)
      cells.push_back(cell.plain());
  }
  context.out << write_csv(table);
}

Result<void> print_table(Context& context, Reading& reading, const Sheet& sheet, bool why) {
  context.out << '\n' << say(sheet.title) << '\n';
  auto titles = headings(sheet);
  if (why) titles.push_back(tr("From"));
  Table table{std::move(titles)};
  for (const auto& row : sheet.rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row.cells)
      cells.push_back(for_people(cell));
    if (why) {
      const auto names = TRY(names_of(reading, row.from));
      cells.push_back(join_words(names));
    }
    table.row(std::move(cells));
  }
  context.out << table.render(context.width);
  return {};
}

Result<std::vector<const Sheet*>> sheets_wanted(const Answer& answer, const AnswerForm& form) {
  std::vector<const Sheet*> wanted;
  std::string names;
  for (const auto& sheet : answer.sheets) {
    names += (names.empty() ? "" : ", ") + sheet.name;
    if (form.table.empty() || form.table == sheet.name) wanted.push_back(&sheet);
  }
  if (wanted.empty())
    return fail(
        Errc::invalid, "there is no table \"{}\" in this answer; it has {}", form.table, names);
  return wanted;
}

}  // namespace

void add_form_options(Command& command, AnswerForm& form, bool is_drawn) {
  command.flag("--why", form.why, tr("Say of each row which records it comes from"));
  command.text("--table", form.table, tr("Only this table of the answer"), Needed::no, "NAME");
  command.flag("--csv", form.csv, tr("Print the first table, or the one named, as CSV"));
  if (!is_drawn) return;
  command.flag("--svg", form.svg, tr("Print a drawing for browsers and documents (SVG)"));
  command.flag("--dot", form.dot, tr("Print a drawing for Graphviz (DOT)"));
}

Result<Ending> show_answer(Context& context,
                           Session& session,
                           const Question& question,
                           const Answer& answer,
                           const AnswerForm& form) {
  const auto sheets = TRY(sheets_wanted(answer, form));
  Reading reading{session.store()};
  if (answer.drawing && (form.svg || form.dot)) {
    context.out << (form.svg ? svg_of(*answer.drawing) : dot_of(*answer.drawing));
  } else if (context.json) {
    const auto json = TRY(json_of(reading, question, answer, sheets));
    print(context, json);
  } else if (form.csv) {
    print_csv(context, *sheets.front());
  } else {
    for (const auto& line : answer.summary)
      print(context, line);
    for (const auto* sheet : sheets) {
      const bool hidden = sheet->is_wide && form.table.empty();
      if (!hidden && !sheet->rows.empty()) TRY(print_table(context, reading, *sheet, form.why));
    }
  }
  return Ending::done;
}

}  // namespace guantong
