// How texts are cut for searching: Chinese in pairs of characters, other scripts in words, and how
// Chinese sounds, so that "数据", "shuju", "sj" and "data" all find what they mean.
#pragma once

#include <string>
#include <string_view>

namespace guantong {

/// The words of a text with spaces between: of a run of Chinese every two neighbours, and its last
/// character alone; of other scripts the words in small letters.
std::string search_words(std::string_view text);

/// How the Chinese in a text is read, with spaces between: from each character on the syllables
/// that follow in one piece ("shujuku", "juku", "ku"), and their first letters ("sjk", "jk", "k").
/// By ICU's Han-Latin/Names, which reads surnames as surnames.
std::string search_sounds(std::string_view text);

/// The same of a reading that somebody gave: "shan shiyi".
std::string search_sounds_of_pinyin(std::string_view pinyin);

/// How a name is read, in small letters without tones or blanks: "shanshiyi". Of pinyin: the same.
std::string pinyin_of(std::string_view name);

/// What a person typed as a query for SQLite's FTS5: everything must be there, Chinese as it
/// stands, other words with whatever ends they have. Empty where nothing can be searched for.
/// https://www.sqlite.org/fts5.html#full_text_query_syntax
std::string search_query(std::string_view typed);

}  // namespace guantong
