// Drawings of what comes before what, as text for programs that draw.
#pragma once

#include <string>

#include "client/questions/answer.h"

namespace guantong {

/// For Graphviz: https://graphviz.org/doc/info/lang.html
std::string dot_of(const Drawing& drawing);

/// For browsers and documents (SVG 1.1), laid out by the drawing's columns, with as few crossings
/// as a few sweeps of barycentres find: Sugiyama, Tagawa and Toda, "Methods for Visual
/// Understanding of Hierarchical System Structures", 1981.
std::string svg_of(const Drawing& drawing);

}  // namespace guantong
