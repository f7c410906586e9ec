#include "sync/value.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/base/utf8.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::uint32_t wire_varint = 0;
constexpr std::uint32_t wire_bytes = 2;

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80U) {
    out += static_cast<char>((value & 0x7fU) | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

std::string tag(std::uint32_t field, std::uint32_t wire_type) {
  std::string out;
  append_varint(out, std::uint64_t{field} << 3U | wire_type);
  return out;
}

std::string bytes_field(std::uint32_t field, std::string_view content) {
  std::string out = tag(field, wire_bytes);
  append_varint(out, content.size());
  out += content;
  return out;
}

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

/// Takes fields off the front of an encoded message.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_{bytes} {}

  struct Item {
    std::uint32_t field = 0;
    std::uint32_t wire_type = 0;
    std::uint64_t number = 0;  ///< Of a varint.
    std::string_view content;  ///< Of length-delimited bytes.
  };

  bool done() const { return rest_.empty(); }

  /// Nothing when the bytes are no protobuf field. Fixed-width and group fields are skipped over
  /// only as far as a later program may have written them: as unknown items without content.
  std::optional<Item> next() {
    const auto key = varint();
    if (!key || *key >> 3U == 0 || *key >> 3U > 0x1fffffffU) return std::nullopt;
    Item item{static_cast<std::uint32_t>(*key >> 3U), static_cast<std::uint32_t>(*key & 7U), 0, {}};
    switch (item.wire_type) {
      case wire_varint: {
        const auto number = varint();
        if (!number) return std::nullopt;
        item.number = *number;
        return item;
      }
      case wire_bytes: {
        const auto size = varint();
        if (!size || *size > rest_.size()) return std::nullopt;
        item.content = take(static_cast<std::size_t>(*size));
        return item;
      }
      case 1:
        return skip(item, 8);
      case 5:
        return skip(item, 4);
      default:
        return std::nullopt;
    }
  }

private:
  std::string_view take(std::size_t size) {
    const auto content = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return content;
  }

  std::optional<Item> skip(Item item, std::size_t size) {
    if (size > rest_.size()) return std::nullopt;
    take(size);
    return item;
  }

  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (rest_.empty()) return std::nullopt;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) return std::nullopt;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80U) return false;
  }
  return true;
}

std::string normalised(std::string_view text) {
  if (is_ascii(text)) return std::string{text};
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  const icu::StringPiece piece{text.data(), static_cast<std::int32_t>(text.size())};
  if (U_FAILURE(status) || nfc->isNormalizedUTF8(piece, status)) return std::string{text};
  std::string out;
  icu::StringByteSink<std::string> sink{&out};
  nfc->normalizeUTF8(0, piece, sink, nullptr, status);
  return U_FAILURE(status) ? std::string{text} : out;
}

Error bad(const RecordType& type, const Field& field) {
  return fail(Errc::corrupt, "{}.{} holds a value of the wrong form", type.name, field.name);
}

/// Reads the type's number and the id of a reference to any type.
std::optional<RecordKey> target_in(std::string_view content) {
  if (content.size() <= RecordId::size) return std::nullopt;
  const auto id = RecordId::from(content.substr(content.size() - RecordId::size));
  std::uint64_t type = 0;
  const auto last = content.size() - RecordId::size - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const auto byte = static_cast<unsigned char>(content[i]);
    const bool more = (byte & 0x80U) != 0;
    if (more != (i < last) || i == 5) return std::nullopt;
    type |= std::uint64_t{byte & 0x7fU} << (7 * i);
  }
  if (type == 0 || type > 0xffffffffU) return std::nullopt;
  return RecordKey{static_cast<std::uint32_t>(type), *id};
}

/// The one field's canonical value.
Result<Value> canonical(const RecordType& type, const Field& field, const Reader::Item& item) {
  switch (field.kind) {
    case ValueKind::integer:
      if (item.wire_type != wire_varint) return bad(type, field);
      return integer_value(field, unzigzag(item.number));
    case ValueKind::choice:
      if (item.wire_type != wire_varint || item.number == 0 || item.number > 0x7fffffffU) {
        return bad(type, field);
      }
      return integer_value(field, static_cast<std::int64_t>(item.number));
    case ValueKind::text:
      if (item.wire_type != wire_bytes || !is_text(item.content)) return bad(type, field);
      return text_value(field, item.content);
    case ValueKind::reference:
    case ValueKind::any_reference: {
      auto value = item.wire_type == wire_bytes ? reference_value(field, item.content)
                                                : std::optional<Value>{};
      if (!value) return bad(type, field);
      return *std::move(value);
    }
  }
  return bad(type, field);
}

