// At a terminal of our own making, with the program in a process that it belongs to.
#include "cli/passphrase_prompt.h"

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "client/crypto/key_file.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_dir.h"

namespace guantong {
namespace {

using std::filesystem::perms;
using test::fails_with;
using test::is_ok;
using testing::HasSubstr;

using Question = std::function<Result<Passphrase>()>;

/// Prints "got: <passphrase>" or the failure, as the program at the terminal.
class AtTerminal {
public:
  explicit AtTerminal(const Question& question) {
    if (openpty(&person_, &program_, nullptr, nullptr, nullptr) != 0) std::abort();
    child_ = fork();
    if (child_ != 0) return;
    login_tty(program_);
    const auto answer = question();
    const auto text = answer ? "got: " + std::string{answer->view()}
                             : std::string{name_of(answer.error().code)} + ": " +
                                   in_english(answer.error().message);
    [[maybe_unused]] const auto count = write(STDOUT_FILENO, text.data(), text.size());
    tcdrain(STDOUT_FILENO);
    _exit(0);
  }
  AtTerminal(const AtTerminal&) = delete;
  AtTerminal& operator=(const AtTerminal&) = delete;
  AtTerminal(AtTerminal&&) = delete;
  AtTerminal& operator=(AtTerminal&&) = delete;
  ~AtTerminal() {
    if (alive_) end(SIGKILL);
    close(person_);
    close(program_);
  }

  /// Waits until that is on the screen, behind what was waited for before.
  void sees(std::string_view text) {
    for (auto found = screen_.find(text, seen_); found == std::string::npos;
         found = screen_.find(text, seen_)) {
      ASSERT_TRUE(read_more()) << "\"" << text << "\" did not come; the screen has:\n" << screen_;
    }
    seen_ = screen_.find(text, seen_) + text.size();
  }

