#include "client/config.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <toml++/toml.h>
#include <unistd.h>

#include "client/disk_watch.h"
#include "client/durable_names.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

Error cannot(std::string_view what, const std::filesystem::path& path) {
  return fail(errno == ENOENT ? Errc::not_found : Errc::io,
              "cannot {} {}: {}",
              what,
              path.string(),
              std::strerror(errno));
}

class OpenFile {
public:
  explicit OpenFile(int descriptor) : descriptor_{descriptor} {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile(OpenFile&&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

private:
  int descriptor_;
};

Result<void> write_all(const OpenFile& file,
                       std::string_view content,
                       const std::filesystem::path& path) {
  while (!content.empty()) {
    const auto written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot("write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) return cannot("write", path);
  return {};
}

template <class Id>
Result<Id> id_entry(const toml::table& table,
                    std::string_view key,
                    const std::filesystem::path& path) {
  const auto hex = table[key].value<std::string>();
  const auto raw = hex ? from_hex(*hex) : std::nullopt;
  const auto id = raw ? Id::from(*raw) : std::nullopt;
  if (!id) return fail(Errc::corrupt, "{}: the entry {} is missing or damaged", path.string(), key);
  return *id;
}

Result<std::string> text_entry(const toml::table& table,
                               std::string_view key,
                               const std::filesystem::path& path) {
  auto value = table[key].value<std::string>();
  if (value) return *std::move(value);
  return fail(Errc::corrupt, "{}: the entry {} is missing or damaged", path.string(), key);
}

Result<Person> person_in(const toml::table& table, const std::filesystem::path& path) {
  Person person;
  person.name = TRY(text_entry(table, "person", path));
  person.email = TRY(text_entry(table, "email", path));
  person.id = TRY(id_entry<PersonId>(table, "person_id", path));
  return person;
}

Result<void> read_people(const toml::table& table,
                         const std::filesystem::path& path,
                         Config& config) {
  auto first = TRY(person_in(table, path));
  config.people.push_back(std::move(first));
  if (const auto* others = table["others"].as_array()) {
    for (const auto& entry : *others) {
      if (!entry.is_table())
        return fail(Errc::corrupt, "{}: the entry others is damaged", path.string());
      auto other = TRY(person_in(*entry.as_table(), path));
      config.people.push_back(std::move(other));
    }
  }
  const auto working = table["working"].value_or<std::int64_t>(0);
  if (working < 0 || static_cast<std::size_t>(working) >= config.people.size())
    return fail(Errc::corrupt, "{}: the entry working names nobody", path.string());
  config.working = static_cast<std::size_t>(working);
  return {};
}

toml::table table_of(const Person& person) {
  return toml::table{
      {"person", person.name}, {"email", person.email}, {"person_id", to_hex(person.id.raw())}};
}

}  // namespace

std::optional<PersonId> Config::writer() const {
  return people.size() > 1 ? std::optional{now().id} : std::nullopt;
}

const Person& Config::person(const std::optional<PersonId>& id) const {
  const auto found = id ? std::ranges::find(people, *id, &Person::id) : people.end();
  return found == people.end() ? now() : *found;
}

std::string remote_address(const std::string& typed) {
  std::error_code ignored;  // What is no path here is an address.
  const bool is_path = std::filesystem::exists(typed, ignored);
  return is_path ? std::filesystem::absolute(typed).lexically_normal().string() : typed;
}

Result<std::string> read_file(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in) return cannot("read", path);
  std::string content{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return cannot("read", path);
  return content;
}

Result<void> replace_file(const std::filesystem::path& path, const std::string& content) {
  TRY(ask_disk(DiskAct::file, path));
  const auto beside = path.string() + ".new";
  {
    const OpenFile file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (file.get() < 0) return cannot("write", beside);
    TRY(write_all(file, content, beside));
  }
  if (const auto error = rename_durably(beside, path))
    return fail(Errc::io, "cannot write {}: {}", path.string(), error.message());
  return {};
}

Result<Config> Config::load(const std::filesystem::path& path) {
  const auto text = TRY(read_file(path));
  toml::table table;
  try {
    table = toml::parse(text, path.string());
  } catch (const toml::parse_error& error) {
    return fail(Errc::corrupt, "{} is not readable: {}", path.string(), error.description());
  }
  Config config;
  config.consortium = TRY(id_entry<ConsortiumId>(table, "consortium", path));
  TRY(read_people(table, path, config));
  for (const auto& [entry, field] : {std::pair{"site", &config.site},
                                     {"site_name", &config.site_name},
                                     {"site_kind", &config.site_kind}}) {
    *field = TRY(text_entry(table, entry, path));
  }
  config.recovery = table["recovery"].value_or(false);
  if (table.contains("device")) config.device = TRY(id_entry<DeviceId>(table, "device", path));
  if (const auto* remotes = table["remotes"].as_table()) {
    for (const auto& [name, entry] : *remotes) {
      const auto* remote = entry.as_table();
      const auto url = remote == nullptr ? std::nullopt : (*remote)["url"].value<std::string>();
      if (!url)
        return fail(Errc::corrupt, "{}: the remote {} has no url", path.string(), name.str());
      config.remotes[std::string{name.str()}] = {*url};
    }
  }
  return config;
}

Result<void> Config::save(const std::filesystem::path& path) const {
  toml::table known;
  for (const auto& [name, remote] : remotes)
    known.insert(name, toml::table{{"url", remote.url}});
  auto table = table_of(people.front());
  table.insert("consortium", to_hex(consortium.raw()));
  table.insert("site", site);
  table.insert("site_name", site_name);
  table.insert("site_kind", site_kind);
  table.insert("remotes", known);
  if (device != DeviceId{}) table.insert("device", to_hex(device.raw()));
  if (recovery) table.insert("recovery", true);
  toml::array others;
  for (std::size_t i = 1; i < people.size(); ++i)
    others.push_back(table_of(people[i]));
  if (!others.empty()) {
    table.insert("others", others);
    table.insert("working", static_cast<std::int64_t>(working));
  }
  std::ostringstream out;
  out << "# Guantong: this workspace. Remotes may be changed here; who works here may not.\n"
      << table << '\n';
  return replace_file(path, out.str());
}

}  // namespace guantong
