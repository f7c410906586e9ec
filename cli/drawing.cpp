#include "cli/drawing.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/language.h"
#include "client/questions/answer.h"
#include "client/text.h"

namespace guantong {
namespace {

constexpr std::size_t letter_width = 8;  // Of a narrow letter at the size we write in.
constexpr std::size_t node_height = 26;
constexpr std::size_t row_height = 40;
constexpr std::size_t column_gap = 56;
constexpr std::size_t margin = 16;
constexpr std::size_t head_height = 40;
constexpr int sweeps = 8;

std::string in_quotes(std::string_view text) {
  std::string all = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') all += '\\';
    all += letter;
  }
  return all + '"';
}

std::string escaped(std::string_view text) {
  std::string all;
  for (const char letter : printable(text)) {
    switch (letter) {
      case '&':
        all += "&amp;";
        break;
      case '<':
        all += "&lt;";
        break;
      case '>':
        all += "&gt;";
        break;
      default:
        all += letter;
    }
  }
  return all;
}

/// Where everything stands.
class Layout {
public:
  explicit Layout(const Drawing& drawing) : drawing_{drawing} {
    columns_.resize(drawing.columns.size());
    for (std::size_t i = 0; i < drawing.nodes.size(); ++i) {
      places_[drawing.nodes[i].key] = i;
      columns_[drawing.nodes[i].column].push_back(i);
    }
    rank_.resize(drawing.nodes.size());
    number_ranks();
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      for (auto& column : columns_)
        sort_by_neighbours(column);
      number_ranks();
    }
    measure();
  }

  std::size_t left(std::size_t node) const { return lefts_[drawing_.nodes[node].column]; }
  std::size_t right(std::size_t node) const {
    return left(node) + widths_[drawing_.nodes[node].column];
  }
  std::size_t middle(std::size_t node) const {
    return head_height + rank_[node] * row_height + row_height / 2;
  }
  std::size_t column_width(std::size_t column) const { return widths_[column]; }
  std::size_t column_left(std::size_t column) const { return lefts_[column]; }
  bool is_empty(std::size_t column) const { return columns_[column].empty(); }
  std::size_t width() const { return width_; }
  std::size_t height() const {
    std::size_t rows = 0;
    for (const auto& column : columns_)
      rows = std::max(rows, column.size());
    return head_height + rows * row_height + margin;
  }
  /// Null where the drawing has no such node.
  const std::size_t* place(const std::string& key) const {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &found->second;
  }

private:
  void number_ranks() {
    for (const auto& column : columns_) {
      for (std::size_t i = 0; i < column.size(); ++i)
        rank_[column[i]] = i;
    }
  }

  void sort_by_neighbours(std::vector<std::size_t>& column) {
    std::map<std::size_t, double> centre;
    for (const auto node : column)
      centre[node] = centre_of(node);
    std::ranges::stable_sort(column, {}, [&](std::size_t node) { return centre[node]; });
  }

  /// The mean rank of what it is joined to; its own where it is joined to nothing.
  double centre_of(std::size_t node) const {
    double sum = 0;
    double count = 0;
    for (const auto& edge : drawing_.edges) {
      const auto* from = place(edge.from);
      const auto* to = place(edge.to);
      if (from == nullptr || to == nullptr || (*from != node && *to != node)) continue;
      sum += static_cast<double>(rank_[*from == node ? *to : *from]);
      ++count;
    }
    return count == 0 ? static_cast<double>(rank_[node]) : sum / count;
  }

  void measure() {
    width_ = margin;
    for (const auto& column : columns_) {
      std::size_t letters = 0;
      for (const auto node : column)
        letters = std::max(letters, display_width(drawing_.nodes[node].label));
      lefts_.push_back(width_);
      widths_.push_back(column.empty() ? 0 : letters * letter_width + 2 * letter_width);
      if (!column.empty()) width_ += widths_.back() + column_gap;
    }
  }

