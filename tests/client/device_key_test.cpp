#include "client/crypto/device_key.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/ssh_signature.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using std::filesystem::perms;
using test::fails_with;
using test::is_ok;
using testing::HasSubstr;

void write_private(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path} << text;
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
}

std::string text_in(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(DeviceKey, SignsWhatItsPublicKeyVerifies) {
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, is_ok());
  const auto armored = ssh_signature(key->public_key(), key->sign(ssh_signed_data("message")));
  EXPECT_TRUE(is_valid_key(key->public_key()));
  EXPECT_THAT(verify_ssh_signature(armored, "message", key->public_key()), is_ok());
}

TEST(DeviceKey, IsAnotherOneEachTime) {
  const auto one = DeviceKey::generate();
  const auto other = DeviceKey::generate();
  ASSERT_THAT(one, is_ok());
  ASSERT_THAT(other, is_ok());
  EXPECT_NE(one->public_key(), other->public_key());
}

TEST(DeviceKey, IsTheSameAfterItWasSavedAndLoaded) {
  const test::TempDir dir;
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, is_ok());
  ASSERT_THAT(key->save(dir.path() / "key"), is_ok());
  const auto loaded = DeviceKey::load(dir.path() / "key");
  ASSERT_THAT(loaded, is_ok());
  EXPECT_EQ(loaded->public_key(), key->public_key());
  EXPECT_EQ(loaded->sign("message"), key->sign("message"));
}

TEST(DeviceKey, OfAKnownSeedSignsAsRfc8032Says) {
  const test::TempDir dir;  // 7.1, test 2.
  write_private(dir.path() / "key",
                "guantong device key 1\n"
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n");
  const auto key = DeviceKey::load(dir.path() / "key");
  ASSERT_THAT(key, is_ok());
  EXPECT_EQ(to_hex(key->public_key().raw()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(to_hex(key->sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(DeviceKey, IsSavedForItsOwnerAloneAndOverNothing) {
  const test::TempDir dir;
  const auto path = dir.path() / "key";
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, is_ok());
  ASSERT_THAT(key->save(path), is_ok());
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
  const std::string before = text_in(path);
  const auto other = DeviceKey::generate();
  ASSERT_THAT(other, is_ok());
  EXPECT_THAT(other->save(path), fails_with(Errc::conflict));
  EXPECT_EQ(text_in(path), before);
  EXPECT_THAT(key->save(dir.path() / "none" / "key"), fails_with(Errc::not_found));
}

TEST(DeviceKey, ThatOthersCanReachIsRefusedAndSaysWhatToDo) {
  const test::TempDir dir;
  const auto path = dir.path() / "key";
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, is_ok());
  ASSERT_THAT(key->save(path), is_ok());
  for (const auto more : {perms::group_read, perms::others_read, perms::group_write}) {
    std::filesystem::permissions(path, perms::owner_read | more);
    const auto loaded = DeviceKey::load(path);
    ASSERT_THAT(loaded, fails_with(Errc::denied));
    EXPECT_THAT(in_english(loaded.error().message), HasSubstr("chmod 600 " + path.string()));
  }
}

TEST(DeviceKey, ThatIsNoneIsRefused) {
  const test::TempDir dir;
  const auto path = dir.path() / "key";
  EXPECT_THAT(DeviceKey::load(path), fails_with(Errc::not_found));
  EXPECT_THAT(DeviceKey::load(dir.path()), fails_with(Errc::corrupt));
  ASSERT_EQ(::mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(DeviceKey::load(dir.path() / "pipe"), fails_with(Errc::corrupt));
  const std::string header = "guantong device key 1\n";
  const std::string hex(64, 'a');
  for (const std::string& bad : {std::string{},
                                 header,
                                 header + hex,
                                 header + hex + "\n\n",
                                 header + hex.substr(2) + "\n",
                                 header + hex.substr(1) + "g\n",
                                 "guantong device key 2\n" + hex + "\n",
                                 std::string(10'000, 'a')}) {
    write_private(path, bad);
    EXPECT_THAT(DeviceKey::load(path), fails_with(Errc::corrupt)) << bad;
  }
}

TEST(FillRandom, FillsWithSomethingElseEachTime) {
  std::array<std::uint8_t, 16> one{};
  std::array<std::uint8_t, 16> other{};
  fill_random(one);
  fill_random(other);
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace guantong
