#pragma once

#include <functional>
#include <string>
#include <vector>

#include <torch/script.h>

#include "package/package.h"
#include "temporary_folder.h"
#include "tower/architecture.h"
#include "tower/module.h"
#include "tower/torchscript.h"

namespace longclip::engine {

// Towers of random weights in a folder: as much of a package as engines read.
class RandomPackage {
 public:
  explicit RandomPackage(const Architecture& architecture) {
    package_.path = folder_ / ".";
    package_.config.architecture = architecture;
    package_.config.has_vision = true;
    package_.config.has_text = true;
  }

  const package::Package& operator*() const { return package_; }

  void write_vision(const std::function<void(torch::jit::Module&)>& change = {}) const {
    const Architecture& shape = package_.config.architecture;
    write(package_.vision(), tower::vision_parameters(shape), tower::vision_source(shape), change);
  }
  void write_text(const std::function<void(torch::jit::Module&)>& change = {}) const {
    const Architecture& shape = package_.config.architecture;
    write(package_.text(), tower::text_parameters(shape), tower::text_source(shape), change);
  }

 private:
  static void write(const std::filesystem::path& file, const std::vector<tower::Parameter>& parameters,
                    const std::string& source, const std::function<void(torch::jit::Module&)>& change) {
    at::manual_seed(1);
    auto module = tower::make_module(
        "Tower", parameters,
        [](const tower::Parameter& parameter) -> at::Tensor {
          const bool is_gain = parameter.name.find(".ln_") != std::string::npos && parameter.name.ends_with(".weight");
          return 0.2 * at::randn(parameter.shape) + (is_gain ? 1 : 0);
        },
        source);
    if (change) change(module);
    module.save(file.string());
  }

  testing::TemporaryFolder folder_;
  package::Package package_;
};

}  // namespace longclip::engine
