// IR-14, IR-15 and IR-30: a teacher of several schools, of whom each sees only its own classes.
#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::array<FieldName, 5> load_fields{{{"person_card", "max_weekly_hours"},
                                                {"teaching_task", "term"},
                                                {"teaching_task", "teacher"},
                                                {"teaching_task", "deliver_org"},
                                                {"teaching_task", "weekly_hours"}}};

constexpr std::array<FieldName, 8> lesson_fields{{{"teaching_task", "term"},
                                                  {"teaching_task", "teacher"},
                                                  {"teaching_task", "weeks"},
                                                  {"timetable_slot", "task"},
                                                  {"timetable_slot", "weekday"},
                                                  {"timetable_slot", "periods"},
                                                  {"timetable_slot", "campus"},
                                                  {"timetable_slot", "room"}}};

constexpr std::array<FieldName, 12> consent_fields{{{"teaching_task", "teacher"},
                                                    {"teaching_task", "deliver_org"},
                                                    {"task_consent", "task"},
                                                    {"task_consent", "org"},
                                                    {"task_consent", "employer_ok"},
                                                    {"person_card", "org"},
                                                    {"person_card", "status"},
                                                    {"team_member", "person"},
                                                    {"team_member", "org"},
                                                    {"secondment", "person"},
                                                    {"secondment", "to_org"},
                                                    {"team_member", "team"}}};

constexpr std::int64_t tenths = 10;  ///< Weekly hours are stored so; the most of a card is whole.

/// A class that somebody teaches.
struct LoadTask {
  RecordNo task = 0, term = 0;
  std::optional<RecordNo> org;
  std::int64_t hours = 0;
};

/// The classes of a teacher, those of a term together, and in it those of a school.
Result<std::vector<LoadTask>> load_tasks(Session& session, RecordNo teacher) {
  std::vector<LoadTask> tasks;
  TRY(each_row(session.store().database(),
               "SELECT task.record, term.id, org.id, task.weekly_hours FROM person_card AS card "
               "JOIN teaching_task AS task "
               "ON task.record IN (SELECT source FROM reference WHERE target = ?1) "
               "JOIN record AS term ON term.uuid = task.term AND term.type = 133 "
               "LEFT JOIN record AS org ON org.uuid = task.deliver_org AND org.type = 1 "
               "WHERE card.record = ?1 AND task.teacher = card.id "
               "AND task.life IN ('active', 'held') AND task.weekly_hours > 0 "
               "ORDER BY task.term, task.deliver_org, task.id",
               {teacher},
               [&](const Statement& row) {
                 std::optional<RecordNo> org;
                 if (!row.is_null(2)) org = static_cast<RecordNo>(row.int64(2));
                 tasks.push_back({static_cast<RecordNo>(row.int64(0)),
                                  static_cast<RecordNo>(row.int64(1)),
                                  org,
                                  row.int64(3)});
               }));
  return tasks;
}

/// "THUHS 14, BITC 5"; a task that names no school stands for itself.
std::string load_shares(const std::vector<LoadTask>& tasks) {
  std::string shares;
  for (std::size_t i = 0; i < tasks.size();) {
    const auto org = tasks[i].org;
    const auto name = mention(org.value_or(tasks[i].task));
    std::int64_t hours = 0;
    do {
      hours += tasks[i++].hours;
    } while (i < tasks.size() && org && tasks[i].org == org);
    shares += fmt::format("{}{} {}", shares.empty() ? "" : ", ", name, decimal(hours, tenths));
  }
  return shares;
}

void add_load_match(RecordNo teacher,
                    std::int64_t most,
                    const std::vector<LoadTask>& tasks,
                    std::vector<Match>& matches) {
  std::int64_t hours = 0;
  Match match;
  match.records = {teacher};
  for (const auto& task : tasks) {
    hours += task.hours;
    match.records.push_back(task.task);
  }
  if (hours <= most * tenths) return;
  match.message = message(
      "{0} teaches {1} hours a week in {2}, at most {3} are agreed: {4}. All of it stands; the "
      "employer settles with these schools what somebody else teaches",
      mention(teacher),
      decimal(hours, tenths),
      mention(tasks.front().term),
      most,
      load_shares(tasks));
  matches.push_back(std::move(match));
}