/// The single item of a one-field value of `field`.
std::optional<Reader::Item> only_item(const Field& field, std::string_view value) {
  if (value.empty()) return std::nullopt;
  auto item = Reader{value}.next();
  if (item && item->field != field.number) return std::nullopt;
  return item;
}

}  // namespace

Value integer_value(const Field& field, std::int64_t number) {
  Value out = tag(field.number, wire_varint);
  append_varint(
      out, field.kind == ValueKind::integer ? zigzag(number) : static_cast<std::uint64_t>(number));
  return out;
}

Value text_value(const Field& field, std::string_view text) {
  // A long text that is empty and one that is missing read the same, and must not conflict.
  if (text.empty() && field.merge == MergeRule::text) return {};
  return bytes_field(field.number, normalised(text));
}

Value reference_value(const Field& field, const RecordKey& target) {
  if (field.kind == ValueKind::reference) return bytes_field(field.number, target.id.raw());
  std::string content;
  append_varint(content, target.type);
  content += target.id.raw();
  return bytes_field(field.number, content);
}

std::optional<Value> reference_value(const Field& field, std::string_view content) {
  if (field.kind == ValueKind::reference)
    return content.size() == RecordId::size ? std::optional{bytes_field(field.number, content)}
                                            : std::nullopt;
  const auto target = target_in(content);
  return target ? std::optional{reference_value(field, *target)} : std::nullopt;
}

Result<FieldValues> read_fields(const RecordType& type, const Change& change) {
  FieldValues values;
  FlatMap<std::uint32_t, Value> singular;
  for (Reader reader{change.fields}; !reader.done();) {
    const auto item = reader.next();
    if (!item) return fail(Errc::corrupt, "a change of a {} is no protobuf message", type.name);
    const Field* field = type.field(item->field);
    if (field == nullptr) {
      values.unknown = true;
      continue;
    }
    auto value = TRY(canonical(type, *field, *item));
    if (field->is_set()) {
      values.members[field->number].push_back(std::move(value));
    } else {
      const auto [entry, fresh] = singular.try_emplace(field->number);
      if (!fresh) return bad(type, *field);
      entry->second = std::move(value);
    }
  }
  for (const auto number : change.cleared) {
    const Field* field = type.field(number);
    if (field == nullptr) {
      values.unknown = true;
    } else if (!field->is_set()) {
      values.slots.try_emplace(field->slot);
    }
  }
  // In the order of numbers, so that fields that move together stand in canonical order.
  for (const auto& [number, value] : singular)
    values.slots[type.field(number)->slot] += value;
  return values;
}

std::map<std::uint32_t, Value> split_value(const RecordType& type, std::string_view value) {
  std::map<std::uint32_t, Value> fields;
  for (Reader reader{value}; !reader.done();) {
    const auto item = reader.next();
    if (!item) break;
    const Field* field = type.field(item->field);
    if (field == nullptr) continue;
    if (auto one = canonical(type, *field, *item)) fields[field->number] = *std::move(one);
  }
  return fields;
}

std::optional<std::int64_t> integer_in(const Field& field, std::string_view value) {
  const auto item = only_item(field, value);
  if (!item || item->wire_type != wire_varint) return std::nullopt;
  return field.kind == ValueKind::integer ? unzigzag(item->number)
                                          : static_cast<std::int64_t>(item->number);
}

std::optional<std::string_view> text_in(const Field& field, std::string_view value) {
  const auto item = only_item(field, value);
  if (!item || item->wire_type != wire_bytes) return std::nullopt;
  return item->content;
}

std::optional<RecordKey> reference_in(const Field& field, std::string_view value) {
  const auto content = text_in(field, value);
  if (!content) return std::nullopt;
  if (field.kind != ValueKind::reference) return target_in(*content);
  const auto id = RecordId::from(*content);
  if (!id) return std::nullopt;
  return RecordKey{field.target, *id};
}

}  // namespace guantong
