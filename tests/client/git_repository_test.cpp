#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/crypto/device_key.h"
#include "client/git/git_ref.h"
#include "client/git/peer.h"
#include "client/git/repository.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/change.h"
#include "sync/commit.h"
#include "sync/ssh_signature.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view file_name = "changes.pb";
const std::string branch = "refs/heads/plan/bitc/3f";

struct Outcome {
  int status = -1;
  std::string output;
};

/// Runs stock git, in the repository at `path`, without the settings of whoever runs the tests.
Outcome git(const std::filesystem::path& path, const std::string& arguments) {
  const std::string command = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git -C '" +
                              path.string() + "' " + arguments + " 2>&1";
  Outcome outcome;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    outcome.output += static_cast<char>(c);
  const int status = ::pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

/// Puts a commit on top of `parents`, unsigned.
CommitId commit_to(Repository& repository,
                   const std::string& text,
                   const std::vector<CommitId>& parents = {}) {
  const auto tree = repository.write_payload(file_name, text);
  EXPECT_THAT(tree, is_ok());
  const Ident ident{"Wang", "wang@bitc.example", 1'700'000'000, 480};
  const auto id = repository.write_commit(render({*tree, parents, ident, ident, "", text + "\n"}));
  EXPECT_THAT(id, is_ok());
  return *id;
}

std::string hex(const CommitId& id) {
  return to_hex(id.raw());
}

class GitRepository : public testing::Test {
protected:
  GitRepository() { EXPECT_THAT(create_bare(remote_path()), is_ok()); }

  std::filesystem::path path(const std::string& name) const { return dir_.path() / name; }
  std::filesystem::path remote_path() const { return path("remote.git"); }
  std::string remote() const { return remote_path().string(); }

  Repository make(const std::string& name) {
    auto repository = Repository::create(path(name));
    EXPECT_THAT(repository, is_ok());
    return *std::move(repository);
  }

  /// Where the remote's reference is, as stock git sees it.
  std::string remote_tip(const std::string& name = branch) const {
    auto outcome = git(remote_path(), "rev-parse --verify --quiet " + name);
    if (!outcome.output.empty()) outcome.output.pop_back();
    return outcome.output;
  }

  /// What stock git counts of objects: those in files of their own as "count", packs as "packs".
  int count_in(const std::string& name, const std::string& what) const {
    const auto counted = git(path(name), "count-objects -v").output;
    const auto at = counted.find(what + ": ");
    return at == std::string::npos ? -1 : std::stoi(counted.substr(at + what.size() + 2));
  }

  /// A branch of so many commits.
  static CommitId commit_often(Repository& repository, int count) {
    CommitId tip = commit_to(repository, "first");
    for (int i = 1; i < count; ++i)
      tip = commit_to(repository, std::to_string(i), {tip});
    EXPECT_THAT(repository.set_ref(branch, tip), is_ok());
    return tip;
  }

private:
  test::TempDir dir_;
};

TEST_F(GitRepository, OpensOnlyWhatIsThere) {
  EXPECT_THAT(Repository::open(path("none")), fails_with(Errc::not_found));
  std::filesystem::create_directories(remote_path() / "inside");
  EXPECT_THAT(Repository::open(remote_path() / "inside"), fails_with(Errc::not_found));
  EXPECT_THAT(Repository::open(remote_path()), is_ok());
}

TEST_F(GitRepository, IsMadeWithItsFoldersAndOnlyOnce) {
  EXPECT_THAT(Repository::create(path("a") / "b" / "c.git"), is_ok());
  EXPECT_THAT(Repository::create(path("a") / "b" / "c.git"), fails_with(Errc::conflict));
  EXPECT_THAT(create_bare(remote_path()), fails_with(Errc::conflict));
}

TEST_F(GitRepository, ReadsPayloadsAndCommitsAsTheyWereWritten) {
  auto repository = make("a.git");
  const std::string payload{"\0binary\n\xff", 9};
  const auto tree = repository.write_payload(file_name, payload);
  ASSERT_THAT(tree, is_ok());
  const auto read = repository.read_payload(*tree, file_name, payload.size());
  ASSERT_THAT(read, is_ok());
  EXPECT_EQ(*read, payload);
  EXPECT_EQ(git(path("a.git"), "ls-tree " + *tree).output.substr(0, 12), "100644 blob ");

  const std::string raw = "whatever it is: kept as it came\xff\r\n";
  const auto id = repository.write_commit(raw);
  ASSERT_THAT(id, is_ok());
  EXPECT_EQ(*repository.write_commit(raw), *id);
  const auto commit = repository.read_commit(*id);
  ASSERT_THAT(commit, is_ok());
  EXPECT_EQ(*commit, raw);
  EXPECT_TRUE(repository.has_commit(*id));
}

TEST_F(GitRepository, RefusesWhatIsMissingOfAnotherTypeOrTooLarge) {
  auto repository = make("a.git");
  const auto tree = repository.write_payload(file_name, "payload");
  ASSERT_THAT(tree, is_ok());
  EXPECT_THAT(repository.read_payload(*tree, file_name, 7), is_ok());
  EXPECT_THAT(repository.read_payload(*tree, file_name, 6), fails_with(Errc::corrupt));
  EXPECT_THAT(repository.read_payload(std::string(40, 'a'), file_name, 7),
              fails_with(Errc::not_found));
  EXPECT_THAT(repository.read_payload("HEAD", file_name, 7), fails_with(Errc::invalid));
  const auto tree_as_commit = *CommitId::from(*from_hex(*tree));
  EXPECT_THAT(repository.read_commit(tree_as_commit), fails_with(Errc::corrupt));
  EXPECT_FALSE(repository.has_commit(tree_as_commit));
  EXPECT_THAT(repository.read_commit(CommitId{}), fails_with(Errc::not_found));
  const auto large = repository.write_commit(std::string(1024 * 1024 + 1, 'c'));
  ASSERT_THAT(large, is_ok());
  EXPECT_THAT(repository.read_commit(*large), fails_with(Errc::corrupt));
  EXPECT_THAT(repository.read_payload(hex(*large), file_name, 7), fails_with(Errc::corrupt));
}

TEST_F(GitRepository, RefusesTreesWithAnythingButTheOnePlainFile) {
  auto repository = make("a.git");
  const auto where = path("a.git");
  ASSERT_THAT(repository.write_payload(file_name, "payload"), is_ok());
  const std::string blob = "$(printf payload | git hash-object --stdin)";
  const auto tree = [&](const std::string& entries) {
    auto made = git(where, "mktree --missing <<END\n" + entries + "END\n:");
    made.output.resize(40);
    return made.output;
  };
  const std::string good = "100644 blob " + blob + "\tchanges.pb\n";
  const std::string other = "100644 blob " + blob + "\tother\n";
  ASSERT_THAT(repository.read_payload(tree(good), file_name, 7), is_ok());
  for (const std::string& bad : {
           "100755 blob " + blob + "\tchanges.pb\n",
           "120000 blob " + blob + "\tchanges.pb\n",
           "160000 commit " + std::string(40, 'a') + "\tchanges.pb\n",
           "100644 blob " + blob + "\tchanges.pB\n",
           other,
           good + other,
           good + good,
       }) {
    EXPECT_THAT(repository.read_payload(tree(bad), file_name, 7), fails_with(Errc::corrupt)) << bad;
  }
  EXPECT_THAT(repository.read_payload(tree(""), file_name, 7), fails_with(Errc::corrupt));
}

TEST_F(GitRepository, D21NoticesObjectsThatWereTamperedWith) {
  auto repository = make("a.git");
  const CommitId id = commit_to(repository, "one");
  const auto object = path("a.git") / "objects" / hex(id).substr(0, 2) / hex(id).substr(2);
  const CommitId other = commit_to(repository, "two");
  const auto from = path("a.git") / "objects" / hex(other).substr(0, 2) / hex(other).substr(2);
  std::filesystem::remove(object);
  std::filesystem::copy_file(from, object);
  auto again = Repository::open(path("a.git"));
  ASSERT_THAT(again, is_ok());
  EXPECT_THAT(again->read_commit(id), fails_with(Errc::corrupt));
  std::filesystem::remove(object);
  std::ofstream{object} << "not zlib";
  EXPECT_THAT(Repository::open(path("a.git"))->read_commit(id), fails_with(Errc::corrupt));
}

TEST_F(GitRepository, ListsItsDirectReferencesByName) {
  auto repository = make("a.git");
  const CommitId one = commit_to(repository, "one");
  const CommitId two = commit_to(repository, "two", {one});
  ASSERT_THAT(repository.set_ref("refs/heads/plan/b", one), is_ok());
  ASSERT_THAT(repository.set_ref("refs/heads/plan/a", one), is_ok());
  ASSERT_THAT(repository.set_ref("refs/heads/plan/a", two), is_ok());
  ASSERT_THAT(repository.set_ref("refs/heads/school/a", one), is_ok());
  ASSERT_EQ(git(path("a.git"), "symbolic-ref refs/heads/plan/c refs/heads/plan/a").status, 0);
  const auto plan = repository.refs("refs/heads/plan/");
  ASSERT_THAT(plan, is_ok());
  EXPECT_THAT(*plan,
              ElementsAre(GitRef{"refs/heads/plan/a", two}, GitRef{"refs/heads/plan/b", one}));
  EXPECT_EQ(repository.refs("")->size(), 3U);
  ASSERT_EQ(git(path("a.git"), "pack-refs --all").status, 0);
  EXPECT_EQ(*repository.refs("refs/heads/plan/"), *plan);
  ASSERT_THAT(repository.remove_ref("refs/heads/plan/a"), is_ok());
  ASSERT_THAT(repository.remove_ref("refs/heads/plan/a"), is_ok());
  EXPECT_THAT(*repository.refs("refs/heads/plan/"), ElementsAre(GitRef{"refs/heads/plan/b", one}));
}

TEST_F(GitRepository, RefusesReferencesThatGitDoesNotAllow) {
  auto repository = make("a.git");
  const CommitId one = commit_to(repository, "one");
  ASSERT_THAT(repository.set_ref("refs/heads/a", one), is_ok());
  EXPECT_FALSE(repository.set_ref("refs/heads/a/b", one));
  EXPECT_THAT(repository.set_ref("refs/heads/b", CommitId{}), fails_with(Errc::not_found));
  for (const auto* bad : {"refs/heads/../../config", "refs/heads/a..b", "refs/heads/a.lock", "a b"})
    EXPECT_THAT(repository.set_ref(bad, one), fails_with(Errc::invalid)) << bad;
  std::ofstream{path("a.git") / "refs" / "heads" / "a.lock"} << "";
  EXPECT_THAT(repository.set_ref("refs/heads/a", one), fails_with(Errc::busy));
}

TEST_F(GitRepository, D65MovesAReferenceWhoseLockAnEndedProgramLeftLongAgo) {
  auto here = make("a.git");
  const auto remote = Repository::open(path("remote.git"));
  ASSERT_THAT(remote, is_ok());
  const auto commit = commit_to(here, "one");
  for (const auto* repository : {"a.git", "remote.git"}) {
    const auto lock = path(repository) / "refs" / "heads" / "left.lock";
    std::ofstream{lock} << "half";
    std::filesystem::last_write_time(
        lock, std::filesystem::file_time_type::clock::now() - std::chrono::minutes{3});
  }
  EXPECT_THAT(here.set_ref("refs/heads/left", commit), is_ok());
  EXPECT_THAT(Peer(here, path("remote.git").string()).push({"refs/heads/left:refs/heads/left"}),
              is_ok());
  EXPECT_THAT(*remote->refs("refs/heads/"), ElementsAre(GitRef{"refs/heads/left", commit}));
}

TEST_F(GitRepository, HoldsSignedCommitsThatStockGitVerifies) {
  auto repository = make("a.git");
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, is_ok());
  const auto write_signed = [&](const std::string& text, const std::vector<CommitId>& parents) {
    Commit commit;
    commit.tree = *repository.write_payload(file_name, text);
    commit.parents = parents;
    commit.author = {"王老师", "wang@bitc.example", 1'700'000'000, 480};
    commit.committer = {"device 3f", "3f@device", 1'700'000'001, -210};
    commit.message = "课程 B02015: 4 -> 5\n\nSpace: plan\n";
    commit.signature =
        ssh_signature(key->public_key(), key->sign(ssh_signed_data(signed_part(commit))));
    return *repository.write_commit(render(commit));
  };
  const CommitId first = write_signed("one", {});
  const CommitId second = write_signed("two", {first});
  ASSERT_THAT(repository.set_ref(branch, second), is_ok());

  const auto signers = path("signers");
  std::ofstream{signers} << "wang@bitc.example " << ssh_public_key(key->public_key()) << '\n';
  const std::string verify =
      "-c gpg.format=ssh -c gpg.ssh.allowedSignersFile='" + signers.string() + "' verify-commit ";
  const auto verified = git(path("a.git"), verify + hex(first) + ' ' + hex(second));
  EXPECT_EQ(verified.status, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("Good \"git\" signature for wang@bitc.example"));
  const auto checked = git(path("a.git"), "fsck --strict --full");
  EXPECT_EQ(checked.status, 0) << checked.output;
  EXPECT_THAT(checked.output, Not(HasSubstr("warning"))) << checked.output;

  const auto commit = parse_commit(*repository.read_commit(second));
  ASSERT_THAT(commit, is_ok());
  EXPECT_THAT(verify_ssh_signature(commit->signature, signed_part(*commit), key->public_key()),
              is_ok());
  std::ofstream{signers} << "wang@bitc.example "
                         << ssh_public_key(DeviceKey::generate()->public_key()) << '\n';
  EXPECT_NE(git(path("a.git"), verify + hex(first)).status, 0);
}

TEST_F(GitRepository, ReadsCommitsThatStockGitSigned) {
  const auto key = DeviceKey::generate();
  ASSERT_THAT(key, is_ok());
  ASSERT_EQ(git(path(""), "init -q work").status, 0);
  ASSERT_EQ(std::system(("ssh-keygen -q -t ed25519 -N '' -f '" + path("k").string() + "'").c_str()),
            0);
  const auto made =
      git(path("work"),
          "-c gpg.format=ssh -c user.signingkey='" + path("k").string() +
              "' -c user.name=Wang -c user.email=w@x commit -q -S --allow-empty -m hi");
  ASSERT_EQ(made.status, 0) << made.output;
  auto repository = make("a.git");
  ASSERT_THAT(Peer(repository, path("work").string()).fetch({"+refs/heads/*:refs/remotes/w/*"}),
              is_ok());
  const auto refs = repository.refs("refs/remotes/w/");
  ASSERT_EQ(refs->size(), 1U);
  const auto commit = parse_commit(*repository.read_commit(refs->front().target));
  ASSERT_THAT(commit, is_ok());
  const auto signer = ssh_signature_key(commit->signature);
  ASSERT_THAT(signer, is_ok());
  EXPECT_THAT(verify_ssh_signature(commit->signature, signed_part(*commit), *signer), is_ok());
}

TEST_F(GitRepository, CarriesBranchesThroughARemote) {
  auto a = make("a.git");
  auto b = make("b.git");
  const CommitId one = commit_to(a, "one");
  const CommitId two = commit_to(a, "two", {one});
  ASSERT_THAT(a.set_ref(branch, two), is_ok());
  ASSERT_THAT(Peer(a, remote()).push({"refs/heads/plan/*:refs/heads/plan/*"}), is_ok());
  EXPECT_THAT(*Peer(b, "file://" + remote()).refs(), ElementsAre(GitRef{branch, two}));
  ASSERT_THAT(Peer(b, remote()).fetch({"+refs/heads/plan/*:refs/guantong/remote/*"}), is_ok());
  EXPECT_THAT(*b.refs(""), ElementsAre(GitRef{"refs/guantong/remote/bitc/3f", two}));
  EXPECT_EQ(*b.read_commit(one), *a.read_commit(one));
  EXPECT_EQ(*b.read_payload(parse_commit(*b.read_commit(two))->tree, file_name, 3), "two");
  EXPECT_FALSE(std::filesystem::exists(path("b.git") / "FETCH_HEAD"));
  EXPECT_EQ(git(remote_path(), "fsck --strict --full").status, 0);
  EXPECT_EQ(git(path("b.git"), "fsck --strict --full").status, 0);
}

TEST_F(GitRepository, FetchesOnlyWhatIsAskedForAndMissing) {
  auto a = make("a.git");
  auto b = make("b.git");
  const CommitId one = commit_to(a, "one");
  const CommitId other = commit_to(a, "other");
  ASSERT_THAT(a.set_ref(branch, one), is_ok());
  ASSERT_THAT(a.set_ref("refs/heads/other", other), is_ok());
  ASSERT_THAT(Peer(b, path("a.git").string()).fetch({branch + ":refs/in/a"}), is_ok());
  EXPECT_TRUE(b.has_commit(one));
  EXPECT_FALSE(b.has_commit(other));
  EXPECT_EQ(count_in("b.git", "count"), 3);
  ASSERT_THAT(Peer(b, path("a.git").string()).fetch({branch + ":refs/in/a"}), is_ok());
  EXPECT_EQ(count_in("b.git", "count"), 3);
  ASSERT_THAT(a.set_ref(branch, commit_to(a, "two", {one})), is_ok());
  ASSERT_THAT(Peer(b, path("a.git").string()).fetch({branch + ":refs/in/a"}), is_ok());
  EXPECT_EQ(count_in("b.git", "count"), 6);
  ASSERT_THAT(a.set_ref(branch, one), is_ok());
  ASSERT_THAT(Peer(b, path("a.git").string()).fetch({branch + ":refs/in/a"}), is_ok());
  EXPECT_EQ(b.refs("")->front().target, one);
}

TEST_F(GitRepository, CopiesFewCommitsAsTheyAreAndManyAsOnePack) {
  auto a = make("a.git");
  Peer peer{a, remote()};
  const auto few = commit_often(a, 8);
  ASSERT_THAT(peer.push({branch + ':' + branch}), is_ok());
  EXPECT_EQ(count_in("remote.git", "packs"), 0);
  EXPECT_EQ(count_in("remote.git", "count"), 24);
  CommitId tip = few;
  for (int i = 0; i < 9; ++i)
    tip = commit_to(a, "more " + std::to_string(i), {tip});
  ASSERT_THAT(a.set_ref(branch, tip), is_ok());
  ASSERT_THAT(peer.push({branch + ':' + branch}), is_ok()) << "a peer that stays open";
  EXPECT_EQ(count_in("remote.git", "packs"), 1);
  EXPECT_EQ(count_in("remote.git", "in-pack"), 27);
  EXPECT_EQ(git(remote_path(), "fsck --strict --full").status, 0);
  EXPECT_EQ(remote_tip(), hex(tip));
}

TEST_F(GitRepository, CopiesCommitsThatHoldSomethingElseThanOneFile) {
  ASSERT_EQ(git(path(""), "init -q work").status, 0);
  std::ofstream{path("work") / "one"} << "one";
  std::ofstream{path("work") / "two"} << "two";
  ASSERT_EQ(git(path("work"), "add .").status, 0);
  ASSERT_EQ(git(path("work"), "-c user.name=Wang -c user.email=w@x commit -q -m both").status, 0);
  auto a = make("a.git");
  ASSERT_THAT(Peer(a, path("work").string()).fetch({"+refs/heads/*:refs/in/*"}), is_ok());
  EXPECT_EQ(count_in("a.git", "in-pack"), 4);
  EXPECT_EQ(git(path("a.git"), "fsck --strict --full").status, 0);
}

TEST_F(GitRepository, FetchesTheOtherBranchesWhenOneHoldsWhatItsTreeMisnames) {
  auto a = make("a.git");
  const auto blob = from_hex(*a.write_payload("x", "a tree that is called a folder's file"));
  const Ident ident{"Wang", "wang@bitc.example", 1'700'000'000, 480};
  // A tree with a folder that is a file.
  const auto tree = a.write_payload(std::string{"a\0", 2} + *blob + "40000 folder", "inside");
  const auto bad = a.write_commit(render({*tree, {}, ident, ident, "", "bad\n"}));
  ASSERT_THAT(bad, is_ok());
  ASSERT_THAT(a.set_ref("refs/heads/bad", *bad), is_ok());
  const CommitId good = commit_to(a, "good");
  ASSERT_THAT(a.set_ref("refs/heads/good", good), is_ok());
  auto b = make("b.git");
  const auto fetched = Peer(b, path("a.git").string()).fetch({"refs/heads/*:refs/in/*"});
  EXPECT_THAT(fetched, fails_with(Errc::corrupt));
  EXPECT_THAT(*b.refs(""), ElementsAre(GitRef{"refs/in/good", good}));
}

TEST_F(GitRepository, FetchesTheOtherBranchesWhenOneIsDamaged) {
  auto a = make("a.git");
  auto b = make("b.git");
  const CommitId good = commit_to(a, "good");
  const CommitId lost = commit_to(a, "lost");
  ASSERT_THAT(a.set_ref("refs/heads/good", good), is_ok());
  ASSERT_THAT(a.set_ref("refs/heads/bad", commit_to(a, "on top", {lost})), is_ok());
  std::filesystem::remove(path("a.git") / "objects" / hex(lost).substr(0, 2) / hex(lost).substr(2));
  const auto fetched = Peer(b, path("a.git").string()).fetch({"refs/heads/*:refs/in/*"});
  ASSERT_THAT(fetched, fails_with(Errc::corrupt));
  EXPECT_THAT(in_english(fetched.error().message), HasSubstr("refs/heads/bad"));
  EXPECT_THAT(*b.refs(""), ElementsAre(GitRef{"refs/in/good", good}));
}

TEST_F(GitRepository, PushesForwardOnlyAndNamesWhatWasRejected) {
  auto a = make("a.git");
  const CommitId one = commit_to(a, "one");
  const CommitId mine = commit_to(a, "mine", {one});
  const CommitId theirs = commit_to(a, "theirs", {one});
  const std::string free = "refs/heads/plan/bitc/40";
  ASSERT_THAT(a.set_ref(branch, theirs), is_ok());
  ASSERT_THAT(Peer(a, remote()).push({branch + ':' + branch}), is_ok());
  ASSERT_THAT(a.set_ref(branch, mine), is_ok());
  ASSERT_THAT(a.set_ref(free, one), is_ok());
  const auto pushed = Peer(a, remote()).push({branch + ':' + branch, free + ':' + free});
  ASSERT_THAT(pushed, fails_with(Errc::conflict));
  EXPECT_THAT(in_english(pushed.error().message), HasSubstr(branch));
  EXPECT_THAT(in_english(pushed.error().message), Not(HasSubstr(free)));
  EXPECT_EQ(remote_tip(), hex(theirs));
  EXPECT_EQ(remote_tip(free), hex(one));
  ASSERT_THAT(Peer(a, remote()).push({'+' + branch + ':' + branch}), is_ok());
  EXPECT_EQ(remote_tip(), hex(mine));

  auto b = make("b.git");
  ASSERT_THAT(b.set_ref(branch, commit_to(b, "unrelated")), is_ok());
  EXPECT_THAT(Peer(b, remote()).push({branch + ':' + branch}), fails_with(Errc::conflict));
  EXPECT_EQ(remote_tip(), hex(mine));
}

TEST_F(GitRepository, PushesAgainWithoutWritingAnything) {
  auto a = make("a.git");
  ASSERT_THAT(a.set_ref(branch, commit_to(a, "one")), is_ok());
  ASSERT_THAT(Peer(a, remote()).push({branch + ':' + branch}), is_ok());
  ASSERT_THAT(Peer(a, remote()).push({branch + ':' + branch}), is_ok());
  EXPECT_EQ(count_in("remote.git", "count"), 3);
  ASSERT_THAT(Peer(a, remote()).push({branch + ":refs/heads/copy"}), is_ok());
  EXPECT_EQ(count_in("remote.git", "count"), 3);
  EXPECT_EQ(remote_tip("refs/heads/copy"), remote_tip());
}

TEST_F(GitRepository, SaysThatARemoteIsNotThereOrIsNone) {
  auto a = make("a.git");
  ASSERT_THAT(a.set_ref(branch, commit_to(a, "one")), is_ok());
  std::filesystem::create_directories(path("folder"));
  ASSERT_EQ(git(path(""), "init -q work").status, 0);
  const std::vector<std::string> all{"refs/heads/*:refs/heads/*"};
  const std::string none = path("none").string();
  const std::string folder = path("folder").string();
  EXPECT_THAT(Peer(a, none).refs(), fails_with(Errc::offline));
  EXPECT_THAT(Peer(a, none).fetch(all), fails_with(Errc::offline));
  const auto pushed = Peer(a, none).push(all);
  ASSERT_THAT(pushed, fails_with(Errc::offline));
  EXPECT_EQ(in_english(pushed.error().message), "the remote " + none + " is not there");
  const auto listed = Peer(a, folder).refs();
  ASSERT_THAT(listed, fails_with(Errc::invalid));
  EXPECT_EQ(in_english(listed.error().message), folder + " is not a Git repository");
  EXPECT_THAT(Peer(a, folder).fetch(all), fails_with(Errc::invalid));
  EXPECT_THAT(Peer(a, folder).push(all), fails_with(Errc::invalid));
  EXPECT_THAT(Peer(a, path("work").string()).push(all), fails_with(Errc::invalid));
  EXPECT_THAT(Peer(a, path("work").string()).refs(), is_ok());
  EXPECT_THAT(Peer(a, "https://user:secret@127.0.0.1:1/x.git").refs(), fails_with(Errc::offline));
  EXPECT_THAT(in_english(Peer(a, "https://user:secret@127.0.0.1:1/x.git").refs().error().message),
              AllOf(HasSubstr("https://127.0.0.1:1/x.git"), Not(HasSubstr("secret"))));
}

TEST_F(GitRepository, TakesNoRefspecThatIsNotTwoFullNames) {
  auto a = make("a.git");
  ASSERT_THAT(a.set_ref(branch, commit_to(a, "one")), is_ok());
  for (const auto* bad :
       {"", "HEAD", "HEAD:refs/heads/x", ":refs/heads/x", "refs/heads/x", "a:b:c"}) {
    EXPECT_THAT(Peer(a, remote()).push({bad}), fails_with(Errc::invalid)) << bad;
    EXPECT_THAT(Peer(a, remote()).fetch({bad}), fails_with(Errc::invalid)) << bad;
  }
}

}  // namespace
}  // namespace guantong
