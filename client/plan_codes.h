// Codes of records that belong to a plan. No two records of a type share one, so that a copy for
// another plan has codes of its own, which say what they were copied from.
#pragma once

#include <string>
#include <string_view>

namespace guantong {

/// The code of a record's copy: "SEC-2024-9" for "SEC-2027-9", "GR2-1-2024" for "GR2-1", where
/// `from` is "PLAN-BD-2027" and `to` is "PLAN-BD-2024". The last part of a plan's own code is its
/// mark: where the code has that of `from`, it gets that of `to` instead, else behind it.
std::string code_in_plan(std::string_view code, std::string_view from, std::string_view to);

/// The code without the mark of its plan, by which two plans' records compare: "GR2-1" for
/// "GR2-1-2024" of "PLAN-BD-2024", and for "GR2-1" of "PLAN-BD-2027".
std::string code_of_any_plan(std::string_view code, std::string_view plan);

}  // namespace guantong
