// What a question about the plan is answered with: tables for people and machines alike, every row
// of which names the records it was worked out from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/message.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {

/// One cell of a table. A default one is empty.
class Cell {
public:
  Cell() = default;
  /// What records say: a code, a name.
  Cell(std::string text) : text_{std::move(text)} {}  // NOLINT(google-explicit-constructor)
  /// `value` / `scale`: 45 at 10 is 4.5.
  static Cell number(std::int64_t value, std::int64_t scale = 1);
  /// `part` of `whole`, to four decimals; people see it in percent. Empty where `whole` is 0.
  static Cell share(std::int64_t part, std::int64_t whole);
  /// One of a few words: `word` for machines, `shown` for people.
  static Cell word(std::string_view word, Message shown);
  /// Sentences.
  static Cell said(std::vector<Message> sentences);
  /// A value of a field with choices; nothing where it has none of that word.
  static Cell choice(const Field& field, std::string_view word);
  /// Several of what records say.
  static Cell list(std::vector<std::string> items);
  /// "yes" or "no".
  static Cell flag(bool is_so);
  /// "met" or "short", of what must be reached.
  static Cell met(bool is_met);

  bool is_flag() const { return is_flag_; }
  bool is_empty() const { return text_.empty() && !items_ && !is_number(); }
  bool is_number() const { return scale_ != 0; }
  double as_number() const;
  /// The number where it is whole.
  std::optional<std::int64_t> whole() const;
  /// Null where the cell is no list.
  const std::vector<std::string>* items() const { return items_ ? &*items_ : nullptr; }
  /// For files, and for people where `shown` is empty: "4.5", "B02015", "missing", "A01003;B01006".
  std::string plain() const;
  /// What people are told instead of `plain`, in their language.
  const std::vector<Message>& shown() const { return shown_; }
  /// The same of a choice; null for others.
  const Label* label() const { return label_ ? &*label_ : nullptr; }

private:
  std::string text_;
  std::vector<Message> shown_;
  std::optional<Label> label_;
  std::optional<std::vector<std::string>> items_;
  std::int64_t value_ = 0;
  std::int64_t scale_ = 0;  ///< 0: not a number.
  bool is_flag_ = false;
};

struct Column {
  std::string name;  ///< For machines; stays as it is.
  Message title;
};

struct Row {
  std::vector<Cell> cells;     ///< One a column.
  std::vector<RecordNo> from;  ///< What it was worked out from.
};

struct Sheet {
  std::string name;  ///< For machines; stays as it is.
  Message title;
  std::vector<Column> columns;
  std::vector<Row> rows;
  bool is_wide = false;  ///< For files: too wide for a terminal.
};

/// A drawing of what comes before what: nodes in columns, and edges between them.
struct Drawing {
  struct Node {
    std::string key;  ///< Of its own.
    std::string label;
    std::size_t column = 0;  ///< From left to right.
    bool stands_out = false;
  };
  struct Edge {
    std::string from, to;  ///< Keys of nodes.
    bool stands_out = false;
  };
  std::vector<Message> columns;  ///< Their headings.
  std::vector<Node> nodes;
  std::vector<Edge> edges;
};

struct Answer {
  std::vector<Message> summary;  ///< What people should know first.
  std::vector<Sheet> sheets;     ///< The one that was asked for first.
  std::optional<Drawing> drawing;
};

}  // namespace guantong
