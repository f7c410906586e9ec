// The text of a git commit: written and read byte by byte, so that what was signed is what is
// there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

inline constexpr std::size_t max_commit_parents = 1024;
inline constexpr std::size_t max_commit_name = 1024;             ///< Bytes of a name or an email.
inline constexpr std::size_t max_commit_signature = 4096;        ///< Bytes, armored.
inline constexpr std::size_t max_commit_message = 64UL * 1024U;  ///< Bytes.

/// Who and when, as git's author and committer lines have it. Shown, never believed.
struct Ident {
  std::string name;         ///< As `clean_ident` leaves it.
  std::string email;        ///< As `clean_ident` leaves it.
  std::int64_t time_s = 0;  ///< Since 1970, UTC; from 0 to 99999999999.
  int offset_min = 0;       ///< East of UTC, for showing; less than a day either way.
  bool operator==(const Ident&) const = default;
};

struct Commit {
  std::string tree;               ///< 40 lower-case hexadecimal digits.
  std::vector<CommitId> parents;  ///< The stream's previous commit first.
  Ident author;
  Ident committer;
  std::string signature;  ///< Armored, without the last newline; empty: not signed.
  std::string message;    ///< Ends in a newline, as git writes it.
  bool operator==(const Commit&) const = default;
};

/// One line of the last paragraph of a message: "key: value".
struct Trailer {
  std::string key;
  std::string value;
  bool operator==(const Trailer&) const = default;
};

/// The object's bytes as git stores and hashes them, without the object header.
std::string render(const Commit& commit);

/// What the signature is made over: `commit` rendered without its gpgsig header.
std::string signed_part(const Commit& commit);

/// Reads what `render` writes and nothing else: `render(*parse_commit(raw)) == raw`. So a header
/// that we do not know, or a second spelling of one that we do, has nowhere to hide. Fails with
/// `corrupt`, also for text that is not UTF-8, for NUL, and beyond the bounds above. A commit
/// without a signature is read like any other: who needs one looks whether `signature` is empty.
Result<Commit> parse_commit(std::string_view raw);

/// The lines of the message's last paragraph, in their order, if all of them are trailers and it is
/// not the first paragraph; nothing otherwise. Keys are letters, digits and hyphens.
std::vector<Trailer> trailers_of(std::string_view message);

/// `text` without what git does not allow in a name or an email, or strips from its ends
/// (split_ident_line and strbuf_addstr_without_crud, in git's ident.c): angle brackets, control
/// characters, bytes that are not UTF-8; cut to `max_commit_name`. "unknown" when nothing is left.
std::string clean_ident(std::string_view text);

}  // namespace guantong
