// Signatures in OpenSSH's format, as stock git makes and checks them (PROTOCOL.sshsig of OpenSSH).
//
// One profile of it: version 1, Ed25519, namespace "git", SHA-512. All sizes are then fixed, and a
// signature has one spelling.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

inline constexpr std::size_t raw_signature_size = 64;

/// The bytes to be signed for `message`: they hold its SHA-512, and the namespace, so that a
/// signature made for git is good for nothing else.
std::string ssh_signed_data(std::string_view message);

/// The armored form, without the last newline, of a signature that `key` made of `ssh_signed_data`.
/// `raw_signature` is exactly `raw_signature_size` bytes.
std::string ssh_signature(const PublicKey& key, std::string_view raw_signature);

/// Succeeds when `armored` is `expected`'s signature of `message`. Fails with `corrupt` when it is
/// not spelled as `ssh_signature` spells it, and with `denied` when it is another key's, when
/// `expected` is no valid key (of small order, not canonical, off the curve), or when it does not
/// fit, a scalar S that is not reduced included (RFC 8032, 5.1.7).
Result<void> verify_ssh_signature(std::string_view armored,
                                  std::string_view message,
                                  const PublicKey& expected);

/// The key that `armored` says it was made with. Nothing is verified but the spelling; `corrupt`.
Result<PublicKey> ssh_signature_key(std::string_view armored);

/// Whether `key` is a point that Ed25519 may use: on the curve, canonical, in the main subgroup. To
/// be asked of every key that is let in.
bool is_valid_key(const PublicKey& key);

/// "ssh-ed25519 AAAA...", as an allowed-signers file has it behind the principal.
std::string ssh_public_key(const PublicKey& key);

/// BLAKE2b-256 of the key's 32 bytes: the id of the device whose first key this is.
DeviceId device_id(const PublicKey& key);

}  // namespace guantong
