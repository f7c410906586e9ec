#include "sync/ssh_signature.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/change.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;

// Made by `ssh-keygen -Y sign -n git` of OpenSSH 9.2 with the key whose seed is the bytes 0 to 31.
constexpr std::string_view message = "hello\n";
constexpr std::string_view key_hex =
    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
constexpr std::string_view signature_hex =
    "19935dc1389ff016634e6d7cab587abca35bca317a91010664283dad817dd41c"
    "2f0eb4f6ac722ea979df7c03bdfea549d5d0e74d31c1976ed91aeae072428906";
constexpr std::string_view armored =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j\n"
    "CbpQ1fHdyGZBJVMbgAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n"
    "AAAAQBmTXcE4n/AWY05tfKtYeryjW8oxepEBBmQoPa2BfdQcLw609qxyLql533wDvf6lSd\n"
    "XQ500xwZdu2Rrq4HJCiQY=\n"
    "-----END SSH SIGNATURE-----";

// The same key and message, but `-n file`.
constexpr std::string_view armored_for_a_file =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j\n"
    "CbpQ1fHdyGZBJVMbgAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx\n"
    "OQAAAECj1RtZvt6I4PbyS3vCoOtxHNLn32IFU9PWZjMmd/bHTaE8/Am9GA2ObV4bitmidD\n"
    "qxVtLTMJrpBlsFIsyaaT4E\n"
    "-----END SSH SIGNATURE-----";

PublicKey key_of(std::string_view hex) {
  return *PublicKey::from(*from_hex(hex));
}

PublicKey the_key() {
  return key_of(key_hex);
}

std::string raw_signature() {
  return *from_hex(signature_hex);
}

/// Adds the order of the group to the scalar S: the same point, so a lax verifier accepts it.
std::string with_order_added(std::string signature) {
  const std::string order =
      *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& digit = signature[32 + i];
    carry += static_cast<std::uint8_t>(digit);
    carry += static_cast<std::uint8_t>(order[i]);
    digit = static_cast<char>(carry & 0xffU);
    carry >>= 8U;
  }
  EXPECT_EQ(carry, 0U);
  return signature;
}

TEST(SshSignature, IsWrittenAsSshKeygenWritesIt) {
  EXPECT_EQ(ssh_signature(the_key(), raw_signature()), armored);
}

TEST(SshSignature, OfSshKeygenIsAccepted) {
  EXPECT_THAT(verify_ssh_signature(armored, message, the_key()), is_ok());
  const auto key = ssh_signature_key(armored);
  ASSERT_THAT(key, is_ok());
  EXPECT_EQ(*key, the_key());
}

TEST(SshSignature, SignsTheHashOfTheMessageForGitAlone) {
  const std::string data = ssh_signed_data("");
  const std::string_view head{"SSHSIG\0\0\0\3git\0\0\0\0\0\0\0\6sha512\0\0\0\x40", 31};
  EXPECT_EQ(data.substr(0, head.size()), head);
  EXPECT_EQ(to_hex(data.substr(head.size())),
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
            "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
}

TEST(SshSignature, D07OfAnotherMessageKeyOrPurposeIsRefused) {
  EXPECT_THAT(verify_ssh_signature(armored, "hello", the_key()), fails_with(Errc::denied));
  EXPECT_THAT(verify_ssh_signature(
                  armored,
                  message,
                  key_of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")),
              fails_with(Errc::denied));
  EXPECT_THAT(verify_ssh_signature(armored_for_a_file, message, the_key()),
              fails_with(Errc::corrupt));
}

TEST(SshSignature, WithAnyBitChangedIsRefused) {
  const std::string good = raw_signature();
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_THAT(verify_ssh_signature(ssh_signature(the_key(), bad), message, the_key()),
                fails_with(Errc::denied));
  }
}

TEST(SshSignature, WithAnyByteOfItsArmorChangedOrMovedIsRefused) {
  for (std::size_t i = 0; i < armored.size(); ++i) {
    std::string changed{armored};
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_ssh_signature(changed, message, the_key())) << i;
    const std::string missing = std::string{armored}.erase(i, 1);
    EXPECT_THAT(verify_ssh_signature(missing, message, the_key()), fails_with(Errc::corrupt));
    for (const char c : {'\n', ' ', '=', 'A', '\0'}) {
      const std::string more = std::string{armored}.insert(i, 1, c);
      EXPECT_THAT(verify_ssh_signature(more, message, the_key()), fails_with(Errc::corrupt));
    }
  }
  for (const std::string& bad : {std::string{},
                                 std::string{armored} + '\n',
                                 ' ' + std::string{armored},
                                 std::string{armored} + std::string{armored},
                                 std::string(100'000, 'A')}) {
    EXPECT_THAT(verify_ssh_signature(bad, message, the_key()), fails_with(Errc::corrupt));
    EXPECT_THAT(ssh_signature_key(bad), fails_with(Errc::corrupt));
  }
}

TEST(SshSignature, D12WithAScalarThatIsNotReducedIsRefused) {
  const std::string malleated = with_order_added(raw_signature());
  EXPECT_THAT(verify_ssh_signature(ssh_signature(the_key(), malleated), message, the_key()),
              fails_with(Errc::denied));
}

TEST(SshSignature, D12OfASmallOrderKeyIsRefused) {
  // With the neutral element as the key, S = 1 and R = the base point fit every message.
  const PublicKey neutral =
      key_of("0100000000000000000000000000000000000000000000000000000000000000");
  const std::string fits_all = *from_hex(
      "5866666666666666666666666666666666666666666666666666666666666666"
      "0100000000000000000000000000000000000000000000000000000000000000");
  EXPECT_THAT(verify_ssh_signature(ssh_signature(neutral, fits_all), message, neutral),
              fails_with(Errc::denied));
}

TEST(SshSignature, D12KeysOffTheCurveOfSmallOrderOrNotCanonicalAreNotValid) {
  EXPECT_TRUE(is_valid_key(the_key()));
  for (const auto* bad : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "0200000000000000000000000000000000000000000000000000000000000000",
           "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
       }) {
    EXPECT_FALSE(is_valid_key(key_of(bad))) << bad;
  }
}

TEST(SshSignature, KeyIsWrittenAsInAllowedSigners) {
  EXPECT_EQ(ssh_public_key(the_key()),
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
}

TEST(SshSignature, D19DeviceIdIsTheHashOfItsFirstKey) {
  EXPECT_EQ(to_hex(device_id(the_key()).raw()),
            "9d24e2eeaf27c2a088a564a32fc03a882dcd9804dbc0d03a119491e54ba0c933");
}

}  // namespace
}  // namespace guantong
