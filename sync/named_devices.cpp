#include "sync/named_devices.h"

#include <vector>

#include "sync/change.h"
#include "sync/ssh_signature.h"

namespace guantong {

std::vector<DeviceId> named_devices(const Change& change) {
  if (change.grant) return {device_id(change.grant->member.key)};
  if (change.dismissal) return {change.dismissal->device};
  if (change.hand_over) return change.hand_over->devices;
  return {};
}

}  // namespace guantong
