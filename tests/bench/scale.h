// A consortium as large as one may become: 140 bodies, 20 courses each with 5 topics, and years of
// edits, for what is worked out from records rather than from history.
#pragma once

#include <cstddef>
#include <filesystem>
#include <random>
#include <string>

#include "client/field_edit.h"
#include "sync/base/result.h"

namespace guantong::bench {

/// How much there is of it.
struct Scale {
  std::size_t bodies = 140;
  std::size_t edits = 288'000;  ///< After the records have been written.
};

inline constexpr std::size_t courses_a_body = 20;
inline constexpr std::size_t topics_a_course = 5;
inline constexpr std::size_t edits_a_merge = 300;

/// An edit such as a night brings: hours of a topic, credits of a course, a weight.
struct ScaleEdit {
  std::string record;  ///< As people name it: "course:A00001".
  FieldEdit edit;
};

/// One of the records of the first bodies.
ScaleEdit draw_edit(std::mt19937& random, std::size_t bodies);

/// Writes it into a workspace at `root`: 300 records a body, then the edits, 300 a transaction.
Result<void> make_scale(const std::filesystem::path& root, const Scale& scale);

}  // namespace guantong::bench
