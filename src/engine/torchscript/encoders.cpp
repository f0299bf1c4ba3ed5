#include "engine/torchscript/encoders.h"

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <longclip/error.h>

#include "engine/torchscript/device.h"
#include "engine/torchscript/module_file.h"
#include "engine/torchscript/thread_scope.h"

namespace longclip::engine::torchscript {
namespace {

std::string text_of(at::IntArrayRef shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

// What went wrong inside a module, in one line. TorchScript tells the place first, over many lines,
// marks it in the module's indented source, and then gives the reason.
std::string reason_of(const std::exception& error) {
  constexpr std::string_view mark = "<--- HERE";
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  std::string text = torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
  if (const auto place = text.rfind(mark); place != std::string::npos) {
    text.erase(0, place + mark.size());
    do {
      text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    } while (text.starts_with(' ') || text.starts_with('\n'));
  }
  return text.substr(0, text.find('\n'));
}

// Runs one method of a loaded module and copies its float output out.
class Runner {
 public:
  Runner(const std::filesystem::path& path, const EngineOptions& options)
      : path_(path.string()), threads_(options.team->threads()), loaded_(load(path, options)) {}

  // Throws Error for a module that fails or that breaks the contract of docs/package.md, and
  // DeviceError for a device that fails.
  void run(const char* method, std::vector<c10::IValue> inputs, const std::vector<std::int64_t>& expected,
           std::span<float> output) const {
    const ThreadScope threads(threads_);
    try {
      const c10::InferenceMode inference;
      // No profiling runs: the first call is as fast as the next, and calls do not differ.
      const torch::jit::GraphOptimizerEnabledGuard plain(false);
      for (c10::IValue& input : inputs) {
        if (input.isTensor()) input = input.toTensor().to(loaded_.device);
      }
      const c10::IValue result = loaded_.module.get_method(method)(std::move(inputs));
      if (!result.isTensor()) fail(method, "does not return a tensor");
      const at::Tensor returned = result.toTensor();
      if (!returned.is_floating_point()) fail(method, "does not return floating-point numbers");
      if (returned.sizes() != at::IntArrayRef(expected)) {
        fail(method,
             "returns a tensor of " + text_of(returned.sizes()) + ", and config.json says " + text_of(expected));
      }
      const at::Tensor values = returned.to(c10::kCPU, at::kFloat).contiguous();
      std::copy_n(values.const_data_ptr<float>(), values.numel(), output.data());
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      const std::string reason = reason_of(error);
      if (!loaded_.device.is_cpu() && reason.find("CUDA") != std::string::npos) {
        throw DeviceError("device \"" + loaded_.device.str() + "\": " + reason);
      }
      fail(method, "failed: " + reason);
    }
    if (!all_finite(output)) {
      fail(method, "gives NaN or infinity: its weights are damaged, or too large for " +
                       std::string(to_string(loaded_.info.precision)));
    }
  }

  bool has(const char* method) const { return loaded_.module.find_method(method).has_value(); }
  const std::string& path() const { return path_; }
  const TowerInfo& info() const { return loaded_.info; }

 private:
  [[noreturn]] void fail(const char* method, const std::string& what) const {
    throw Error(path_ + ": " + method + " " + what);
  }

  static LoadedModule load(const std::filesystem::path& path, const EngineOptions& options) {
    const c10::Device device = find_device(options.device);
    check_precision(device, options.precision);
    const ThreadScope threads(options.team->threads());
    return load_module(path, device, options.precision);
  }

  std::string path_;
  int threads_;
  LoadedModule loaded_;
};

TowerInfo with_shape(TowerInfo info, const Architecture::Tower& shape) {
  set_shape(info, shape);
  return info;
}

class Vision final : public VisionEncoder {
 public:
  Vision(const package::Package& package, const EngineOptions& options)
      : runner_(package.vision(), options), shape_(package.config.architecture) {}

  void encode(std::span<const float> pixels, std::size_t count, std::span<float> features) const override {
    const auto rows = static_cast<std::int64_t>(count);
    const at::Tensor input =
        at::from_blob(const_cast<float*>(pixels.data()), {rows, 3, shape_.image_size, shape_.image_size}, at::kFloat);
    runner_.run("forward", {input}, {rows, shape_.embedding_size}, features);
  }

  TowerInfo info() const override { return with_shape(runner_.info(), shape_.vision); }

 private:
  Runner runner_;
  Architecture shape_;
};

class Text final : public TextEncoder {
 public:
  Text(const package::Package& package, const EngineOptions& options)
      : runner_(package.text(), options), shape_(package.config.architecture) {}

  void encode(std::span<const std::int64_t> ids, std::size_t count, std::size_t length,
              std::span<float> features) const override {
    const auto rows = static_cast<std::int64_t>(count);
    runner_.run("forward", {rows_of(ids, count, length)}, {rows, shape_.embedding_size}, features);
  }

  void states(std::span<const std::int64_t> ids, std::size_t count, std::size_t length, int layer, bool final_norm,
              std::span<float> states) const override {
    if (!runner_.has("states")) {
      throw UnsupportedModel(runner_.path() + ": has no method states, so it cannot give token states");
    }
    runner_.run("states", {rows_of(ids, count, length), layer, final_norm},
                {static_cast<std::int64_t>(count), static_cast<std::int64_t>(length), shape_.text.width}, states);
  }

  TowerInfo info() const override { return with_shape(runner_.info(), shape_.text); }

 private:
  static at::Tensor rows_of(std::span<const std::int64_t> ids, std::size_t count, std::size_t length) {
    return at::from_blob(const_cast<std::int64_t*>(ids.data()),
                         {static_cast<std::int64_t>(count), static_cast<std::int64_t>(length)}, at::kLong);
  }

  Runner runner_;
  Architecture shape_;
};

}  // namespace

std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options) {
  return std::make_unique<Vision>(package, options);
}

std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options) {
  return std::make_unique<Text>(package, options);
}

}  // namespace longclip::engine::torchscript
