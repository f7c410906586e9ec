#include "sync/schema_packing.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/packing.h"
#include "sync/schema.h"

namespace guantong {
namespace {

template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T>;
template <class T>
concept Compound =
    std::is_same_v<T, Label> || std::is_same_v<T, Choice> || std::is_same_v<T, Field> ||
    std::is_same_v<T, SideColumn> || std::is_same_v<T, RecordType>;

// What there is of each, in one order for writing and reading.

template <class Archive>
void carry(Archive& archive, Label& label) {
  archive(label.zh, label.en);
}

template <class Archive>
void carry(Archive& archive, Choice& choice) {
  archive(choice.number, choice.word, choice.label, choice.caution);
}

template <class Archive>
void carry(Archive& archive, SideColumn& column) {
  archive(column.file, column.heading, column.row, column.value, column.with);
}

template <class Archive>
void carry(Archive& archive, Field& field) {
  archive(field.number, field.name, field.label, field.help, field.unit);
  archive(field.kind, field.merge, field.decides, field.slot, field.together);
  archive(field.required, field.unique, field.set_once, field.date);
  archive(field.target, field.pattern, field.min, field.max, field.scale, field.max_length);
  archive(field.choices, field.aliases);
  archive(field.type_heading, field.heading, field.cell, field.carried);
}

template <class Archive>
void carry(Archive& archive, RecordType& type) {
  archive(type.number, type.name, type.space, type.label, type.group, type.file, type.decides);
  archive(type.key, type.owner, type.owner_by, type.owner_by_field, type.owns_itself, type.held);
  archive(type.part_of, type.ruled_by, type.rules, type.escalates);
  archive(type.identity, type.fields, type.side_columns);
}

class Writer {
public:
  template <class... Parts>
  void operator()(Parts&... parts) {
    (put(parts), ...);
  }
  std::string take() { return std::move(out_.out); }

private:
  template <Number T>
  void put(T& value) {
    out_.number(static_cast<std::uint64_t>(value));
  }
  void put(std::string& text) { out_.text(text); }
  void put(std::optional<std::int64_t>& value) {
    out_.number(value.has_value() ? 1 : 0);
    out_.number(static_cast<std::uint64_t>(value.value_or(0)));
  }
  template <class T>
  void put(std::vector<T>& list) {
    out_.number(list.size());
    for (auto& one : list)
      put(one);
  }
  template <Compound T>
  void put(T& part) {
    carry(*this, part);
  }

  PackWriter out_;
};

class Reader {
public:
  explicit Reader(std::string_view bytes) : in_{bytes} {}

  template <class... Parts>
  void operator()(Parts&... parts) {
    (take(parts), ...);
  }
  bool whole() const { return in_.whole(); }

private:
  template <Number T>
  void take(T& value) {
    value = static_cast<T>(in_.number());
  }
  void take(std::string& text) { text = in_.text(); }
  void take(std::optional<std::int64_t>& value) {
    bool is_there = false;
    std::int64_t number = 0;
    (*this)(is_there, number);
    if (is_there) value = number;
  }
  template <class T>
  void take(std::vector<T>& list) {
    list.resize(in_.count());
    for (auto& one : list)
      take(one);
  }
  template <Compound T>
  void take(T& part) {
    carry(*this, part);
  }

  PackReader in_;
};

}  // namespace

std::string pack_schema(const Schema& schema) {
  std::vector<RecordType> types;
  for (const auto* type : schema.types())
    types.push_back(*type);
  std::string level{schema.level().raw()};
  Writer writer;
  writer(level, types);
  return writer.take();
}

Result<Schema> unpack_schema(std::string_view bytes) {
  std::string level;
  std::vector<RecordType> types;
  Reader reader{bytes};
  reader(level, types);
  const auto digest = ShortDigest::from(level);
  if (!reader.whole() || !digest) return fail(Errc::corrupt, "these are not the bytes of a schema");
  return Schema::of(std::move(types), *digest);
}

}  // namespace guantong
