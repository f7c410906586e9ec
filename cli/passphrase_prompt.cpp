#include "cli/passphrase_prompt.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "cli/language.h"
#include "client/crypto/guarded_bytes.h"
#include "client/crypto/key_file.h"
#include "client/crypto/private_file.h"
#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

constexpr std::size_t least_characters = 8;
constexpr std::size_t most_passphrase_bytes = 1024;

const char* passphrase_file() {
  const char* path = std::getenv("GUANTONG_PASSPHRASE_FILE");
  return path != nullptr && *path != '\0' ? path : nullptr;
}

/// The signals that end or stop the program wait while this lives: the terminal is put right first.
class HeldSignals {
public:
  HeldSignals() {
    sigset_t held{};
    sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
      sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
    arrivals_ = signalfd(-1, &held, SFD_CLOEXEC);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  HeldSignals(HeldSignals&&) = delete;
  HeldSignals& operator=(HeldSignals&&) = delete;
  ~HeldSignals() {
    if (arrivals_ >= 0) close(arrivals_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);  // What waited takes effect here.
  }

  /// Can be read from when a signal waits; it must not be, or the signal would be lost.
  int arrivals() const { return arrivals_; }

private:
  sigset_t before_{};
  int arrivals_ = -1;
};

/// The terminal at which somebody sits, whatever stdin and stdout are.
class Terminal {
public:
  Terminal() : number_{open("/dev/tty", O_RDWR | O_CLOEXEC)} {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  Terminal(Terminal&&) = delete;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal() {
    if (number_ >= 0) close(number_);
  }

  bool is_there() const { return number_ >= 0; }
  int number() const { return number_; }
  void write(std::string_view text) const {
    // A prompt that cannot be shown is no reason not to read what is typed.
    [[maybe_unused]] const auto count = ::write(number_, text.data(), text.size());
  }

private:
  int number_;
};

/// What is typed is not shown while this lives; only the newline is.
class EchoOff {
public:
  explicit EchoOff(const Terminal& terminal) : terminal_{terminal} {
    known_ = tcgetattr(terminal_.number(), &before_) == 0;
    if (!known_) return;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ICANON | ECHONL;
    works_ = apply(silent);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  EchoOff(EchoOff&&) = delete;
  EchoOff& operator=(EchoOff&&) = delete;
  ~EchoOff() {
    if (known_) apply(before_);
  }

  bool works() const { return works_; }

private:
  /// What was typed ahead, or behind, is dropped: it was not meant for the one who reads next.
  bool apply(const termios& attributes) const {
    int outcome = 0;
    do {
      outcome = tcsetattr(terminal_.number(), TCSAFLUSH, &attributes);
    } while (outcome != 0 && errno == EINTR);
    return outcome == 0;
  }

  const Terminal& terminal_;
  termios before_{};
  bool known_ = false;
  bool works_ = false;
};

/// False when a signal came first.
bool wait_for_line(const Terminal& terminal, const HeldSignals& signals) {
  std::array<pollfd, 2> waits{{{terminal.number(), POLLIN, 0}, {signals.arrivals(), POLLIN, 0}}};
  while (poll(waits.data(), waits.size(), -1) < 0 && errno == EINTR) {
  }
  return waits[1].revents == 0;
}

/// Takes the newline off that ends a line or a file; refuses what is left if it is none.
Result<Passphrase> checked(Passphrase text) {
  auto view = text.view();
  if (view.ends_with('\n')) view.remove_suffix(1);
  if (view.ends_with('\r')) view.remove_suffix(1);
  if (view.empty()) return fail(Errc::denied, "no passphrase was given");
  if (view.size() > most_passphrase_bytes)
    return fail(Errc::invalid, "a passphrase has at most {} bytes", most_passphrase_bytes);
  text.shorten(view.size());
  return text;
}

/// Nothing when a signal interrupted it.
Result<std::optional<Passphrase>> type_once(const Terminal& terminal, const std::string& prompt) {
  const HeldSignals signals;
  const EchoOff silence{terminal};
  if (!silence.works())
    return fail(Errc::io, "the terminal cannot be told not to show what is typed");
  terminal.write(prompt);
  if (!wait_for_line(terminal, signals)) {
    terminal.write("\n");
    return std::optional<Passphrase>{};
  }
  auto line = TRY(GuardedBytes::allocate(most_passphrase_bytes + 3));
  const auto count = read(terminal.number(), line.data(), line.size());
  if (count < 0) return fail(Errc::io, "the terminal cannot be read");
  line.shorten(static_cast<std::size_t>(count));
  auto passphrase = TRY(checked(std::move(line)));
  return std::optional<Passphrase>{std::move(passphrase)};
}

Result<Passphrase> type_passphrase(const std::string& prompt) {
  const Terminal terminal;
  if (!terminal.is_there()) {
    return fail(
        Errc::denied,
        "a passphrase is needed, and there is no terminal to type it at; where nobody sits, "
        "put it into a file, chmod 600 FILE, and name that in GUANTONG_PASSPHRASE_FILE");
  }
  while (true) {
    auto typed = TRY(type_once(terminal, prompt));
    if (typed) return *std::move(typed);
  }
}

Result<Passphrase> read_passphrase_file(const char* path) {
  auto text = TRY(in_context(read_private_file(path, most_passphrase_bytes + 3),
                             "the file that GUANTONG_PASSPHRASE_FILE names cannot be used"));
  return checked(std::move(text));
}

Result<Passphrase> type_new_passphrase() {
  auto passphrase = TRY(type_passphrase(
      tr("New passphrase, {} characters or more (it is not shown): ", least_characters)));
  const auto again = TRY(type_passphrase(tr("The same once more: ")));
  if (again.view() != passphrase.view())
    return fail(Errc::invalid, "the two were not the same; run it again");
  return passphrase;
}

}  // namespace

Result<Passphrase> ask_passphrase() {
  if (const auto* path = passphrase_file()) return read_passphrase_file(path);
  return type_passphrase(tr("Passphrase of this computer's key (it is not shown): "));
}

Result<Passphrase> ask_new_passphrase(FromFile from_file) {
  const auto* path = from_file == FromFile::yes ? passphrase_file() : nullptr;
  auto passphrase = TRY(path != nullptr ? read_passphrase_file(path) : type_new_passphrase());
  const auto characters = count_characters(passphrase.view());
  if (characters < least_characters) {
    return fail(Errc::invalid,
                "a passphrase has {} characters or more, and this has {}; take four words that do "
                "not belong together",
                least_characters,
                characters);
  }
  return passphrase;
}

}  // namespace guantong