  const Drawing& drawing_;
  std::map<std::string, std::size_t> places_;
  std::vector<std::vector<std::size_t>> columns_;  ///< Nodes from top to bottom.
  std::vector<std::size_t> rank_, lefts_, widths_;
  std::size_t width_ = 0;
};

std::string edge_svg(const Layout& layout, std::size_t from, std::size_t to, bool stands_out) {
  const auto begin = layout.right(from);
  const auto end = layout.left(to);
  const auto bend = column_gap / 2 + (begin > end ? column_gap : 0);
  return fmt::format(
      "<path class=\"{}\" d=\"M{} {} C{} {} {} {} {} {}\" marker-end=\"url(#tip)\"/>\n",
      stands_out ? "edge chain" : "edge",
      begin,
      layout.middle(from),
      begin + bend,
      layout.middle(from),
      end > bend ? end - bend : 0,
      layout.middle(to),
      end,
      layout.middle(to));
}

std::string node_svg(const Layout& layout, const Drawing::Node& node, std::size_t at) {
  const auto width = layout.column_width(node.column);
  return fmt::format(
      "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/>"
      "<text x=\"{}\" y=\"{}\">{}</text>\n",
      node.stands_out ? "node chain" : "node",
      layout.left(at),
      layout.middle(at) - node_height / 2,
      width,
      node_height,
      layout.left(at) + letter_width,
      layout.middle(at) + 5,
      escaped(node.label));
}

}  // namespace

std::string dot_of(const Drawing& drawing) {
  std::string dot = "digraph plan {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n";
  for (std::size_t column = 0; column < drawing.columns.size(); ++column) {
    std::string keys;
    for (const auto& node : drawing.nodes) {
      if (node.column == column) keys += " " + in_quotes(node.key) + ";";
    }
    if (!keys.empty()) dot += fmt::format("  {{ rank=same;{} }}\n", keys);
  }
  for (const auto& node : drawing.nodes)
    dot += fmt::format("  {} [label={}{}];\n",
                       in_quotes(node.key),
                       in_quotes(node.label),
                       node.stands_out ? ", penwidth=2" : "");
  for (const auto& edge : drawing.edges)
    dot += fmt::format("  {} -> {}{};\n",
                       in_quotes(edge.from),
                       in_quotes(edge.to),
                       edge.stands_out ? " [penwidth=2]" : "");
  return dot + "}\n";
}

std::string svg_of(const Drawing& drawing) {
  const Layout layout{drawing};
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" "
      "font-family=\"'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif\" "
      "font-size=\"14\">\n<style>\n"
      ".node{{fill:#fff;stroke:#5b6b7b}}.edge{{fill:none;stroke:#9aa7b4}}\n"
      ".chain{{stroke:#b3261e;stroke-width:2}}.head{{fill:#5b6b7b;font-weight:bold}}\n"
      "</style>\n<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" "
      "refY=\"4\" "
      "orient=\"auto\" markerUnits=\"userSpaceOnUse\"><path d=\"M0 0 L8 4 L0 8 z\" "
      "fill=\"#5b6b7b\"/></marker></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      layout.width(),
      layout.height());
  for (std::size_t column = 0; column < drawing.columns.size(); ++column) {
    if (!layout.is_empty(column))
      svg += fmt::format("<text class=\"head\" x=\"{}\" y=\"{}\">{}</text>\n",
                         layout.column_left(column),
                         margin + letter_width,
                         escaped(say(drawing.columns[column])));
  }
  for (const auto& edge : drawing.edges) {
    const auto* from = layout.place(edge.from);
    const auto* to = layout.place(edge.to);
    if (from != nullptr && to != nullptr) svg += edge_svg(layout, *from, *to, edge.stands_out);
  }
  for (std::size_t at = 0; at < drawing.nodes.size(); ++at)
    svg += node_svg(layout, drawing.nodes[at], at);
  return svg + "</svg>\n";
}

}  // namespace guantong
