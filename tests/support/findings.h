// What the rules find at a desk, and that it is what they would find by looking at everything.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/plan_builder.h"

namespace guantong::test {

/// "IR-01 block course code …", the gravest first.
std::vector<std::string> found_at(Desk& desk);

/// Those of one rule alone.
std::vector<std::string> found_at(Desk& desk, std::string_view rule);

/// The records that a finding keeps from counting.
std::set<RecordKey> suspended(Desk& desk);

/// All that a replica knows of findings, in a form that is the same at every site.
std::vector<std::string> picture(Desk& desk);

/// The same after the rules have been run on every record.
std::vector<std::string> full_picture(Desk& desk);

/// Writes the sites' own organisations, as BITC and BIST: of one that is missing, its records stand
/// in findings.
void introduce(PlanBuilder& plan);

/// Two sites of which the first leads; both find the same whenever they have met.
class TwoSites : public testing::Test {
protected:
  void meet();

  PlanBuilder plan_{{"bitc", "bist"}};
  Desk& v = plan_.desk(0);
  Desk& u = plan_.desk(1);
};

/// Creates the record, or else archives, restores or edits it.
void put(Desk& desk, Choices& choices, const RecordKey& key, Edits creation, const Edits& edits);

/// Lets people of three sites act at random, seal and pull, and sees after each step that what was
/// touched gives the same findings as every record, and at last that all sites have the same.
///
/// A record that stands in any finding is looked at whatever happens to it. So what the records
/// refer to has to be there for a forgotten `Rule::reads` to show: `prepare` writes it.
void find_the_same_everywhere(const std::function<void(Desk&, Choices&)>& act,
                              const std::function<void(PlanBuilder&)>& prepare = {});

/// A record of a small world, with what people might enter into it.
struct Toy {
  RecordKey key;
  Edits creation;
  std::vector<Edits> edits;  ///< None: it is only created, archived and restored.
};

/// The same with three sites who have most of a world in common.
void play(Choices& choices, const std::vector<Toy>& world);

}  // namespace guantong::test
