#include "sync/commit.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/base/utf8.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::int64_t max_time_s = 99'999'999'999;
constexpr int minutes_a_day = 24 * 60;

std::string ident_line(std::string_view header, const Ident& ident) {
  const int minutes = std::abs(ident.offset_min);
  return fmt::format("{} {} <{}> {} {}{:02}{:02}\n",
                     header,
                     ident.name,
                     ident.email,
                     ident.time_s,
                     ident.offset_min < 0 ? '-' : '+',
                     minutes / 60,
                     minutes % 60);
}

std::string render_with(const Commit& commit, std::string_view signature) {
  std::string raw = "tree " + commit.tree + '\n';
  for (const CommitId& parent : commit.parents)
    raw += "parent " + to_hex(parent.raw()) + '\n';
  raw += ident_line("author", commit.author);
  raw += ident_line("committer", commit.committer);
  if (!signature.empty()) {
    raw += "gpgsig ";
    for (const char c : signature) {
      raw += c;
      if (c == '\n') raw += ' ';
    }
    raw += '\n';
  }
  raw += '\n';
  raw += commit.message;
  return raw;
}

bool is_control(std::int32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/// Takes lines, and what they begin with, off the front of a commit.
class Cursor {
public:
  explicit Cursor(std::string_view rest) : rest_{rest} {}

  /// The rest of the line that begins with `prefix`; nothing, and nothing is taken, if none does.
  std::optional<std::string_view> line(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return std::nullopt;
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto content = rest_.substr(prefix.size(), end - prefix.size());
    rest_.remove_prefix(end + 1);
    return content;
  }

  std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

Error bad(std::string_view header) {
  return fail(Errc::corrupt, "a commit has no {} where it belongs, or not a valid one", header);
}

template <class Number>
std::optional<Number> number_in(std::string_view digits) {
  Number number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool is_clean(std::string_view text) {
  return text.size() <= max_commit_name && clean_ident(text) == text;
}

/// What was written with more or fewer digits, or another sign of zero, shows when it is rendered
/// again.
std::optional<Ident> ident_in(std::string_view line) {
  const auto name_end = line.find(" <");
  if (name_end == std::string_view::npos) return std::nullopt;
  const auto email_end = line.find("> ", name_end);
  if (email_end == std::string_view::npos) return std::nullopt;
  const auto name = line.substr(0, name_end);
  const auto email = line.substr(name_end + 2, email_end - name_end - 2);
  const auto when = line.substr(email_end + 2);
  const auto time_end = when.find(' ');
  if (!is_clean(name) || !is_clean(email) || time_end == std::string_view::npos) {
    return std::nullopt;
  }
  const auto zone = when.substr(time_end + 1);
  const auto time_s = number_in<std::int64_t>(when.substr(0, time_end));
  if (!time_s || *time_s < 0 || *time_s > max_time_s || zone.size() != 5) return std::nullopt;
  const auto hours = number_in<int>(zone.substr(1, 2));
  const auto minutes = number_in<int>(zone.substr(3, 2));
  if (!hours || !minutes || *hours < 0 || *minutes < 0) return std::nullopt;
  const int offset_min = *hours * 60 + *minutes;
  if (offset_min >= minutes_a_day) return std::nullopt;
  return Ident{std::string{name},
               std::string{email},
               *time_s,
               zone.front() == '-' ? -offset_min : offset_min};
}

Result<std::vector<CommitId>> take_parents(Cursor& cursor) {
  std::vector<CommitId> parents;
  while (const auto hex = cursor.line("parent ")) {
    const auto raw = from_hex(*hex);
    const auto id = raw ? CommitId::from(*raw) : std::nullopt;
    if (!id) return bad("parent");
    if (parents.size() == max_commit_parents) {
      return fail(Errc::corrupt, "a commit has more than {} parents", max_commit_parents);
    }
    parents.push_back(*id);
  }
  return parents;
}

Result<Ident> take_ident(Cursor& cursor, std::string_view header) {
  const auto line = cursor.line(std::string{header} + ' ');
  auto ident = line ? ident_in(*line) : std::nullopt;
  if (!ident) return bad(header);
  return *std::move(ident);
}

Result<std::string> take_signature(Cursor& cursor) {
  std::string signature;
  const auto first = cursor.line("gpgsig ");
  if (!first) return signature;
  signature = *first;
  while (const auto more = cursor.line(" ")) {
    if (signature.size() + more->size() >= max_commit_signature) return bad("gpgsig");
    signature += '\n';
    signature += *more;
  }
  if (signature.empty() || signature.size() > max_commit_signature) return bad("gpgsig");
  return signature;
}

bool is_key(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::optional<Trailer> trailer_in(std::string_view line) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos || !is_key(line.substr(0, colon))) return std::nullopt;
  return Trailer{std::string{line.substr(0, colon)}, std::string{line.substr(colon + 2)}};
}

}  // namespace

std::string render(const Commit& commit) {
  return render_with(commit, commit.signature);
}

std::string signed_part(const Commit& commit) {
  return render_with(commit, {});
}

Result<Commit> parse_commit(std::string_view raw) {
  if (raw.size() > std::numeric_limits<std::int32_t>::max() || !is_text(raw)) {
    return fail(Errc::corrupt, "a commit holds bytes that are not UTF-8 text");
  }
  Cursor cursor{raw};
  Commit commit;
  const auto tree = cursor.line("tree ");
  if (!tree || tree->size() != 2 * CommitId::size || !from_hex(*tree)) return bad("tree");
  commit.tree = *tree;
  commit.parents = TRY(take_parents(cursor));
  commit.author = TRY(take_ident(cursor, "author"));
  commit.committer = TRY(take_ident(cursor, "committer"));
  commit.signature = TRY(take_signature(cursor));
  if (!cursor.rest().starts_with('\n')) {
    return fail(Errc::corrupt, "a commit has a header that does not belong there");
  }
  const auto message = cursor.rest().substr(1);
  if (message.size() > max_commit_message) {
    return fail(Errc::corrupt, "a commit's message is longer than {} bytes", max_commit_message);
  }
  commit.message = message;
  if (render(commit) != raw) {
    return fail(Errc::corrupt, "a commit is not written in git's canonical form");
  }
  return commit;
}

std::vector<Trailer> trailers_of(std::string_view message) {
  while (message.ends_with('\n'))
    message.remove_suffix(1);
  const auto gap = message.rfind("\n\n");
  if (gap == std::string_view::npos) return {};
  auto rest = message.substr(gap + 2);
  std::vector<Trailer> trailers;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto trailer = trailer_in(rest.substr(0, end));
    if (!trailer) return {};
    trailers.push_back(*std::move(trailer));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return trailers;
}

std::string clean_ident(std::string_view text) {
  constexpr std::string_view crud = " .,:;\"\\'";
  text = text.substr(0, 4 * max_commit_name);
  std::string clean;
  for (std::size_t i = 0; i < text.size() && clean.size() < max_commit_name;) {
    const auto begin = i;
    const std::int32_t c = next_code_point(text, i);
    if (c < 0 || is_control(c) || c == '<' || c == '>') continue;
    if (clean.size() + (i - begin) > max_commit_name) break;
    clean += text.substr(begin, i - begin);
  }
  const auto first = clean.find_first_not_of(crud);
  if (first == std::string::npos) return "unknown";
  const auto last = clean.find_last_not_of(crud);
  return clean.substr(first, last - first + 1);
}

}  // namespace guantong
