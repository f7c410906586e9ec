// IR-03: each arrow was right when it was drawn, together they go round in a circle.
//
// Which arrows are suspended follows from who had seen what, so that every site suspends the same:
// those that no other arrow of the circle was drawn in sight of, the latest ones, again and again
// until no circle is left.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/rules/latest.h"
#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::string_view edge_type = "prereq";

using Course = std::size_t;  ///< A place in `Graph::courses`.

struct Edge {
  RecordNo record = 0;
  Course from = 0;  ///< Requires ...
  Course to = 0;    ///< ... this one.
  bool together = false;
};

/// The prerequisites of one plan that count, in the order of their ids.
struct Graph {
  std::vector<RecordId> courses;
  std::vector<Edge> edges;
};

/// Which edges leave each course.
std::vector<std::vector<const Edge*>> leaving(const std::vector<Edge>& edges) {
  std::vector<std::vector<const Edge*>> by_course;
  for (const auto& edge : edges) {
    by_course.resize(std::max({by_course.size(), edge.from + 1, edge.to + 1}));
    by_course[edge.from].push_back(&edge);
  }
  return by_course;
}

/// Gives each course the number of its strongly connected component. After Tarjan, "Depth-first
/// search and linear graph algorithms" (1972), with a stack of its own: a plan drawn by a stranger
/// must not overflow ours.
class Components {
public:
  explicit Components(const std::vector<Edge>& edges)
      : edges_{leaving(edges)}, nodes_(edges_.size()) {
    for (Course course = 0; course < nodes_.size(); ++course) {
      if (nodes_[course].order == 0) visit(course);
    }
  }

  std::size_t of(Course course) const { return nodes_[course].component; }

private:
  struct Node {
    std::size_t order = 0;  ///< From 1, as they are first met.
    std::size_t low = 0;
    std::size_t next = 0;  ///< Of the edges that leave it.
    std::size_t component = 0;
    bool open = false;
  };

  void enter(Course course) {
    auto& node = nodes_[course];
    node.order = node.low = ++met_;
    node.open = true;
    open_.push_back(course);
    path_.push_back(course);
  }

  void visit(Course root) {
    enter(root);
    while (!path_.empty()) {
      const Course course = path_.back();
      auto& node = nodes_[course];
      if (node.next < edges_[course].size()) {
        const Course to = edges_[course][node.next++]->to;
        if (nodes_[to].order == 0) {
          enter(to);
        } else if (nodes_[to].open) {
          node.low = std::min(node.low, nodes_[to].order);
        }
        continue;
      }
      path_.pop_back();
      if (!path_.empty()) {
        auto& parent = nodes_[path_.back()];
        parent.low = std::min(parent.low, node.low);
      }
      if (node.low == node.order) close(course);
    }
  }

  void close(Course root) {
    ++components_;
    for (bool done = false; !done;) {
      auto& node = nodes_[open_.back()];
      node.open = false;
      node.component = components_;
      done = open_.back() == root;
      open_.pop_back();
    }
  }

  std::vector<std::vector<const Edge*>> edges_;
  std::vector<Node> nodes_;
  std::vector<Course> open_;
  std::vector<Course> path_;
  std::size_t met_ = 0;
  std::size_t components_ = 0;
};

/// Two courses taught together may require each other so: such a pair is no cycle.
bool is_pair(const Edge& edge, const Edge& back) {
  return edge.together && back.together && edge.from != edge.to && edge.from == back.to &&
         edge.to == back.from;
}

/// The shortest way round that `edge` is on, the edge first; empty when it is on none.
std::vector<const Edge*> way_round(const std::vector<Edge>& edges, const Edge& edge) {
  if (edge.from == edge.to) return {&edge};
  const auto by_course = leaving(edges);
  std::vector<const Edge*> reached_by(by_course.size());
  std::vector<Course> reached{edge.to};
  for (std::size_t next = 0; next < reached.size(); ++next) {  // It grows meanwhile.
    for (const auto* step : by_course[reached[next]]) {
      if (step->to == edge.to || reached_by[step->to] != nullptr || is_pair(edge, *step)) continue;
      reached_by[step->to] = step;
      reached.push_back(step->to);
    }
  }
  std::vector<const Edge*> way;
  for (const auto* step = reached_by[edge.from]; step != nullptr; step = reached_by[step->from])
    way.push_back(step);
  if (way.empty()) return way;
  way.push_back(&edge);
  std::ranges::reverse(way);
  return way;
}

/// The edges that lie on cycles, by component, in the order they came in.
std::vector<std::vector<Edge>> cycles(const std::vector<Edge>& edges) {
  const Components components{edges};
  std::vector<Edge> inner;
  for (const auto& edge : edges) {
    if (components.of(edge.from) == components.of(edge.to)) inner.push_back(edge);
  }
  std::vector<Edge> on_cycles;
  for (const auto& edge : inner) {
    // Inside a component every edge is on a cycle, unless that is a pair and nothing more.
    const bool paired = edge.together && std::ranges::any_of(inner, [&](const Edge& back) {
                          return is_pair(edge, back);
                        });
    if (!paired || !way_round(inner, edge).empty()) on_cycles.push_back(edge);
  }
  const Components kept{on_cycles};
  std::map<std::size_t, std::vector<Edge>> by_component;
  for (const auto& edge : on_cycles)
    by_component[kept.of(edge.from)].push_back(edge);
  std::vector<std::vector<Edge>> found;
  found.reserve(by_component.size());
  for (auto& [component, members] : by_component)
    found.push_back(std::move(members));
  return found;
}

