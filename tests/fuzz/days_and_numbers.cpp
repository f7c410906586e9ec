// However a day or a number is written, as it is kept it is read as the same.
#include <string_view>

#include "client/days.h"
#include "client/numerals.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {

void fuzz_days_and_numbers(std::string_view input) {
  if (const auto day = read_day(input)) {
    const auto again = read_day(*day);
    claim(again && *again == *day, "a day is read as itself");
    claim(days_between(*day, *day) == 0, "a day is a day of the calendar");
  }
  if (const auto number = read_number(input)) {
    const auto again = read_number(number->digits);
    claim(again && again->digits == number->digits, "a number is read as itself");
    claim(again->unit.empty(), "digits have no unit");
    static_cast<void>(unit_called(number->unit));
  }
}

}  // namespace guantong::test
