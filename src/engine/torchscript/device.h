#pragma once

#include <string>

#include <c10/core/Device.h>

#include <longclip/precision.h>

namespace longclip::engine::torchscript {

// "cpu", "cuda", "cuda:1" as a device that is there. Throws InvalidInput for other names and
// DeviceError where there is none.
c10::Device find_device(const std::string& name);

// Throws UnsupportedModel if the device does not compute in this precision.
void check_precision(const c10::Device& device, Precision precision);

}  // namespace longclip::engine::torchscript
