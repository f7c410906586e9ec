// Whom an act of membership is about.
#pragma once

#include <vector>

#include "sync/change.h"

namespace guantong {

/// The devices that an act admits, puts out or gives the lead to; none for other changes.
std::vector<DeviceId> named_devices(const Change& change);

}  // namespace guantong