Result<std::vector<Match>> check_load(Session& session, RecordNo teacher) {
  std::vector<Match> matches;
  std::optional<std::int64_t> most;
  TRY(each_row(session.store().database(),
               "SELECT max_weekly_hours FROM person_card "
               "WHERE record = ? AND life IN ('active', 'held')",
               {teacher},
               [&](const Statement& row) { most = number_in(row, 0); }));
  if (!most) return matches;
  const auto tasks = TRY(load_tasks(session, teacher));
  std::vector<LoadTask> of_term;
  for (const auto& task : tasks) {
    if (!of_term.empty() && of_term.front().term != task.term) {
      add_load_match(teacher, *most, of_term, matches);
      of_term.clear();
    }
    of_term.push_back(task);
  }
  if (!of_term.empty()) add_load_match(teacher, *most, of_term, matches);
  return matches;
}

using Weeks = std::bitset<100>;

/// From which number to which: "3-4", or "3" alone. Counts what it has read off `text`.
std::pair<std::size_t, std::size_t> read_span(std::string_view& text) {
  const auto number = [&] {
    std::size_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value).ptr;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
  };
  const auto first = number();
  if (!text.starts_with('-')) return {first, first};
  text.remove_prefix(1);
  return {first, number()};
}

/// "1-8,10-18"; all of them where nothing is said.
Weeks read_weeks(std::string_view text) {
  Weeks weeks;
  if (text.empty()) return weeks.set();
  while (!text.empty()) {
    const auto [first, last] = read_span(text);
    for (auto week = first; week <= last && week < weeks.size(); ++week)
      weeks.set(week);
    text.remove_prefix(text.empty() ? 0 : 1);
  }
  return weeks;
}

/// A lesson of the week; `teacher`, `campus` and `room` are empty where nothing is said.
struct Lesson {
  RecordNo slot = 0;
  std::int64_t weekday = 0;
  std::size_t first = 0, last = 0;
  Weeks weeks;
  std::string teacher, campus, room;
};

using Lessons = std::vector<Lesson>;

Result<Lessons> lessons_of(Session& session, RecordNo term) {
  Lessons lessons;
  TRY(each_row(session.store().database(),
               "SELECT slot.record, slot.weekday, slot.periods, task.weeks, task.teacher, "
               "slot.campus, slot.room FROM record AS term JOIN teaching_task AS task "
               "ON task.record IN (SELECT source FROM reference WHERE target = ?1) "
               "JOIN timetable_slot AS slot "
               "ON slot.record IN (SELECT source FROM reference WHERE target = task.record) "
               "WHERE term.id = ?1 AND task.term = term.uuid AND slot.task = task.id "
               "AND task.life IN ('active', 'held') AND slot.life IN ('active', 'held') "
               "ORDER BY slot.id",
               {term},
               [&](const Statement& row) {
                 auto periods = row.bytes(2);
                 const auto [first, last] = read_span(periods);
                 lessons.push_back({static_cast<RecordNo>(row.int64(0)),
                                    row.int64(1),
                                    first,
                                    last,
                                    read_weeks(row.bytes(3)),
                                    std::string{row.bytes(4)},
                                    std::string{row.bytes(5)},
                                    std::string{row.bytes(6)}});
               }));
  return lessons;
}

bool are_in_one_room(const Lesson& one, const Lesson& other) {
  return !one.room.empty() && one.room == other.room && !one.campus.empty() &&
         one.campus == other.campus;
}

bool are_on_two_campuses(const Lesson& one, const Lesson& other) {
  return !one.campus.empty() && !other.campus.empty() && one.campus != other.campus;
}