/// Finds the cycles of plans, each plan once.
class Cycles {
public:
  explicit Cycles(Session& session)
      : session_{session}, type_{session.store().schema().type(edge_type)} {}

  Result<std::vector<Match>> check(const Subject& subject) {
    std::vector<Match> matches;
    if (subject.type != type_ || !is_in_use(subject.state->life)) return matches;
    const auto plan = TRY(plan_of(subject.record));
    auto known = by_plan_.find(plan);
    if (known == by_plan_.end()) {
      auto found = TRY(find(plan));
      known = by_plan_.emplace(plan, std::move(found)).first;
    }
    for (const auto& match : known->second) {
      if (std::ranges::find(match.records, subject.record) != match.records.end())
        matches.push_back(match);
    }
    return matches;
  }

private:
  using Plan = std::optional<std::string>;  ///< Its id, if the edge names one.

  Result<Plan> plan_of(RecordNo edge) {
    auto* row =
        TRY(session_.store().database().cached("SELECT \"plan\" FROM \"prereq\" WHERE record = ?"));
    TRY(row->bind(1, std::int64_t{edge}));
    Plan plan;
    if (TRY(row->step()) && !row->is_null(0)) plan = row->bytes(0);
    row->reset();
    return plan;
  }

  Result<Graph> read(const Plan& plan) {
    Graph graph;
    std::map<RecordId, Course> numbers;
    const auto number = [&](std::string_view id) {
      const auto course = RecordId::from(id).value_or(RecordId{});
      const auto [entry, fresh] = numbers.try_emplace(course, graph.courses.size());
      if (fresh) graph.courses.push_back(course);
      return entry->second;
    };
    // Without the index of references every plan's arrows would be read.
    auto* rows = TRY(session_.store().database().cached_text(
        fmt::format("SELECT record, course, requires, kind IS 'co' FROM prereq WHERE plan IS ?1 {} "
                    "AND life IN ('active', 'held') AND kind IS NOT 'recommended' ORDER BY id",
                    plan ? "AND record IN (SELECT source FROM record AS key CROSS JOIN reference "
                           "ON target = key.id WHERE key.uuid = ?1)"
                         : "")));
    TRY(plan ? rows->bind_blob(1, *plan) : rows->bind_null(1));
    while (TRY(rows->step())) {
      if (rows->is_null(1) || rows->is_null(2)) continue;
      Edge edge{static_cast<RecordNo>(rows->int64(0)), 0, 0, rows->int64(3) != 0};
      edge.from = number(rows->bytes(1));
      edge.to = number(rows->bytes(2));
      graph.edges.push_back(edge);
    }
    rows->reset();
    return graph;
  }

  Result<std::vector<Match>> find(const Plan& plan) {
    const auto graph = TRY(read(plan));
    std::vector<Match> matches;
    for (const auto& component : cycles(graph.edges)) {
      auto match = TRY(to_match(graph, component));
      matches.push_back(std::move(match));
    }
    return matches;
  }

  Result<std::string> name_of(const RecordId& course) {
    const RecordKey key{type_->field("course")->target, course};
    const auto number = TRY(session_.store().find_record(key));
    return number ? mention(*number) : to_hex(course.raw());
  }

  Result<Match> to_match(const Graph& graph, const std::vector<Edge>& component) {
    const auto suspended = TRY(suspend(component));
    std::map<Course, std::string> names;
    for (const auto& edge : component)
      names[edge.from] = TRY(name_of(graph.courses[edge.from]));
    Match match;
    const Edge* first = nullptr;
    std::string off;
    for (const auto& edge : component) {
      if (!suspended.contains(edge.record)) continue;
      if (first == nullptr) first = &edge;
      match.suspended.push_back(edge.record);
      off += (off.empty() ? "" : ", ") + names[edge.from] + " → " + names[edge.to];
    }
    match.records = match.suspended;
    for (const auto& edge : component) {
      if (!suspended.contains(edge.record)) match.records.push_back(edge.record);
    }
    std::string circle = names[first->from];
    for (const auto* step : way_round(component, *first))
      circle += " → " + names[step->to];
    match.message = message(
        "prerequisites go round in a circle: {0}; until one of them is changed or archived, these "
        "do not count: {1}",
        circle,
        off);
    return match;
  }

  Result<std::set<RecordNo>> suspend(const std::vector<Edge>& component) {
    std::set<RecordNo> suspended;
    std::vector<std::vector<Edge>> left{component};
    while (!left.empty()) {
      const auto members = std::move(left.back());
      left.pop_back();
      Making made;
      for (const auto& edge : members)
        made[edge.record] = TRY(makers(session_, edge.record, type_->field("kind")->slot));
      const auto unseen = TRY(latest(session_, made));
      suspended.insert(unseen.begin(), unseen.end());
      std::vector<Edge> seen;
      std::ranges::copy_if(members, std::back_inserter(seen), [&](const Edge& edge) {
        return !unseen.contains(edge.record);
      });
      for (auto& rest : cycles(seen))
        left.push_back(std::move(rest));
    }
    return suspended;
  }

  Session& session_;
  const RecordType* type_;
  std::map<Plan, std::vector<Match>> by_plan_;
};

}  // namespace

Rule prerequisite_cycles(Session& session) {
  const auto check = [found = std::make_shared<Cycles>(session)](const Subject& subject) {
    return found->check(subject);
  };
  return {.name = "IR-03",
          .severity = Severity::block,
          .groups = true,
          .suspends = true,
          .reads = [](const RecordType& type, const Field&) { return type.name == edge_type; },
          .check = check};
}

}  // namespace guantong
