// Which language the program speaks, and its sentences in it. The catalogs are GNU gettext's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/message.h"
#include "sync/schema.h"

namespace guantong {

enum class Language : std::uint8_t { en, zh };

/// What the user asked for in GUANTONG_LANG, LANGUAGE, LC_ALL, LC_MESSAGES or LANG, the first of
/// them that is set: Chinese if it starts with "zh", else English. `use_language` sets LANGUAGE:
/// ask before.
Language language_of_environment();

/// From here on `say` speaks `language`; before the first call it speaks English. Chinese needs the
/// catalog zh_CN/LC_MESSAGES/guantong.mo: in the folder that GUANTONG_LOCALE_DIR names, else in the
/// first of ../locale, ../../locale and ../share/locale beside the program, and the folder given at
/// build time, that has one. Sets the process's locale to C.UTF-8 and its LANGUAGE: call it while
/// there is no other thread.
void use_language(Language language);

/// The language in use.
Language language();

/// The message in the language in use, with what caused it behind a colon. What the catalog does
/// not have is said in English.
std::string say(const Message& message);

/// A name of the schema in the language in use.
const std::string& local(const Label& label);

/// Says a sentence that is needed only here: `id` is the English text, in fmt's syntax.
template <class... Arguments>
std::string tr(std::string_view id, const Arguments&... arguments) {
  return say(message(id, arguments...));
}

}  // namespace guantong
