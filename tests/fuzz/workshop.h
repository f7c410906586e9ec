// What fuzzers of the client work on: a school with a few records, and files.
#pragma once

#include <filesystem>
#include <string_view>

#include "client/workspace.h"
#include "sync/schema.h"
#include "tests/support/choices.h"

namespace guantong::test {

/// A school that was founded and knows some organisations, a plan and courses; the same every time.
/// Whoever commits something puts it back by `restore_school`.
Workspace& school();
void restore_school();

/// A file with that content which its owner alone can read; the next one takes its place.
std::filesystem::path file_with(std::string_view content);

/// Any type of the schema.
const RecordType& any_type(Choices& choices);

}  // namespace guantong::test
