#include "client/read_ahead.h"

#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "client/git/git_history.h"
#include "client/git/repository.h"
#include "client/heap.h"
#include "sync/base/result.h"
#include "sync/batch_commit.h"
#include "sync/opening.h"

namespace guantong {
namespace {

/// So few batches wait to be merged, that memory is bounded whatever comes.
constexpr std::size_t opened_most = 16;

}  // namespace

void ReadAhead::expect(std::vector<const Unopened*> order) {
  stop();
  order_ = std::move(order);
  opened_.clear();
  stopping_ = false;
  if (!order_.empty()) thread_ = std::thread{[this] { work(); }};
}

void ReadAhead::stop() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ReadAhead::work() {
  prepare_heap();
  auto repository = Repository::open(history_);
  if (!repository) {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (!put(repository.error())) return;
    }
    return;
  }
  GitHistory history{*std::move(repository)};
  for (const auto* unopened : order_) {
    if (!put(open_one(*unopened, history, consortium_, schema_))) return;
  }
}

bool ReadAhead::put(Result<OpenedBatch> opened) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return stopping_ || opened_.size() < opened_most; });
  if (stopping_) return false;
  opened_.push_back(std::move(opened));
  changed_.notify_all();
  return true;
}

Result<OpenedBatch> ReadAhead::next() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return !opened_.empty(); });
  auto opened = std::move(opened_.front());
  opened_.pop_front();
  changed_.notify_all();
  return opened;
}

}  // namespace guantong
