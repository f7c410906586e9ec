// The disks of all simulated computers, and what goes wrong with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/draws.h"

#include "client/disk_watch.h"

namespace guantong::simulation {

/// Something that goes wrong once, some writes from now.
struct Fault {
  enum class Kind : std::uint8_t {
    kill,   ///< The program is ended; what it wrote stays.
    power,  ///< The power fails: what was not flushed is there, lost or torn.
    full,   ///< The disk is full.
    cut,    ///< The remote is gone in the middle of an exchange.
  };
  /// Which acts are counted.
  enum class Among : std::uint8_t { all, git };

  Kind kind = Kind::kill;
  Among among = Among::all;
  std::uint64_t after = 0;   ///< So many acts succeed first.
  std::uint64_t chance = 0;  ///< What of it is left open is drawn from this.
};

/// A computer's disk.
struct Computer {
  std::filesystem::path root;  ///< Its workspace.
  std::optional<Fault> fault{};
  bool dead = false;  ///< Nothing is written any more, until it is started again.
  bool full = false;
  bool cut_off = false;

  /// What was written and not flushed, in order, since a power cut has been in store.
  struct Unflushed {
    std::string path;
    std::uint64_t offset = 0;
    std::string old, fresh;
  };
  std::vector<Unflushed> unflushed{};
  /// The act during which it stopped.
  DiskAct last_act = DiskAct::write;
  std::string last_path{};

  bool disturbed() const { return dead || full || cut_off; }
};

/// Counts what is written, lets faults happen, and leaves behind what they leave.
class SimulatedDisk final : public DiskWatch {
public:
  /// Who runs now; null: the simulator itself, to which nothing happens.
  void run_on(Computer* computer) { running_ = computer; }

  DiskFate before(DiskAct act, std::string_view path) override;
  bool notes_writes() const override;
  void note_write(std::string_view path,
                  std::uint64_t offset,
                  std::string_view old,
                  std::string_view fresh) override;
  void note_flush(std::string_view path) override;

  /// How many acts there were, of everybody.
  std::uint64_t writes() const { return writes_; }
  std::uint64_t objects() const { return objects_; }

  /// Gives a stopped computer the disk that it finds when it is started again. Nothing of it is
  /// open.
  static void start_again(Computer& computer);

private:
  DiskFate strike(Computer& computer, DiskAct act, std::string_view path);

  Computer* running_ = nullptr;
  std::uint64_t writes_ = 0;
  std::uint64_t objects_ = 0;
};

}  // namespace guantong::simulation
