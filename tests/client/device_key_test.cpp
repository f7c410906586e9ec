#include "client/crypto/device_key.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "client/crypto/guarded_bytes.h"
#include "client/crypto/key_file.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/ssh_signature.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using std::filesystem::perms;
using test::fails_with;
using test::is_ok;
using testing::HasSubstr;
using testing::Not;

constexpr DerivationCost cheap{1, 8192};
/// RFC 8032, 7.1, test 2.
constexpr std::string_view known_seed =
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
constexpr std::string_view known_public_key =
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

void write_private(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path} << text;
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
}

std::string text_in(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

Passphrase passphrase(std::string_view text) {
  return *GuardedBytes::copy_of(text);
}

PassphraseSource answer(std::string_view text) {
  return [text] { return GuardedBytes::copy_of(text); };
}

Result<Passphrase> must_not_be_asked() {
  ADD_FAILURE() << "the passphrase was asked for";
  return fail(Errc::io, "it was asked for");
}

DeviceKey known_key() {
  return *DeviceKey::from_seed(*GuardedBytes::copy_of(*from_hex(known_seed)));
}

/// Writes the known key under "correct horse", and returns the file's text.
std::string write_locked(const std::filesystem::path& path) {
  const auto secret = passphrase("correct horse");
  EXPECT_THAT(known_key().save(path, &secret, cheap), is_ok());
  return text_in(path);
}

std::string replaced(std::string text, std::string_view old_part, std::string_view new_part) {
  return text.replace(text.find(old_part), old_part.size(), new_part);
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
  const test::TempDir dir;
  write_private(dir.path() / "key", "guantong device key 1\n" + std::string{known_seed} + "\n");
  const auto key = DeviceKey::load(dir.path() / "key");
  ASSERT_THAT(key, is_ok());
  EXPECT_EQ(to_hex(key->public_key().raw()), known_public_key);
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

TEST(DeviceKey, OfALaterFormIsLeftToALaterProgram) {
  const test::TempDir dir;
  write_private(dir.path() / "key", "guantong device key 3\nwhatever\n");
  EXPECT_THAT(DeviceKey::load(dir.path() / "key"), fails_with(Errc::too_new));
}

TEST(DeviceKey, IsMadeOfItsSeedAgain) {
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, is_ok());
  const auto again = DeviceKey::from_seed(*key->seed());
  ASSERT_THAT(again, is_ok());
  EXPECT_EQ(again->public_key(), key->public_key());
  EXPECT_EQ(again->sign("message"), key->sign("message"));
  EXPECT_THAT(DeviceKey::from_seed(passphrase("too short")), fails_with(Errc::invalid));
}

TEST(LockedKey, IsTheSameOnceItIsUnlocked) {
  const test::TempDir dir;
  const auto path = dir.path() / "key";
  write_locked(path);
  const auto key = DeviceKey::load(path, answer("correct horse"));
  ASSERT_THAT(key, is_ok());
  EXPECT_EQ(key->sign("message"), known_key().sign("message"));
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
}

/// Made from what key_file.h says with other programs: OpenSSL's Argon2id and ChaCha20-Poly1305.
TEST(LockedKey, OfAKnownFileOpensAsItsFormSays) {
  const test::TempDir dir;
  write_private(dir.path() / "key",
                "guantong device key 2\n"
                "argon2id 1 8192\n"
                "salt 000102030405060708090a0b0c0d0e0f\n"
                "public 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\n"
                "nonce 404142434445464748494a4b4c4d4e4f5051525354555657\n"
                "sealed 636e0e3cceec13265f951080a391c37d51554f91e18cf463ac36b4f2a8030d2d"
                "66c566dedb7e3c334390c7c58f52ceda\n");
  const auto key = DeviceKey::load(dir.path() / "key", answer("正确的马"));
  ASSERT_THAT(key, is_ok());
  EXPECT_EQ(to_hex(key->public_key().raw()), known_public_key);
}

TEST(LockedKey, ShowsItsPublicKeyAndNothingOfTheSecret) {
  const test::TempDir dir;
  const auto text = write_locked(dir.path() / "key");
  const auto file = KeyFile::read(dir.path() / "key");
  ASSERT_THAT(file, is_ok());
  EXPECT_TRUE(file->is_locked());
  EXPECT_EQ(to_hex(file->public_key().raw()), known_public_key);
  EXPECT_THAT(text, Not(HasSubstr(std::string{known_seed}.substr(0, 8))));
  EXPECT_NE(text, write_locked(dir.path() / "other"));
}

TEST(LockedKey, IsDeniedToAWrongPassphraseAndSaysWhatToDo) {
  const test::TempDir dir;
  write_locked(dir.path() / "key");
  for (const auto* wrong : {"", "Correct horse", "correct horse ", "正确的马"}) {
    const auto key = DeviceKey::load(dir.path() / "key", answer(wrong));
    ASSERT_THAT(key, fails_with(Errc::denied)) << wrong;
    EXPECT_THAT(in_english(key.error().message), HasSubstr("run it again"));
  }
}

TEST(LockedKey, IsDeniedWhereNobodyCanBeAsked) {
  const test::TempDir dir;
  write_locked(dir.path() / "key");
  EXPECT_THAT(DeviceKey::load(dir.path() / "key"), fails_with(Errc::denied));
  const PassphraseSource gone = [] { return Result<Passphrase>{fail(Errc::busy, "not now")}; };
  EXPECT_THAT(DeviceKey::load(dir.path() / "key", gone), fails_with(Errc::busy));
}

TEST(DeviceKey, WithoutAPassphraseAsksNobody) {
  const test::TempDir dir;
  ASSERT_THAT(known_key().save(dir.path() / "key"), is_ok());
  EXPECT_THAT(DeviceKey::load(dir.path() / "key", must_not_be_asked), is_ok());
}

TEST(LockedKey, AlteredAnywhereDoesNotOpen) {
  const test::TempDir dir;
  const auto text = write_locked(dir.path() / "key");
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto altered = text;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    write_private(dir.path() / "key", altered);
    EXPECT_FALSE(DeviceKey::load(dir.path() / "key", answer("correct horse"))) << altered;
  }
  write_private(dir.path() / "key", text + "\n");
  EXPECT_THAT(DeviceKey::load(dir.path() / "key", answer("correct horse")),
              fails_with(Errc::corrupt));
}

