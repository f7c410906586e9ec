#include "client/config.h"

#include <cerrno>
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

class File {
public:
  explicit File(int descriptor) : descriptor_{descriptor} {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

private:
  int descriptor_;
};

Result<void> write_all(const File& file,
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

}  // namespace

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
  const auto beside = path.string() + ".new";
  {
    const File file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (file.get() < 0) return cannot("write", beside);
    TRY(write_all(file, content, beside));
  }
  std::error_code error;
  std::filesystem::rename(beside, path, error);
  if (error) return fail(Errc::io, "cannot write {}: {}", path.string(), error.message());
  const File folder{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return cannot("write", path.parent_path());
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
  config.person_id = TRY(id_entry<PersonId>(table, "person_id", path));
  for (const auto& [entry, field] : {std::pair{"site", &config.site},
                                     {"site_name", &config.site_name},
                                     {"site_kind", &config.site_kind},
                                     {"person", &config.person},
                                     {"email", &config.email}}) {
    const auto value = table[entry].value<std::string>();
    if (!value)
      return fail(Errc::corrupt, "{}: the entry {} is missing or damaged", path.string(), entry);
    *field = *value;
  }
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
  const toml::table table{{"consortium", to_hex(consortium.raw())},
                          {"site", site},
                          {"site_name", site_name},
                          {"site_kind", site_kind},
                          {"person", person},
                          {"email", email},
                          {"person_id", to_hex(person_id.raw())},
                          {"remotes", known}};
  std::ostringstream out;
  out << "# Guantong: this workspace. Remotes may be changed here; who works here may not.\n"
      << table << '\n';
  return replace_file(path, out.str());
}

}  // namespace guantong
