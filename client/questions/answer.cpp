#include "client/questions/answer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/text.h"
#include "sync/base/message.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::int64_t share_scale = 10'000;

std::int64_t rounded_share(std::int64_t part, std::int64_t whole) {
  return (2 * part * share_scale + whole) / (2 * whole);
}

}  // namespace

Cell Cell::number(std::int64_t value, std::int64_t scale) {
  Cell cell;
  cell.value_ = value;
  cell.scale_ = scale;
  return cell;
}

Cell Cell::share(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return {};
  auto cell = number(rounded_share(part, whole), share_scale);
  cell.shown_ = {message("{} %", decimal(cell.value_, share_scale / 100))};
  return cell;
}

Cell Cell::word(std::string_view word, Message shown) {
  Cell cell{std::string{word}};
  cell.shown_.push_back(std::move(shown));
  return cell;
}

Cell Cell::said(std::vector<Message> sentences) {
  Cell cell;
  for (const auto& sentence : sentences)
    cell.text_ += (cell.text_.empty() ? "" : "; ") + in_english(sentence);
  cell.shown_ = std::move(sentences);
  return cell;
}

Cell Cell::choice(const Field& field, std::string_view word) {
  const auto* choice = field.choice(word);
  if (choice == nullptr) return {};
  Cell cell{choice->word};
  cell.label_ = choice->label;
  return cell;
}

Cell Cell::list(std::vector<std::string> items) {
  Cell cell;
  cell.items_ = std::move(items);
  return cell;
}

Cell Cell::flag(bool is_so) {
  auto cell = is_so ? word("yes", message("yes")) : word("no", message("no"));
  cell.is_flag_ = true;
  return cell;
}

Cell Cell::met(bool is_met) {
  return is_met ? word("met", message("met")) : word("short", message("short"));
}

double Cell::as_number() const {
  return static_cast<double>(value_) / static_cast<double>(scale_);
}

std::optional<std::int64_t> Cell::whole() const {
  if (!is_number() || value_ % scale_ != 0) return std::nullopt;
  return value_ / scale_;
}

std::string Cell::plain() const {
  if (is_number()) return decimal(value_, scale_);
  return items_ ? fmt::format("{}", fmt::join(*items_, ";")) : text_;
}

}  // namespace guantong
