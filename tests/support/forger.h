// The simulator's forger, at the remote of a test's schools. What goes wrong ends the test.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "simulation/hostile/forger.h"

#include "sync/change.h"
#include "tests/support/schools.h"

namespace guantong::test {

struct Letter : simulation::Letter {
  Batch batch() const;
};

/// Works at a remote, with the key of one school's computer.
class Forger {
public:
  Forger(const Schools& schools, std::string_view school);
  Forger(const Schools& schools, std::string_view school, const std::filesystem::path& remote);

  const std::string& branch() const { return forger_.branch(); }
  Letter latest();
  Letter read(const CommitId& commit);

  void put(Letter& letter, const std::string& payload);
  void put(Letter& letter, const Batch& batch);
  void sign(Letter& letter) const { forger_.sign(letter); }
  Letter altered(Letter letter, const std::function<void(Batch&)>& change);
  Letter next(const Letter& letter, const std::function<void(Batch&)>& fill);

  CommitId post(const Letter& letter, const std::string& branch = {});

private:
  simulation::Forger forger_;
};

}  // namespace guantong::test
