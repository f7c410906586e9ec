// Opens batches on a second thread while the first one merges: reading Git, checking signatures and
// decoding are a third of an exchange.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/change.h"
#include "sync/opening.h"
#include "sync/schema.h"

namespace guantong {

class ReadAhead final : public Opener {
public:
  /// `history` is the Git repository, which the thread opens once more for itself.
  ReadAhead(std::filesystem::path history, const ConsortiumId& consortium, const Schema& schema)
      : history_{std::move(history)}, consortium_{consortium}, schema_{schema} {}
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ReadAhead(ReadAhead&&) = delete;
  ReadAhead& operator=(ReadAhead&&) = delete;
  ~ReadAhead() override { stop(); }

  void expect(std::vector<const Unopened*> order) override;
  Result<OpenedBatch> next() override;

private:
  void work();
  void stop();
  /// Waits for room; false when nobody wants it any more.
  bool put(Result<OpenedBatch> opened);

  std::filesystem::path history_;
  ConsortiumId consortium_;
  const Schema& schema_;
  std::vector<const Unopened*> order_;
  std::thread thread_;

  std::mutex mutex_;  // Of what follows.
  std::condition_variable changed_;
  std::deque<Result<OpenedBatch>> opened_;
  bool stopping_ = false;
};

}  // namespace guantong
