#include "client/import_circles.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/import_rows.h"
#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/schema.h"

namespace guantong {
namespace {

struct Row {
  const LeftRows* from = nullptr;
  OpenRow* open = nullptr;
  std::string key;
  std::optional<std::size_t> waits_for;  ///< The first of the others that it refers to.
};

/// What goes around for longer is told as a chain: nobody could follow it.
constexpr std::size_t longest_circle = 20;

using ByName = std::map<std::pair<std::uint32_t, std::string>, std::size_t>;

std::vector<Row> all_open(const std::vector<LeftRows>& left) {
  std::vector<Row> rows;
  for (const auto& from : left) {
    for (auto& open : from.rows->open())
      rows.push_back({&from, &open, from.rows->key_of(open.row), {}});
  }
  return rows;
}

/// What a row names in a field that refers to records of one type.
std::string named_in(const Schema& schema, const Field& field, std::string_view text) {
  const auto prefix = schema.type(field.target)->name + ":";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return nfkc(text);
}

void find_what_they_wait_for(std::vector<Row>& rows) {
  const auto& schema = Schema::built_in();
  ByName by_name;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].key.empty())
      by_name.try_emplace({rows[i].from->rows->table().type().number, rows[i].key}, i);
  }
  for (auto& row : rows) {
    if (row.open->error.code != Errc::not_found) continue;
    const auto& table = row.from->rows->table();
    for (const auto& edit : table.edits(row.open->row)) {
      const Field& field = *table.type().field(std::string_view{edit.field});
      if (field.kind != ValueKind::reference) continue;
      const auto found = by_name.find({field.target, named_in(schema, field, edit.text)});
      if (found == by_name.end()) continue;
      row.waits_for = found->second;
      break;
    }
  }
}

/// The rows in a circle with this one, from it on; empty if it stands in none.
std::vector<std::size_t> circle_of(const std::vector<Row>& rows, std::size_t start) {
  std::vector<std::size_t> circle{start};
  auto next = rows[start].waits_for;
  while (next && *next != start && circle.size() < longest_circle) {
    circle.push_back(*next);
    next = rows[*next].waits_for;
  }
  return next == start ? circle : std::vector<std::size_t>{};
}

Message& innermost(Message& message) {
  auto* last = &message;
  while (!last->causes.empty())
    last = &last->causes.front();
  return *last;
}

}  // namespace

void explain_each_other(const std::vector<LeftRows>& left) {
  auto rows = all_open(left);
  find_what_they_wait_for(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].waits_for) continue;
    const auto& other = rows[*rows[i].waits_for];
    auto why = message("line {} of {} has it, but was left out too",
                       other.from->rows->table().line(other.open->row),
                       other.from->file);
    std::string names;
    for (const auto place : circle_of(rows, i))
      names += rows[place].key + " → ";
    if (!names.empty())
      why = message("the rows refer to each other in a circle: {}", names + rows[i].key);
    innermost(rows[i].open->error.message).causes.push_back(std::move(why));
  }
}

}  // namespace guantong
