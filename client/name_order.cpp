#include "client/name_order.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>
#include <unicode/utypes.h>

#include "client/reading.h"
#include "client/search/search_words.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {
namespace {

/// What the record's field holds; empty where it has no such field, or nothing in it.
std::string text_of_field(const Record& record, std::string_view name) {
  const auto* field = record.type->field(name);
  if (field == nullptr) return {};
  const auto value = record.values.find(field->number);
  if (value == record.values.end()) return {};
  return std::string{text_in(*field, value->second).value_or("")};
}

/// A person's name, or what `Reading::title_of` says.
Result<std::string> name_in(Reading& reading, const Record& record) {
  auto name = text_of_field(record, "name");
  return name.empty() ? reading.title_of(record) : Result<std::string>{std::move(name)};
}

Result<std::unique_ptr<icu::Collator>> by_strokes() {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Collator> collator{
      icu::Collator::createInstance(icu::Locale{"zh@collation=stroke"}, status)};
  if (U_FAILURE(status))
    return fail(Errc::io, "this computer's ICU has no order of Chinese characters by strokes");
  return collator;
}

std::string collation_key(const icu::Collator& collator, std::string_view name) {
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece{name.data(), static_cast<std::int32_t>(name.size())});
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(collator.getSortKey(text, nullptr, 0)));
  collator.getSortKey(text, bytes.data(), static_cast<std::int32_t>(bytes.size()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Result<void> sort_by_name(Reading& reading, std::vector<Record>& records, NameOrder order) {
  if (order == NameOrder::key) return {};
  std::unique_ptr<icu::Collator> strokes;
  if (order == NameOrder::strokes) strokes = TRY(by_strokes());
  struct Placed {
    bool is_nameless = false;
    std::string place, name;
    Record record;
  };
  std::vector<Placed> placed;
  for (auto& record : records) {
    auto name = TRY(name_in(reading, record));
    const auto given = text_of_field(record, "pinyin");
    auto place = strokes ? collation_key(*strokes, name) : pinyin_of(given.empty() ? name : given);
    placed.push_back({name.empty(), std::move(place), std::move(name), std::move(record)});
  }
  std::ranges::stable_sort(
      placed, {}, [](const Placed& one) { return std::tie(one.is_nameless, one.place, one.name); });
  for (std::size_t i = 0; i < placed.size(); ++i)
    records[i] = std::move(placed[i].record);
  return {};
}

}  // namespace guantong