TEST(LockedKey, ThatWouldTakeTheWholeComputerIsRefusedUnasked) {
  const test::TempDir dir;
  const auto text = write_locked(dir.path() / "key");
  for (const auto* cost : {"argon2id 11 8192",
                           "argon2id 1 1073741825",
                           "argon2id 18446744073709551615 18446744073709551615",
                           "argon2id 0 8192",
                           "argon2id 1 8191",
                           "argon2id -1 8192",
                           "argon2id 18446744073709551616 8192"}) {
    write_private(dir.path() / "key", replaced(text, "argon2id 1 8192", cost));
    EXPECT_THAT(DeviceKey::load(dir.path() / "key", must_not_be_asked), fails_with(Errc::corrupt))
        << cost;
  }
}

TEST(LockedKey, IsNotWrittenWithACostThatWouldNotBeRead) {
  const test::TempDir dir;
  const auto secret = passphrase("correct horse");
  EXPECT_THAT(known_key().save(dir.path() / "key", &secret, {11, 8192}), fails_with(Errc::invalid));
  EXPECT_THAT(known_key().save(dir.path() / "key", &secret, {1, 0}), fails_with(Errc::invalid));
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "key"));
}

TEST(LockedKey, IsLockedChangedAndUnlockedInItsPlace) {
  const test::TempDir dir;
  const auto path = dir.path() / "key";
  const auto one = passphrase("correct horse");
  const auto other = passphrase("battery staple");
  ASSERT_THAT(known_key().save(path), is_ok());
  ASSERT_THAT(known_key().replace(path, &one, cheap), is_ok());
  EXPECT_THAT(DeviceKey::load(path, answer("correct horse")), is_ok());
  ASSERT_THAT(known_key().replace(path, &other, cheap), is_ok());
  EXPECT_THAT(DeviceKey::load(path, answer("correct horse")), fails_with(Errc::denied));
  EXPECT_THAT(DeviceKey::load(path, answer("battery staple")), is_ok());
  ASSERT_THAT(known_key().replace(path, nullptr), is_ok());
  EXPECT_THAT(DeviceKey::load(path), is_ok());
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
  using Entries = std::filesystem::directory_iterator;
  EXPECT_EQ(std::distance(Entries{dir.path()}, Entries{}), 1);
}

TEST(LockedKey, IsReplacedOverWhatARunThatWasCutOffLeft) {
  const test::TempDir dir;
  const auto path = dir.path() / "key";
  const auto secret = passphrase("correct horse");
  ASSERT_THAT(known_key().save(path), is_ok());
  write_private(dir.path() / "key.new", "half a key");
  ASSERT_THAT(known_key().replace(path, &secret, cheap), is_ok());
  EXPECT_THAT(DeviceKey::load(path, answer("correct horse")), is_ok());
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "key.new"));
}

TEST(LockedKey, StaysAsItWasWhenItsNewFileCannotBeMade) {
  const test::TempDir dir;
  const auto path = dir.path() / "key";
  const auto before = write_locked(path);
  std::filesystem::create_directory(dir.path() / "key.new");
  EXPECT_THAT(known_key().replace(path, nullptr), fails_with(Errc::conflict));
  EXPECT_EQ(text_in(path), before);
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
