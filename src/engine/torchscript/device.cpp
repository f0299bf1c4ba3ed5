#include "engine/torchscript/device.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <charconv>
#include <string_view>

#include <longclip/error.h>

namespace longclip::engine::torchscript {

c10::Device find_device(const std::string& name) {
  if (name == "cpu") return c10::Device(c10::kCPU);
  constexpr std::string_view cuda = "cuda";
  std::string_view rest = name;
  int index = 0;
  bool known = rest.starts_with(cuda);
  if (known) {
    rest.remove_prefix(cuda.size());
    if (!rest.empty()) {
      known = rest.front() == ':';
      rest.remove_prefix(1);
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
      known = known && error == std::errc() && end == rest.data() + rest.size() && index >= 0;
    }
  }
  if (!known) throw InvalidInput("device \"" + name + "\": known are cpu, cuda and cuda:NUMBER");
  if (!at::hasCUDA()) {
    throw DeviceError(
        "device \"" + name +
        "\": no CUDA here: the LibTorch that this library runs on is a CPU build, or the driver is missing; "
        "use cpu");
  }
  const int count = at::detail::getCUDAHooks().deviceCount();
  if (index >= count) {
    throw DeviceError("device \"" + name + "\": this machine has " + std::to_string(count) +
                      " CUDA devices, counted from 0");
  }
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void check_precision(const c10::Device& device, Precision precision) {
  if (precision == Precision::fp16 && device.is_cpu()) {
    throw UnsupportedModel(
        "precision fp16 is not computed on the CPU: use bf16 or fp32 (a package stored in fp16 runs in both)");
  }
}

}  // namespace longclip::engine::torchscript