  void types(std::string_view text) {
    ASSERT_EQ(write(person_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  bool is_shown_what_is_typed() const {
    termios attributes{};
    EXPECT_EQ(tcgetattr(program_, &attributes), 0);
    return (attributes.c_lflag & ECHO) != 0;
  }

  /// How the program ended, as waitpid says it; `signal` is sent first unless it is 0.
  int end(int signal = 0) {
    if (signal != 0) kill(child_, signal);
    int status = 0;
    EXPECT_EQ(waitpid(child_, &status, 0), child_);
    alive_ = false;
    return status;
  }

  const std::string& screen() const { return screen_; }

private:
  bool read_more() {
    pollfd wait{person_, POLLIN, 0};
    std::array<char, 256> buffer{};
    if (poll(&wait, 1, 20'000) != 1) return false;
    const auto count = read(person_, buffer.data(), buffer.size());
    if (count > 0) screen_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  int person_ = -1;
  int program_ = -1;
  pid_t child_ = -1;
  bool alive_ = true;
  std::string screen_;
  std::size_t seen_ = 0;
};

Result<Passphrase> ask_for_a_new_one() {
  return ask_new_passphrase(FromFile::yes);
}

class PassphrasePrompt : public testing::Test {
protected:
  void SetUp() override { unsetenv("GUANTONG_PASSPHRASE_FILE"); }
  void TearDown() override { unsetenv("GUANTONG_PASSPHRASE_FILE"); }

  void name_file(const std::string& text, perms mode = perms::owner_read | perms::owner_write) {
    const auto path = dir_.path() / "passphrase";
    std::ofstream{path, std::ios::binary} << text;
    std::filesystem::permissions(path, mode);
    setenv("GUANTONG_PASSPHRASE_FILE", path.c_str(), 1);
  }

  test::TempDir dir_;
};

TEST_F(PassphrasePrompt, TakesWhatIsTypedAndDoesNotShowIt) {
  AtTerminal terminal{ask_passphrase};
  terminal.sees("not shown): ");
  EXPECT_FALSE(terminal.is_shown_what_is_typed());
  terminal.types("正确的马 horse\n");
  terminal.sees("got: 正确的马 horse");
  EXPECT_EQ(terminal.end(), 0);
  EXPECT_TRUE(terminal.is_shown_what_is_typed());
  EXPECT_EQ(terminal.screen().find("horse"), terminal.screen().rfind("horse"));
}

TEST_F(PassphrasePrompt, TakesAnEmptyLineForNoAnswer) {
  for (const auto* nothing : {"\n", "\x04"}) {
    AtTerminal terminal{ask_passphrase};
    terminal.sees("not shown): ");
    terminal.types(nothing);
    terminal.sees("denied: no passphrase was given");
    EXPECT_EQ(terminal.end(), 0);
  }
}

TEST_F(PassphrasePrompt, PutsTheTerminalRightBeforeASignalEndsTheProgram) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    AtTerminal terminal{ask_passphrase};
    terminal.sees("not shown): ");
    const int status = terminal.end(signal);
    EXPECT_TRUE(WIFSIGNALED(status)) << signal;
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_TRUE(terminal.is_shown_what_is_typed()) << signal;
  }
}

TEST_F(PassphrasePrompt, EndsWithControlC) {
  AtTerminal terminal{ask_passphrase};
  terminal.sees("not shown): ");
  terminal.types("half of\x03");
  EXPECT_EQ(WTERMSIG(terminal.end()), SIGINT);
  EXPECT_TRUE(terminal.is_shown_what_is_typed());
}

TEST_F(PassphrasePrompt, AsksAgainAfterAStop) {
  AtTerminal terminal{ask_passphrase};
  terminal.sees("not shown): ");
  terminal.types("half of\x1a");  // Nobody could wake this one: the kernel does not stop it.
  terminal.sees("not shown): ");
  terminal.types("all of it\n");
  terminal.sees("got: all of it");
}

TEST_F(PassphrasePrompt, WantsANewOneTwice) {
  AtTerminal terminal{ask_for_a_new_one};
  terminal.sees("New passphrase");
  terminal.sees("not shown): ");
  terminal.types("correct horse\n");
  terminal.sees("once more: ");
  terminal.types("correct horse\n");
  terminal.sees("got: correct horse");
}

TEST_F(PassphrasePrompt, RefusesANewOneThatWasTypedInTwoWays) {
  AtTerminal terminal{ask_for_a_new_one};
  terminal.sees("not shown): ");
  terminal.types("correct horse\n");
  terminal.sees("once more: ");
  terminal.types("correct hose\n");
  terminal.sees("invalid: the two were not the same");
}

TEST_F(PassphrasePrompt, CountsCharactersAndNotBytes) {
  for (const auto& [typed, answer] :
       {std::pair{"一二三四五六七",
                  "invalid: a passphrase has 8 characters or more, and this has 7"},
        std::pair{"一二三四五六七八", "got: 一二三四五六七八"}}) {
    AtTerminal terminal{ask_for_a_new_one};
    for (const auto* prompt : {"not shown): ", "once more: "}) {
      terminal.sees(prompt);
      terminal.types(std::string{typed} + "\n");
    }
    terminal.sees(answer);
  }
}

TEST_F(PassphrasePrompt, RefusesWhatIsLongerThanALineMayBe) {
  AtTerminal terminal{ask_passphrase};
  terminal.sees("not shown): ");
  std::string line(2001, 'a');
  line.back() = '\n';
  terminal.types(line);
  terminal.sees("invalid: a passphrase has at most 1024 bytes");
}

TEST_F(PassphrasePrompt, SaysWhatToDoWhereThereIsNoTerminal) {
  const auto child = fork();
  if (child == 0) {
    setsid();  // Away from whatever terminal the tests were started at.
    const auto answer = ask_passphrase();
    const bool good =
        !answer && answer.error().code == Errc::denied &&
        in_english(answer.error().message).find("GUANTONG_PASSPHRASE_FILE") != std::string::npos;
    _exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(PassphrasePrompt, TakesTheFilesContentWithoutItsLastNewline) {
  for (const auto* text : {"correct horse", "correct horse\n", "correct horse\r\n"}) {
    name_file(text);
    const auto answer = ask_passphrase();
    ASSERT_THAT(answer, is_ok());
    EXPECT_EQ(answer->view(), "correct horse");
    EXPECT_THAT(ask_new_passphrase(FromFile::yes), is_ok());
  }
  name_file(" two\nlines \n\n");
  EXPECT_EQ(ask_passphrase()->view(), " two\nlines \n");
}

TEST_F(PassphrasePrompt, RefusesAFileThatOthersCanReach) {
  name_file("correct horse", perms::owner_read | perms::group_read);
  const auto answer = ask_passphrase();
  ASSERT_THAT(answer, fails_with(Errc::denied));
  EXPECT_THAT(in_english(answer.error().message), HasSubstr("chmod 600"));
  EXPECT_THAT(in_english(answer.error().message), HasSubstr("GUANTONG_PASSPHRASE_FILE"));
}

TEST_F(PassphrasePrompt, RefusesAFileThatHoldsNoPassphrase) {
  name_file("\n");
  EXPECT_THAT(ask_passphrase(), fails_with(Errc::denied));
  name_file(std::string(1025, 'a'));
  EXPECT_THAT(ask_passphrase(), fails_with(Errc::invalid));
  name_file("short\n");
  EXPECT_THAT(ask_new_passphrase(FromFile::yes), fails_with(Errc::invalid));
  setenv("GUANTONG_PASSPHRASE_FILE", dir_.path().c_str(), 1);
  EXPECT_THAT(ask_passphrase(), fails_with(Errc::invalid));
  setenv("GUANTONG_PASSPHRASE_FILE", (dir_.path() / "none").c_str(), 1);
  EXPECT_THAT(ask_passphrase(), fails_with(Errc::not_found));
}

TEST_F(PassphrasePrompt, AsksAtTheTerminalForANewOneWhereTheFileHasTheOld) {
  name_file("correct horse\n");
  AtTerminal terminal{[] { return ask_new_passphrase(FromFile::no); }};
  for (const auto* prompt : {"not shown): ", "once more: "}) {
    terminal.sees(prompt);
    terminal.types("battery staple\n");
  }
  terminal.sees("got: battery staple");
}

}  // namespace
}  // namespace guantong
