#include "tests/support/forger.h"

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "simulation/hostile/forger.h"

#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/schools.h"

namespace guantong::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error{in_english(result.error().message)};
  return *std::move(result);
}

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error{in_english(result.error().message)};
}

}  // namespace

Batch Letter::batch() const {
  return must(simulation::Letter::batch());
}

Forger::Forger(const Schools& schools, std::string_view school)
    : Forger{schools, school, schools.remote()} {}

Forger::Forger(const Schools& schools, std::string_view school, const std::filesystem::path& remote)
    : forger_{must(simulation::Forger::open(schools.workspace(school), remote))} {}

Letter Forger::latest() {
  return {must(forger_.latest())};
}

Letter Forger::read(const CommitId& commit) {
  return {must(forger_.read(commit))};
}

void Forger::put(Letter& letter, const std::string& payload) {
  must(forger_.put(letter, payload));
}

void Forger::put(Letter& letter, const Batch& batch) {
  must(forger_.put(letter, batch));
}

Letter Forger::altered(Letter letter, const std::function<void(Batch&)>& change) {
  return {must(forger_.altered(std::move(letter), change))};
}

Letter Forger::next(const Letter& letter, const std::function<void(Batch&)>& fill) {
  return {must(forger_.next(letter, fill))};
}

CommitId Forger::post(const Letter& letter, const std::string& branch) {
  return must(forger_.post(letter, branch));
}

}  // namespace guantong::test
