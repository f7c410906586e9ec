#include "sync/commit.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/base/error.h"
#include "sync/change.h"
#include "tests/support/choices.h"
#include "tests/support/for_all.h"
#include "tests/support/result_matchers.h"

namespace guantong {
namespace {

using test::fails_with;
using test::is_ok;
using testing::ElementsAre;
using testing::IsEmpty;

CommitId commit_id(unsigned char first) {
  CommitId id;
  id.bytes.front() = first;
  return id;
}

Commit plain_commit() {
  return {std::string(40, 'a'),
          {commit_id(1), commit_id(2)},
          {"王老师", "wang@bitc.example", 1'700'000'000, 8 * 60},
          {"device 3f", "3f@device", 1'700'000'001, -(3 * 60 + 30)},
          "",
          "course B02015: credits 4 -> 5\n\nSpace: plan\nBatch: 7\n"};
}

Commit signed_commit() {
  Commit commit = plain_commit();
  commit.signature = "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----";
  return commit;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

/// Where render and parse have to agree: few texts and numbers, chosen for their edges.
Commit draw_commit(test::Choices& choices) {
  const auto ident = [&] {
    constexpr auto texts = std::to_array<std::string_view>({"a", "王老师", "B. C", "x@y", "a  b"});
    constexpr auto times = std::to_array<std::int64_t>({0, 1, 1'700'000'000, 99'999'999'999});
    constexpr auto offsets = std::to_array<int>({0, 1, -1, 480, -570, 1439, -1439});
    Ident drawn;
    drawn.name = texts[choices.pick(texts.size())];
    drawn.email = texts[choices.pick(texts.size())];
    drawn.time_s = times[choices.pick(times.size())];
    drawn.offset_min = offsets[choices.pick(offsets.size())];
    return drawn;
  };
  Commit commit;
  commit.tree = std::string(40, "0f"[choices.pick(2)]);
  for (std::size_t i = choices.pick(4); i > 0; --i)
    commit.parents.push_back(commit_id(static_cast<unsigned char>(choices.pick(256))));
  commit.author = ident();
  commit.committer = ident();
  constexpr auto signatures =
      std::to_array<std::string_view>({"", "s", "a\nb", "a\n\nb", " a\n b"});
  constexpr auto messages =
      std::to_array<std::string_view>({"", "\n", "m\n", "tree \n\nauthor \n", "题目\n\nA: b\n"});
  commit.signature = signatures[choices.pick(signatures.size())];
  commit.message = messages[choices.pick(messages.size())];
  return commit;
}

TEST(Commit, IsWrittenAsGitWritesIt) {
  EXPECT_EQ(render(signed_commit()),
            "tree aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
            "parent 0100000000000000000000000000000000000000\n"
            "parent 0200000000000000000000000000000000000000\n"
            "author 王老师 <wang@bitc.example> 1700000000 +0800\n"
            "committer device 3f <3f@device> 1700000001 -0330\n"
            "gpgsig -----BEGIN SSH SIGNATURE-----\n"
            " U1NI\n"
            " -----END SSH SIGNATURE-----\n"
            "\n"
            "course B02015: credits 4 -> 5\n"
            "\n"
            "Space: plan\n"
            "Batch: 7\n");
}

TEST(Commit, IsReadAsItWasWritten) {
  test::for_all([](test::Choices& choices) {
    const Commit commit = draw_commit(choices);
    const auto parsed = parse_commit(render(commit));
    ASSERT_THAT(parsed, is_ok()) << render(commit);
    EXPECT_EQ(*parsed, commit);
  });
}

TEST(Commit, ThatIsReadIsByteForByteWhatWouldBeWritten) {
  test::for_all([](test::Choices& choices) {
    std::string raw = render(signed_commit());
    for (std::size_t i = 1 + choices.pick(3); i > 0; --i) {
      const std::size_t at = (choices.pick(256) * 256 + choices.pick(256)) % raw.size();
      constexpr std::string_view tricky{"\n \0<>+-0a:\xff", 11};
      const char c = tricky[choices.pick(tricky.size())];
      choices.pick(2) == 0 ? raw.insert(at, 1, c) : raw.replace(at, 1, 1, c);
    }
    const auto parsed = parse_commit(raw);
    if (!parsed) return;
    EXPECT_EQ(render(*parsed), raw);
  });
}

TEST(Commit, IsSignedWithoutItsSignature) {
  EXPECT_EQ(signed_part(signed_commit()), render(plain_commit()));
}

TEST(Commit, WithoutASignatureIsReadAndSaysSo) {
  const auto parsed = parse_commit(render(plain_commit()));
  ASSERT_THAT(parsed, is_ok());
  EXPECT_THAT(parsed->signature, IsEmpty());
}

TEST(Commit, RefusesHeadersThatAreUnknownDoubledMissingOrMoved) {
  const std::string raw = render(signed_commit());
  for (const auto& bad : {
           replaced(raw, "gpgsig", "encoding x\ngpgsig"),
           replaced(raw, "\n\n", "\nmergetag x\n\n"),
           replaced(raw, "gpgsig", "gpgsig x\ngpgsig"),
           replaced(raw, "author", "author A <a> 1 +0000\nauthor"),
           replaced(raw, "committer", "tree x\ncommitter"),
           replaced(raw, "committer device 3f <3f@device> 1700000001 -0330\n", ""),
           replaced(raw, "tree aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", ""),
           replaced(raw, "gpgsig -", "gpgsig-sha256 -"),
           raw.substr(0, raw.find("\n\n") + 1),
           std::string{},
       }) {
    EXPECT_THAT(parse_commit(bad), fails_with(Errc::corrupt)) << bad;
  }
}

TEST(Commit, RefusesASecondSpellingOfWhatItKnows) {
  const std::string raw = render(signed_commit());
  for (const auto& bad : {
           replaced(raw, "1700000000 +0800", "01700000000 +0800"),
           replaced(raw, "1700000000 +0800", "+1700000000 +0800"),
           replaced(raw, "1700000000 +0800", "-1700000000 +0800"),
           replaced(raw, "1700000000 +0800", "1700000000 -0000"),
           replaced(raw, "1700000000 +0800", "1700000000 +0760"),
           replaced(raw, "1700000000 +0800", "1700000000 +2400"),
           replaced(raw, "1700000000 +0800", "1700000000 +800"),
           replaced(raw, "1700000000 +0800", "99999999999999999999 +0800"),
           replaced(raw, "1700000000 +0800", "1700000000  +0800"),
           replaced(raw, "tree aaaa", "tree AAAA"),
           replaced(raw, "parent 01", "parent 1"),
           replaced(raw, "王老师 <", "王老师  <"),
           replaced(raw, "王老师", "王<老师"),
           replaced(raw, "王老师", "\xe7\x8e"),
           replaced(raw, "王老师", "王\x1b[31m"),
           replaced(raw, "王老师 ", ""),
           replaced(raw, "credits", std::string_view{"\0", 1}),
       }) {
    EXPECT_THAT(parse_commit(bad), fails_with(Errc::corrupt)) << bad;
  }
}

TEST(Commit, RefusesWhatIsBeyondItsBounds) {
  Commit commit = plain_commit();
  commit.parents.assign(max_commit_parents, commit_id(9));
  commit.message.assign(max_commit_message, 'm');
  commit.signature.assign(max_commit_signature, 's');
  commit.author.name.assign(max_commit_name, 'n');
  EXPECT_THAT(parse_commit(render(commit)), is_ok());
  Commit parents = commit;
  parents.parents.push_back(commit_id(9));
  Commit message = commit;
  message.message += 'm';
  Commit signature = commit;
  signature.signature += 's';
  Commit folded = commit;
  folded.signature = std::string(max_commit_signature - 1, 's') + "\ns";
  Commit name = commit;
  name.author.name += 'n';
  for (const auto& bad : {parents, message, signature, folded, name})
    EXPECT_THAT(parse_commit(render(bad)), fails_with(Errc::corrupt));
}

TEST(Commit, TrailersAreTheLastParagraphAndNoOther) {
  EXPECT_THAT(trailers_of("subject\n\nKey: not this\n\nSpace: plan\nBatch-No: 7: 8\n"),
              ElementsAre(Trailer{"Space", "plan"}, Trailer{"Batch-No", "7: 8"}));
  EXPECT_THAT(trailers_of("subject\n\nKey: value"), ElementsAre(Trailer{"Key", "value"}));
  for (const auto* none : {"",
                           "\n",
                           "\n\n",
                           "Key: value\n",
                           "subject\n\nKey: value\nprose\n",
                           "subject\n\nKey: value\n\nprose\n",
                           "subject\n\nKey:value\n",
                           "subject\n\n: value\n",
                           "subject\n\nTwo words: value\n"}) {
    EXPECT_THAT(trailers_of(none), IsEmpty()) << none;
  }
}

TEST(Commit, CleansNamesOfWhatGitDoesNotAllow) {
  EXPECT_EQ(clean_ident("王老师"), "王老师");
  EXPECT_EQ(clean_ident(" <Anna>\n O'Neil, Jr.\t"), "Anna O'Neil, Jr");
  EXPECT_EQ(clean_ident("a\xff\xc2\x9b\x1b\x7f"
                        "b"),
            "ab");
  for (const auto* empty : {"", " ", "<>", "\n", "...", "\xff"})
    EXPECT_EQ(clean_ident(empty), "unknown") << empty;
  const std::string cut = clean_ident("a" + std::string(999, 'x') + [] {
    std::string wide;
    for (int i = 0; i < 100; ++i)
      wide += "王";
    return wide;
  }());
  EXPECT_EQ(cut.size(), 1000U + 8 * 3);
  EXPECT_EQ(clean_ident(cut), cut);
}

}  // namespace
}  // namespace guantong
