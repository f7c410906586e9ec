// What the author of a change had seen: the one thing that verdicts on it rest on.
#pragma once

#include "sync/change.h"

namespace guantong {

/// Which changes an author had seen.
class Past {
public:
  Past() = default;
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;
  Past(Past&&) = delete;
  Past& operator=(Past&&) = delete;
  virtual ~Past() = default;

  virtual bool contains(const Dot& dot) const = 0;
};

/// Everything that is here.
class WholePast : public Past {
public:
  bool contains(const Dot& /*dot*/) const override { return true; }
};

}  // namespace guantong
