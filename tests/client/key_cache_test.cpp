#include "client/crypto/key_cache.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/crypto/device_key.h"
#include "client/crypto/guarded_bytes.h"
#include "client/crypto/key_file.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/ssh_signature.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::is_ok;
using testing::HasSubstr;

constexpr DerivationCost cheapest{1, 8192};

/// Asked of the kernel itself. Where it has no keyring, the cache must say "nothing" throughout.
bool kernel_has_a_keyring() {
  return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1) >= 0;
}

GuardedBytes secret(std::string_view text) {
  return *GuardedBytes::copy_of(text);
}

/// "" where nothing is kept.
std::string kept(const KeyCache& cache, const PublicKey& owner) {
  const auto key = cache.find(owner);
  return key ? std::string{key->view()} : "";
}

std::string where_there_is_one(std::string_view text) {
  return kernel_has_a_keyring() ? std::string{text} : "";
}

/// A key that nobody has heard of, which leaves the keyring with the test.
class KeyCacheTest : public testing::Test {
protected:
  KeyCacheTest() { fill_random(owner_.bytes); }
  void TearDown() override { KeyCache{}.forget(owner_); }

  PublicKey owner_;
};

TEST_F(KeyCacheTest, GivesBackWhatItKept) {
  const KeyCache cache;
  EXPECT_EQ(kept(cache, owner_), "");
  cache.keep(owner_, secret("one"));
  EXPECT_EQ(kept(cache, owner_), where_there_is_one("one"));
  cache.keep(owner_, secret("another"));
  EXPECT_EQ(kept(cache, owner_), where_there_is_one("another"));
}

TEST_F(KeyCacheTest, KeepsWhatBelongsToEachKeyApart) {
  const KeyCache cache;
  cache.keep(owner_, secret("one"));
  auto other = owner_;
  ++other.bytes[0];
  EXPECT_EQ(kept(cache, other), "");
}

TEST_F(KeyCacheTest, ForgetsWhenItIsTold) {
  const KeyCache cache;
  cache.keep(owner_, secret("one"));
  cache.forget(owner_);
  cache.forget(owner_);
  EXPECT_EQ(kept(cache, owner_), "");
}

TEST_F(KeyCacheTest, ForgetsWhenTheTimeIsOver) {
  const KeyCache cache{std::chrono::seconds{1}};
  cache.keep(owner_, secret("one"));
  std::this_thread::sleep_for(std::chrono::milliseconds{2100});  // The kernel counts in seconds.
  EXPECT_EQ(kept(cache, owner_), "");
}

TEST_F(KeyCacheTest, KeepsNothingForNoTime) {
  const KeyCache cache{std::chrono::seconds{0}};
  cache.keep(owner_, secret("one"));
  EXPECT_EQ(kept(cache, owner_), "");
}

TEST_F(KeyCacheTest, LetsNobodyAtTheKeyWhoDoesNotPossessIt) {
  const KeyCache cache;
  cache.keep(owner_, secret("one"));
  const std::string description = "guantong:" + to_hex(device_id(owner_).raw());
  const auto number =
      syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", description.c_str(), 0);
  EXPECT_EQ(number >= 0, kernel_has_a_keyring());
  std::array<char, 256> text{};
  const auto size = syscall(SYS_keyctl, KEYCTL_DESCRIBE, number, text.data(), text.size());
  EXPECT_EQ(size >= 0, kernel_has_a_keyring());
  // Type, owner, group, permissions: all of the possessor's, none of others.
  if (size < 0) return;
  EXPECT_THAT(std::string{text.data()}, HasSubstr(";3f000000;" + description));
}

/// A locked key in a file, and how often its passphrase was asked for.
class CachedKeyTest : public testing::Test {
protected:
  void lock(std::string_view passphrase) {
    typed_ = passphrase;
    const auto text = secret(passphrase);
    ASSERT_THAT(key_.replace(path(), &text, cheapest), is_ok());
  }
  void TearDown() override { cache_.forget(key_.public_key()); }

  std::filesystem::path path() const { return dir_.path() / "key"; }
  Result<DeviceKey> load() {
    return DeviceKey::load(
        path(),
        [this] {
          ++asked_;
          return GuardedBytes::copy_of(typed_);
        },
        &cache_);
  }

  test::TempDir dir_;
  KeyCache cache_;
  DeviceKey key_ = *DeviceKey::generate();
  std::string typed_;
  int asked_ = 0;
};

TEST_F(CachedKeyTest, IsAskedForOnceWhereThereIsAKeyring) {
  lock("correct horse");
  for (int i = 0; i < 3; ++i) {
    const auto loaded = load();
    ASSERT_THAT(loaded, is_ok());
    EXPECT_EQ(loaded->public_key(), key_.public_key());
  }
  EXPECT_EQ(asked_, kernel_has_a_keyring() ? 1 : 3);
}

TEST_F(CachedKeyTest, IsAskedForAgainOnceItWasChanged) {
  lock("correct horse");
  ASSERT_THAT(load(), is_ok());
  lock("battery staple");
  ASSERT_THAT(load(), is_ok());
  EXPECT_EQ(asked_, 2);
}

TEST_F(CachedKeyTest, IsNotKeptWhenItWasWrong) {
  lock("correct horse");
  typed_ = "wrong";
  EXPECT_THAT(load(), test::fails_with(Errc::denied));
  typed_ = "correct horse";
  EXPECT_THAT(load(), is_ok());
  EXPECT_EQ(asked_, 2);
}

TEST_F(CachedKeyTest, OpensThoughSomethingElseStandsInItsPlace) {
  lock("correct horse");
  for (const auto& other : {std::string(32, 'x'), std::string{"short"}}) {
    cache_.keep(key_.public_key(), secret(other));
    EXPECT_THAT(load(), is_ok());
  }
  EXPECT_EQ(asked_, 2);
}

/// Answers the keyring's system calls with `error` from here on, as a container does.
bool take_the_keyring_away(int error) {
  const auto calls = std::to_array<unsigned>({SYS_add_key, SYS_request_key, SYS_keyctl});
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const auto call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_F(CachedKeyTest, OpensJustSoWhereTheKernelHasNoKeyring) {
  lock("correct horse");
  for (const int error : {ENOSYS, EPERM}) {
    const auto child = fork();
    if (child == 0) {  // What is taken away does not come back: in a process of its own.
      const bool gone = take_the_keyring_away(error) && !kernel_has_a_keyring();
      const bool opens = load().has_value() && load().has_value() && asked_ == 2;
      cache_.forget(key_.public_key());
      _exit(!gone ? 2 : opens && !cache_.find(key_.public_key()) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "1: it did not open; 2: the keyring could not be hidden";
  }
}

}  // namespace
}  // namespace guantong
