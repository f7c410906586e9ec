#include "cli/language.h"

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <libintl.h>
#include <stdlib.h>

#include "sync/base/message.h"

// glibc caches translations until this moves (GNU gettext manual, "Being a gettext grok").
extern "C" int
    _nl_msg_cat_cntr;  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)

namespace guantong {
namespace {

constexpr const char* domain = "guantong";

Language current = Language::en;  // As gettext, which it mirrors: one for the process.

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// Empty if there is no catalog.
std::filesystem::path catalogs() {
  if (const auto chosen = environment("GUANTONG_LOCALE_DIR"); !chosen.empty()) return chosen;
  std::error_code error;
  std::vector<std::filesystem::path> candidates;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto folder = program.parent_path();
    candidates = {folder / "../locale", folder / "../../locale", folder / "../share/locale"};
  }
#ifdef GUANTONG_LOCALE_DIR
  candidates.emplace_back(GUANTONG_LOCALE_DIR);
#endif
  for (const auto& candidate : candidates) {
    if (std::filesystem::exists(candidate / "zh_CN/LC_MESSAGES/guantong.mo", error))
      return candidate;
  }
  return {};
}

/// A translation that does not fit its arguments would hide them: then English is better.
std::string translate(const Message& message) {
  if (message.id.empty()) return {};  // Where a catalog keeps its header.
  const std::string pattern = dgettext(domain, message.id.c_str());
  const std::string text = fill_in(pattern, message.arguments);
  const bool unfilled = text == pattern && !message.arguments.empty();
  return unfilled ? fill_in(message.id, message.arguments) : text;
}

}  // namespace

Language language_of_environment() {
  for (const char* name : {"GUANTONG_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const auto value = environment(name);
    if (!value.empty()) return value.starts_with("zh") ? Language::zh : Language::en;
  }
  return Language::en;
}

void use_language(Language language) {
  current = language;
  // In the locale "C" gettext would not look at LANGUAGE.
  std::setlocale(LC_ALL, "C.UTF-8");
  setenv("LANGUAGE", language == Language::zh ? "zh_CN" : "en", 1);
  if (const auto folder = catalogs(); !folder.empty()) bindtextdomain(domain, folder.c_str());
  bind_textdomain_codeset(domain, "UTF-8");
  ++_nl_msg_cat_cntr;
}

Language language() {
  return current;
}

const std::string& local(const Label& label) {
  return language() == Language::zh ? label.zh : label.en;
}

std::string say(const Message& message) {
  std::string text = translate(message);
  for (const auto& cause : message.causes)
    text += (current == Language::zh ? "：" : ": ") + say(cause);
  return text;
}

}  // namespace guantong