/// Whether the lessons take place in one period, or in two without `free` others between.
bool are_close(const Lesson& one, const Lesson& other, std::size_t free) {
  return one.weekday == other.weekday && (one.weeks & other.weeks).any() &&
         one.first <= other.last + free && other.first <= one.last + free;
}

/// When the teacher of two lessons could give one of them instead, on any campus: the first such
/// double period of each school day, the first two days, as a slot's name has it ("3/5-6").
std::string free_periods(const Lessons& lessons, const Lesson& one, const Lesson& other) {
  constexpr std::array<std::size_t, 4> beginnings{1, 3, 5, 7};
  constexpr std::int64_t friday = 5;
  constexpr std::size_t enough = 2;
  std::vector<std::string> free;
  for (std::int64_t weekday = 1; weekday <= friday && free.size() < enough; ++weekday) {
    const auto is_free = [&](std::size_t first) {
      const Lesson instead{0, weekday, first, first + 1, one.weeks | other.weeks, {}, {}, {}};
      return std::ranges::none_of(lessons, [&](const Lesson& lesson) {
        return lesson.teacher == one.teacher && are_close(lesson, instead, 1);
      });
    };
    const auto first = std::ranges::find_if(beginnings, is_free);
    if (first != beginnings.end())
      free.push_back(fmt::format("{}/{}-{}", weekday, *first, *first + 1));
  }
  return free.empty() ? "-" : fmt::format("{}", fmt::join(free, ", "));
}

/// What is wrong with two lessons. One teacher with two classes in one room teaches them together.
std::optional<Message> clash(const Lessons& lessons, const Lesson& one, const Lesson& other) {
  const bool together = are_in_one_room(one, other);
  const bool by_one = !one.teacher.empty() && one.teacher == other.teacher;
  if (are_close(one, other, 0) && by_one && !together) {
    return message(
        "{0} and {1} have one teacher in two places at one time; both stand until the employer "
        "settles which one moves. Free for the teacher, as weekday/periods: {2}",
        mention(one.slot),
        mention(other.slot),
        free_periods(lessons, one, other));
  }
  if (are_close(one, other, 1) && by_one && are_on_two_campuses(one, other)) {
    return message(
        "{0} and {1} have one teacher on two campuses without a free period between; both stand "
        "until the employer settles which one moves. Free for the teacher, as weekday/periods: {2}",
        mention(one.slot),
        mention(other.slot),
        free_periods(lessons, one, other));
  }
  if (are_close(one, other, 0) && together && !by_one) {
    return message("{0} and {1} take place in one room at one time ({2}); one of them moves",
                   mention(one.slot),
                   mention(other.slot),
                   printable(one.room));
  }
  return std::nullopt;
}

/// The lessons of the terms that one run has looked at.
using LessonsByTerm = std::map<RecordNo, Lessons>;

Result<std::vector<Match>> check_lesson(Session& session, RecordNo slot, LessonsByTerm& by_term) {
  std::vector<Match> matches;
  const auto terms =
      TRY(records_in(session,
                     "SELECT term.id FROM timetable_slot AS slot "
                     "JOIN record AS task_record ON task_record.uuid = slot.task "
                     "JOIN teaching_task AS task ON task.record = task_record.id "
                     "JOIN record AS term ON term.uuid = task.term AND term.type = 133 "
                     "WHERE slot.record = ?",
                     {slot}));
  for (const auto term : terms) {
    if (!by_term.contains(term)) {
      auto lessons = TRY(lessons_of(session, term));
      by_term.emplace(term, std::move(lessons));
    }
    const auto& lessons = by_term.at(term);
    const auto own = std::ranges::find(lessons, slot, &Lesson::slot);
    if (own == lessons.end()) continue;
    for (const auto& other : lessons) {
      if (other.slot == slot) continue;
      const bool before = &other < &*own;
      const auto& one = before ? other : *own;
      const auto& two = before ? *own : other;
      if (auto text = clash(lessons, one, two))
        matches.push_back({{one.slot, two.slot}, {}, *std::move(text)});
    }
  }
  return matches;
}

