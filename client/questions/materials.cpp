// AN-17: materials in use that nobody has reviewed, or that have grown old.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "client/days.h"
#include "client/questions/answer.h"
#include "client/questions/question.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

/// An edition that came out longer ago is looked at again.
constexpr int years_fresh = 3;

struct Adoption {
  std::vector<RecordNo> from;
  std::string code, course, material, title, edition, published, kind, state, review;

  bool is_old(std::string_view day) const {
    return !published.empty() &&
           published < years_before(day, years_fresh).substr(0, published.size());
  }
  bool wants_authority() const { return kind == "foreign" && review != "authority"; }
};

Result<std::vector<Adoption>> read_adoptions(Session& session) {
  std::vector<Adoption> adoptions;
  TRY(each_row(
      session.store().database(),
      "SELECT adoption.record, adoption.code, course.code, material.record, material.code, "
      "material.title_zh, material.edition, material.published, material.kind, "
      "adoption.state, adoption.review_level FROM material_adoption AS adoption "
      "LEFT JOIN course ON course.id = adoption.course "
      "LEFT JOIN material ON material.id = adoption.material "
      "WHERE adoption.life IN ('active', 'held') AND adoption.state IS NOT 'ended' "
      "ORDER BY course.code, adoption.code, adoption.id",
      {},
      [&](const Statement& row) {
        Adoption adoption{{record_in(row, 0)},
                          string_in(row, 1),
                          string_in(row, 2),
                          string_in(row, 4),
                          string_in(row, 5),
                          string_in(row, 6),
                          string_in(row, 7),
                          string_in(row, 8),
                          string_in(row, 9),
                          string_in(row, 10)};
        if (!row.is_null(3)) adoption.from.push_back(record_in(row, 3));
        adoptions.push_back(std::move(adoption));
      }));
  return adoptions;
}

/// What is amiss with it; empty cell where nothing is.
Cell amiss_with(const Adoption& adoption, const std::string& day) {
  if (adoption.state == "rejected") return Cell::word("rejected", message("rejected"));
  if (adoption.state != "approved") return Cell::word("unreviewed", message("not reviewed"));
  if (adoption.wants_authority())
    return Cell::word("foreign_unreviewed", message("foreign, not by the authority"));
  if (adoption.is_old(day)) return Cell::word("old_edition", message("old edition"));
  return {};
}

Result<Answer> ask_materials(Session& session, const Asked& asked) {
  auto adoptions = TRY(read_adoptions(session));
  Sheet sheet{"adoptions",
              message("What wants to be looked at"),
              {{"adoption", message("Adoption")},
               {"course", message("Course")},
               {"material", message("Material")},
               {"title", message("Name")},
               {"edition", message("Edition")},
               {"published", message("Published")},
               {"amiss", message("Why")}},
              {}};
  for (auto& adoption : adoptions) {
    auto amiss = amiss_with(adoption, asked.day);
    if (amiss.is_empty()) continue;
    sheet.rows.push_back({{adoption.code,
                           adoption.course,
                           adoption.material,
                           adoption.title,
                           adoption.edition,
                           adoption.published,
                           std::move(amiss)},
                          std::move(adoption.from)});
  }
  Answer answer;
  answer.summary = {
      message("{} adoptions, {} want to be looked at: not reviewed, rejected, foreign "
              "without the authority's review, or an edition older than {} years.",
              adoptions.size(),
              sheet.rows.size(),
              years_fresh)};
  answer.sheets = {std::move(sheet)};
  return answer;
}

}  // namespace

Question materials() {
  return {.name = "materials",
          .number = "AN-17",
          .help = message("Teaching materials without a review, or with an old edition"),
          .of_day = true,
          .ask = ask_materials};
}

}  // namespace guantong