/// A task that names another school's teacher, and what is known of the employer's consent.
struct LentTeacher {
  RecordNo card = 0, org = 0;
  std::string status;
};

Result<std::optional<LentTeacher>> lent_teacher(Session& session, RecordNo task) {
  std::optional<LentTeacher> lent;
  TRY(each_row(session.store().database(),
               "SELECT card.record, org.id, card.status FROM teaching_task AS task "
               "JOIN record AS card_record ON card_record.uuid = task.teacher "
               "JOIN person_card AS card ON card.record = card_record.id "
               "JOIN record AS org ON org.uuid = card.org AND org.type = 1 "
               "WHERE task.record = ? AND task.life IN ('active', 'held') "
               "AND card.org <> task.deliver_org",
               {task},
               [&](const Statement& row) {
                 lent = LentTeacher{static_cast<RecordNo>(row.int64(0)),
                                    static_cast<RecordNo>(row.int64(1)),
                                    std::string{row.bytes(2)}};
               }));
  return lent;
}

struct TaskAnswer {
  RecordNo consent = 0;
  std::string word;
};

Result<TaskAnswer> answer_of(Session& session, RecordNo task, RecordNo org) {
  TaskAnswer answer;
  TRY(each_row(session.store().database(),
               "SELECT consent.record, consent.employer_ok FROM task_consent AS consent "
               "JOIN record AS task ON task.id = ?1 JOIN record AS org ON org.id = ?2 "
               "WHERE consent.record IN (SELECT source FROM reference WHERE target = ?1) "
               "AND consent.task = task.uuid AND consent.org = org.uuid "
               "AND consent.life IN ('active', 'held') ORDER BY consent.id",
               {task, org},
               [&](const Statement& row) {
                 answer = {static_cast<RecordNo>(row.int64(0)), std::string{row.bytes(1)}};
               }));
  return answer;
}

/// Whether the employer marked its teacher as away without knowing of the task.
Result<bool> is_away_unawares(Session& session, const Subject& task, const LentTeacher& lent) {
  if (lent.status != "away" && lent.status != "left") return false;
  const auto& card_type = *session.store().schema().type("person_card");
  const auto* card = TRY(session.merger().state(lent.card));
  const auto* status = card->find(card_type.field("status")->slot);
  const auto* named = task.state->find(task.type->field("teacher")->slot);
  if (status == nullptr || named == nullptr) return false;
  for (const auto& naming : named->heads) {
    if (!TRY(knows(session, *status, naming))) return true;
  }
  return false;
}

/// That nobody has asked yet is no finding: a school begins a term by naming people.
Result<void> add_lent_teacher(Session& session, const Subject& task, std::vector<Match>& matches) {
  const auto lent = TRY(lent_teacher(session, task.record));
  if (!lent) return {};
  const auto answer = TRY(answer_of(session, task.record, lent->org));
  if (answer.word == "agreed") return {};
  if (answer.word == "declined" || answer.word == "unasked") {
    const auto text = answer.word == "declined"
                          ? message(
                                "{0} names {1}, but {2} does not agree; name somebody else, or "
                                "talk to {2}",
                                mention(task.record),
                                mention(lent->card),
                                mention(lent->org))
                          : message("{0} names {1}, and {2} has not been asked yet",
                                    mention(task.record),
                                    mention(lent->card),
                                    mention(lent->org));
    matches.push_back({{task.record, answer.consent}, {}, text});
    return {};
  }
  if (!TRY(is_away_unawares(session, task, *lent))) return {};
  matches.push_back({{task.record, lent->card},
                     {},
                     message("{0} names {1}, whom {2} has marked as away without knowing of it; "
                             "name somebody else, or let {2} agree",
                             mention(task.record),
                             mention(lent->card),
                             mention(lent->org))});
  return {};
}

/// Each school puts its own people into a team, also those whom others sent to it.
Result<void> add_foreign_member(Session& session, RecordNo member, std::vector<Match>& matches) {
  return each_row(
      session.store().database(),
      "SELECT card.record, org.id, employer.id FROM team_member AS member "
      "JOIN record AS card_record ON card_record.uuid = member.person "
      "JOIN person_card AS card ON card.record = card_record.id "
      "JOIN record AS org ON org.uuid = member.org AND org.type = 1 "
      "JOIN record AS employer ON employer.uuid = card.org AND employer.type = 1 "
      "WHERE member.record = ? AND member.life IN ('active', 'held') "
      "AND member.org <> card.org AND NOT EXISTS (SELECT 1 FROM reference "
      "JOIN secondment AS stay ON stay.record = source WHERE target = card.record "
      "AND stay.person = card.id AND stay.to_org = member.org "
      "AND stay.life IN ('active', 'held'))",
      {member},
      [&](const Statement& row) {
        const auto card = static_cast<RecordNo>(row.int64(0));
        matches.push_back(
            {{member, card},
             {},
             message("{0} was entered by {1}, but {2} works for {3}, which puts its own "
                     "people into a team; let {3} do so",
                     mention(member),
                     mention(static_cast<RecordNo>(row.int64(1))),
                     mention(card),
                     mention(static_cast<RecordNo>(row.int64(2))))});
      });
}

}  // namespace

Rule teaching_loads(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    if (subject.type->name != "person_card") return std::vector<Match>{};
    return check_load(session, subject.record);
  };
  const auto decides = [&session](const Subject& subject) -> Result<std::vector<RecordNo>> {
    if (subject.type->name != "teaching_task") return std::vector<RecordNo>{};
    return targets_of(session, subject.record, "person_card");
  };
  return {.name = "IR-14",
          .severity = Severity::warn,
          .groups = true,
          .reads = reads_of(load_fields),
          .check = check,
          .decides = decides};
}

Rule timetable_clashes(Session& session) {
  const auto by_term = std::make_shared<LessonsByTerm>();
  const auto check = [&session, by_term](const Subject& subject) -> Result<std::vector<Match>> {
    if (subject.type->name != "timetable_slot") return std::vector<Match>{};
    return check_lesson(session, subject.record, *by_term);
  };
  // When a teacher is free depends on all of the teacher's lessons.
  const auto decides = [&session](const Subject& subject) -> Result<std::vector<RecordNo>> {
    const auto& type = subject.type->name;
    if (type == "timetable_slot") return targets_of(session, subject.record, "teaching_task");
    if (type == "person_card") return sources_of(session, subject.record, "teaching_task");
    if (type != "teaching_task") return std::vector<RecordNo>{};
    auto records = TRY(sources_of(session, subject.record, "timetable_slot"));
    const auto teachers = TRY(targets_of(session, subject.record, "person_card"));
    records.insert(records.end(), teachers.begin(), teachers.end());
    return records;
  };
  return {.name = "IR-15",
          .severity = Severity::warn,
          .groups = true,
          .reads = reads_of(lesson_fields),
          .check = check,
          .decides = decides};
}

Rule unconfirmed_teachers(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    const auto& type = subject.type->name;
    if (type == "teaching_task") TRY(add_lent_teacher(session, subject, matches));
    if (type == "team_member") TRY(add_foreign_member(session, subject.record, matches));
    return matches;
  };
  const auto decides = [&session](const Subject& subject) -> Result<std::vector<RecordNo>> {
    const auto& type = subject.type->name;
    if (type == "task_consent") return targets_of(session, subject.record, "teaching_task");
    if (type == "secondment") return targets_of(session, subject.record, "person_card");
    if (type != "person_card") return std::vector<RecordNo>{};
    auto records = TRY(sources_of(session, subject.record, "teaching_task"));
    const auto members = TRY(sources_of(session, subject.record, "team_member"));
    records.insert(records.end(), members.begin(), members.end());
    return records;
  };
  return {.name = "IR-30",
          .severity = Severity::warn,
          .groups = true,
          .reads = reads_of(consent_fields),
          .check = check,
          .decides = decides};
}

}  // namespace guantong
